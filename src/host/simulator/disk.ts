// The disk of one node: slow, faulty on demand, and all that is left of the node after a crash.

import { MemoryDisk } from '../memory/index.ts'
import type { FileStep, Kept, UnsyncedChange } from '../memory/index.ts'
import type { Files, KeyValueStore } from '../ports/index.ts'
import { FOLD } from './digest.ts'
import type { Digest } from './digest.ts'
import type { Draws } from './draws.ts'
import type { DiskFault, DiskPlan } from './plan.ts'

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

/** Directory of the node's files, and of its log. */
export const NODE_DIRECTORY = '/node'
export const LOG_DIRECTORY = '/node/wal'

/** The steps that wait for the disk; all others are done when its cache has them. */
const SLOW: readonly FileStep['kind'][] = ['sync', 'synced-batch']

/** What survives a node; `ports` are handed out anew for every life. */
export class Disk {
  readonly #options: DiskOptions
  #memory: MemoryDisk
  #wait: (ms: number) => Promise<void> = () => Promise.resolve()
  #stepsToPowerLoss: number | null = null
  #fault: 'fail-sync' | 'fail-write' | null = null
  #hasFailed = false
  #isDamaged = false

  constructor(options: DiskOptions) {
    this.#options = options
    this.#memory = new MemoryDisk(this.#hooks())
  }

  /** True when the node that runs on it has every reason to stop: the run did that to it. */
  get isBad(): boolean {
    return this.#hasFailed || this.#isDamaged
  }

  /** The disk as a process sees it; `wait` resolves after so many milliseconds of its life. */
  async ports(wait: (ms: number) => Promise<void>): Promise<DiskPorts> {
    this.#wait = wait
    this.#hasFailed = false
    const { files } = this.#memory
    await files.makeDirectory(NODE_DIRECTORY)
    const store = this.#memory.openStore('chain')
    return { files, store, applicationStore: this.#memory.openStore('application') }
  }

  /** The power goes just before the n-th step from now; 1 is the next. */
  losePowerAt(step: number): void {
    this.#stepsToPowerLoss = step
  }

  /** The next operation of that kind fails, or a bit of the log is turned over now. */
  harm(fault: DiskFault): void {
    if (fault === 'bit-flip') this.#flipBit()
    else this.#fault = fault
  }

  /** Forgets faults that were to come. */
  calm(): void {
    this.#stepsToPowerLoss = null
    this.#fault = null
  }

  /** The machine loses power: of what was not synced only a drawn part stays. */
  crash(): void {
    this.calm()
    this.#memory = this.#memory.crash((change) => this.#keptOf(change), this.#hooks())
  }

  /** The process ends, the machine does not: everything written stays. */
  detach(): void {
    this.calm()
    this.#memory = this.#memory.restart(this.#hooks())
  }

  #hooks(): ConstructorParameters<typeof MemoryDisk>[0] {
    const [least, most] = this.#options.plan.syncMs
    return {
      beforeStep: (step) => this.#beforeStep(step),
      delay: (step) => {
        if (most === 0 || !SLOW.includes(step.kind)) return null
        const ms = this.#options.draws.between(least, most)
        return ms === 0 ? null : this.#wait(ms)
      },
    }
  }

  #keptOf(change: UnsyncedChange): Kept {
    const { plan, draws } = this.#options
    if (!draws.chance(plan.kept)) return false
    if (change.kind !== 'write' || !draws.chance(plan.torn)) return true
    return draws.chance(0.5) ? draws.between(0, change.bytes.length) : () => draws.chance(0.5)
  }

  // Only the log: it has checksums. The sign state has none, as CometBFT's has not.
  #flipBit(): void {
    const files = this.#memory
      .stored()
      .filter(({ at, bytes }) => bytes > 0 && 'path' in at && at.path.startsWith(LOG_DIRECTORY))
    if (files.length === 0) return
    const { at, bytes } = this.#options.draws.pick(files)
    this.#memory.flipBit(at, this.#options.draws.between(0, 8 * bytes - 1))
    this.#isDamaged = true
  }

  #beforeStep({ kind, path }: FileStep): void {
    const { digest, node } = this.#options
    const isSync = kind === 'sync' || kind === 'sync-directory' || kind === 'synced-batch'
    const fold = kind.endsWith('batch') ? FOLD.batch : isSync ? FOLD.sync : FOLD.write
    digest.event(fold, node, path.length)
    if (this.#stepsToPowerLoss !== null && --this.#stepsToPowerLoss <= 0) {
      this.#stepsToPowerLoss = null
      this.#options.onPowerLoss()
      return
    }
    if (this.#fault === null || (this.#fault === 'fail-sync') !== isSync) return
    const fault = this.#fault
    this.#fault = null
    this.#hasFailed = true
    throw new Error(fault === 'fail-sync' ? 'the sync failed' : 'the write failed')
  }
}
