// Every step of a disk in order, from which the disk after any of them is made again.

import { assert } from '../../core/bytes/index.ts'
import type { FileStep, StepLog } from './disk-gate.ts'
import type { DiskAction, Inode, Keep, UnsyncedChange } from './disk-image.ts'
import { DiskImage, makeInode } from './disk-image.ts'

/**
 * What one run did to its disk. Images are made on demand by playing the steps again, so asking for
 * them in ascending order costs each step once.
 */
export class DiskRecording implements StepLog {
  readonly #start: DiskImage
  readonly #steps: FileStep[] = []
  readonly #actions: DiskAction[] = []
  #cursor: DiskImage
  #played = 0
  /** The inode of the replay for each of the run. */
  #inodes = new Map<Inode, Inode>()
  readonly #liveNames: readonly (readonly [string, Inode])[]

  /** Begins with a disk on which everything is synced. */
  constructor(image: DiskImage) {
    assert(image.changes.length === 0, 'a recording begins with a disk that is at rest')
    this.#start = image.afterCrash(() => true)
    this.#liveNames = image.paths.map((path) => [path, image.at(path)])
    this.#cursor = this.#start
    this.#rewind()
  }

  note(step: FileStep, action: DiskAction): void {
    this.#steps.push(step)
    this.#actions.push(action)
  }

  /** The steps so far, in their true order. */
  get steps(): readonly FileStep[] {
    return this.#steps
  }

  /** What was not on disk after the first `count` steps, oldest first. */
  unsyncedAfter(count: number): readonly UnsyncedChange[] {
    this.#play(count)
    return this.#cursor.changes
  }

  /** The image a crash leaves after the first `count` steps. */
  imageAfter(count: number, keep: Keep): DiskImage {
    this.#play(count)
    return this.#cursor.afterCrash(keep)
  }

  #rewind(): void {
    this.#cursor = this.#start.afterCrash(() => true)
    this.#played = 0
    this.#inodes = new Map(this.#liveNames.map(([path, live]) => [live, this.#cursor.at(path)]))
  }

  #play(count: number): void {
    assert(count >= 0 && count <= this.#steps.length, 'a step that was recorded')
    if (count < this.#played) this.#rewind()
    for (; this.#played < count; this.#played++) {
      this.#cursor.perform(this.#translated(this.#actions[this.#played] as DiskAction))
    }
  }

  #translated(action: DiskAction): DiskAction {
    if (!('inode' in action)) return action
    let inode = this.#inodes.get(action.inode)
    if (inode === undefined) {
      inode = makeInode()
      this.#inodes.set(action.inode, inode)
    }
    return { ...action, inode }
  }
}
