// The disk of one node: slow, faulty on demand, and all that is left of the node after a crash.

import type { FileStep, UnsyncedChange } from '../memory/index.ts'
import { MemoryFiles, MemoryKeyValueStore } from '../memory/index.ts'
import type { Files, KeyValueStore } from '../ports/index.ts'
import { FOLD } from './digest.ts'
import type { Digest } from './digest.ts'
import type { Draws } from './draws.ts'
import type { DiskPlan } from './plan.ts'
import { SlowFiles } from './slow-files.ts'
import { SlowStore } from './slow-store.ts'

/** What a disk is made of. */
export interface DiskOptions {
  readonly node: number
  readonly plan: DiskPlan
  readonly draws: Draws
  readonly digest: Digest
  /** Called when the power goes in the middle of the disk's work. */
  readonly onPowerLoss: () => void
}

/** The ports of one life of a node on this disk. */
export interface DiskPorts {
  readonly files: Files
  readonly store: KeyValueStore
  /** Where the application keeps its state. */
  readonly applicationStore: KeyValueStore
}

/** What survives a node; `ports` are handed out anew for every life. */
export class Disk {
  readonly #options: DiskOptions
  #files: MemoryFiles
  #store: MemoryKeyValueStore
  #applicationStore: MemoryKeyValueStore
  #stepsToPowerLoss: number | null = null
  #fault: 'fail-sync' | 'fail-write' | null = null

  constructor(options: DiskOptions) {
    this.#options = options
    this.#files = new MemoryFiles({ beforeStep: (step) => this.#beforeStep(step) })
    const beforeBatch = (step: { readonly sync: boolean }): void => this.#beforeBatch(step)
    this.#store = new MemoryKeyValueStore({ beforeBatch })
    this.#applicationStore = new MemoryKeyValueStore({ beforeBatch })
  }

  /** True when the node was stopped by a fault that the run did to it. */
  hasFailed = false

  /** The disk as a process sees it; `wait` resolves after so many milliseconds of its life. */
  ports(wait: (ms: number) => Promise<void>): DiskPorts {
    const { draws, plan } = this.#options
    const [least, most] = plan.syncMs
    const sync = (): Promise<void> | null => {
      const ms = draws.between(least, most)
      return ms === 0 ? null : wait(ms)
    }
    return {
      files: new SlowFiles(this.#files, sync),
      store: new SlowStore(this.#store, sync),
      applicationStore: new SlowStore(this.#applicationStore, sync),
    }
  }

  async prepare(directory: string): Promise<void> {
    await this.#files.makeDirectory(directory)
  }

  readFile(path: string): Promise<Uint8Array | null> {
    return this.#files.readFile(path)
  }

  /** The power goes just before the n-th step from now; 1 is the next. */
  losePowerAt(step: number): void {
    this.#stepsToPowerLoss = step
  }

  /** The next operation of that kind fails. */
  failNext(fault: 'fail-sync' | 'fail-write'): void {
    this.#fault = fault
  }

  /** Forgets faults that were to come. */
  calm(): void {
    this.#stepsToPowerLoss = null
    this.#fault = null
  }

  /** The machine loses power: of what was not synced only a drawn part stays. */
  crash(): void {
    const { plan, draws } = this.#options
    this.#stepsToPowerLoss = null
    this.#fault = null
    const keep = (change: UnsyncedChange): boolean | number => {
      if (!draws.chance(plan.kept)) return false
      const isTorn = change.kind === 'write' && draws.chance(plan.torn)
      return isTorn ? draws.between(0, change.bytes.length) : true
    }
    this.#files = this.#files.crash(keep, { beforeStep: (step) => this.#beforeStep(step) })
    this.#store = this.#crashed(this.#store)
    this.#applicationStore = this.#crashed(this.#applicationStore)
  }

  /** The process ends, the machine does not: everything written stays. */
  detach(): void {
    this.#stepsToPowerLoss = null
    this.#fault = null
    this.#files = this.#files.crash(() => true, { beforeStep: (step) => this.#beforeStep(step) })
    const beforeBatch = (step: { readonly sync: boolean }): void => this.#beforeBatch(step)
    this.#store = this.#store.reopen({ beforeBatch })
    this.#applicationStore = this.#applicationStore.reopen({ beforeBatch })
  }

  #crashed(store: MemoryKeyValueStore): MemoryKeyValueStore {
    const kept = this.#options.draws.between(0, store.unsyncedBatches)
    const beforeBatch = (step: { readonly sync: boolean }): void => this.#beforeBatch(step)
    return store.crash(kept).reopen({ beforeBatch })
  }

  #beforeStep(step: FileStep): void {
    const isSync = step.kind === 'sync' || step.kind === 'sync-directory'
    const { digest, node } = this.#options
    digest.event(isSync ? FOLD.sync : FOLD.write, node, step.path.length)
    this.#before(isSync)
  }

  #beforeBatch(step: { readonly sync: boolean }): void {
    this.#options.digest.event(FOLD.batch, this.#options.node, step.sync ? 1 : 0)
    this.#before(step.sync)
  }

  #before(isSync: boolean): void {
    if (this.#stepsToPowerLoss !== null && --this.#stepsToPowerLoss <= 0) {
      this.#stepsToPowerLoss = null
      this.#options.onPowerLoss()
      return
    }
    if (this.#fault === null || (this.#fault === 'fail-sync') !== isSync) return
    const fault = this.#fault
    this.#fault = null
    this.hasFailed = true
    throw new Error(fault === 'fail-sync' ? 'the sync failed' : 'the write failed')
  }
}
