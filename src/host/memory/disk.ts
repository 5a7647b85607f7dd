// The disk of one machine: its files and its stores, which crash together.

import { assert, bytesKey } from '../../core/bytes/index.ts'
import { storedIn } from './disk-faults.ts'
import type { DiskHooks } from './disk-gate.ts'
import { DiskGate } from './disk-gate.ts'
import type { Keep, StoredAt, UnsyncedChange } from './disk-image.ts'
import { DiskImage } from './disk-image.ts'
import { DiskRecording } from './disk-recording.ts'
import { MemoryFiles } from './files.ts'
import { MemoryKeyValueStore } from './key-value-store.ts'

/** What a disk is made of. */
export interface MemoryDiskOptions extends DiskHooks {
  /** Keep every step, for `recording`; the memory it takes grows with what is written. */
  readonly isRecorded?: boolean
}

/**
 * Files and any number of stores with one order of steps. A machine that is switched off leaves its
 * disk to the next one with `restart`, one that loses power with `crash`; the old one is dead then.
 */
export class MemoryDisk {
  readonly files: MemoryFiles
  readonly #gate: DiskGate
  readonly #recording: DiskRecording | null

  constructor(options: MemoryDiskOptions = {}, image: DiskImage = new DiskImage()) {
    this.#recording = options.isRecorded === true ? new DiskRecording(image) : null
    this.#gate = new DiskGate(options, image, this.#recording ?? undefined)
    this.files = new MemoryFiles(options, this.#gate)
  }

  /** Opens the store of a name; its entries are there whoever opened it before. */
  openStore(name: string): MemoryKeyValueStore {
    return new MemoryKeyValueStore({}, { gate: this.#gate, name })
  }

  /** Single steps made so far, failed ones included. */
  get steps(): number {
    return this.#gate.steps
  }

  /** Changes that a crash now could lose, oldest first. */
  get unsynced(): readonly UnsyncedChange[] {
    return this.#gate.image.changes
  }

  /** Every step of this disk; it must have been asked for. */
  get recording(): DiskRecording {
    assert(this.#recording !== null, 'this disk is recorded')
    return this.#recording
  }

  /** The disk after a loss of power: what was synced, and of the rest what `keep` says. */
  crash(keep: Keep = () => false, options: MemoryDiskOptions = {}): MemoryDisk {
    this.#gate.end()
    return new MemoryDisk(options, this.#gate.image.afterCrash(keep))
  }

  /** The disk after an orderly end: nothing is lost. */
  restart(options: MemoryDiskOptions = {}): MemoryDisk {
    return this.crash(() => true, options)
  }

  /** Everything the disk holds, with its size in bytes. */
  stored(): { readonly at: StoredAt; readonly bytes: number }[] {
    return storedIn(this.#gate.image)
  }

  /** Turns over one bit of what is stored, for every later read and every later crash. */
  flipBit(at: StoredAt, bit: number): void {
    const { image } = this.#gate
    if ('path' in at) {
      const { written, synced } = image.at(at.path)
      for (const content of [written, synced]) if (bit < 8 * content.length) content.flip(bit)
      return
    }
    const table = image.table(at.store)
    const key = bytesKey(at.key)
    const value = table.get(key)?.slice()
    assert(value !== undefined && bit < 8 * value.length, 'a bit of a stored value')
    value[bit >>> 3] = (value[bit >>> 3] ?? 0) ^ (1 << (bit & 7))
    table.set({ key, value })
  }
}
