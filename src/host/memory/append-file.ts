// An append-only file in memory, on a disk image.

import { assert } from '../../core/bytes/index.ts'
import type { AppendFile } from '../ports/index.ts'
import { PortError } from '../ports/index.ts'
import type { DiskImage, FileStep, Inode } from './disk-image.ts'

/** Where the file lives, and how it asks its world for a step. */
export interface MemoryAppendFileOptions {
  readonly path: string
  readonly image: DiskImage
  readonly inode: Inode
  readonly step: (step: FileStep, apply: () => void) => Promise<void>
  readonly onClose: () => void
}

/** Keeps the port's order of calls by a chain of promises, and its first failure for good. */
export class MemoryAppendFile implements AppendFile {
  readonly #options: MemoryAppendFileOptions
  #size: number
  #tail: Promise<void> = Promise.resolve()
  #failure: Error | null = null
  #closed = false

  constructor(options: MemoryAppendFileOptions) {
    this.#options = options
    this.#size = options.inode.written.length
  }

  get size(): number {
    return this.#size
  }

  append(bytes: Uint8Array): Promise<void> {
    const { image, inode } = this.#options
    const offset = this.#size
    if (!this.#closed) this.#size += bytes.length
    return this.#queue('append', 'write', () => image.write(inode, offset, bytes))
  }

  sync(): Promise<void> {
    const { image, inode } = this.#options
    return this.#queue('sync', 'sync', () => image.sync(inode))
  }

  async truncate(size: number): Promise<void> {
    const { image, inode } = this.#options
    assert(size <= this.#size, 'truncate only makes a file shorter')
    this.#size = size
    const cut = this.#queue('truncate', 'truncate', () => image.truncate(inode, size))
    await Promise.all([cut, this.#queue('truncate', 'sync', () => image.sync(inode))])
  }

  async reserve(bytes: number): Promise<void> {
    const { image, inode } = this.#options
    const end = this.#size + bytes
    const filled = this.#queue('reserve', 'write', () => {
      const missing = end - inode.written.length
      if (missing > 0) image.write(inode, inode.written.length, new Uint8Array(missing))
    })
    await Promise.all([filled, this.#queue('reserve', 'sync', () => image.sync(inode))])
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    await this.#tail
    this.#options.onClose()
  }

  #queue(operation: string, kind: FileStep['kind'], apply: () => void): Promise<void> {
    const { path } = this.#options
    if (this.#closed) {
      const reason = 'the file is closed'
      return Promise.reject(new PortError('PORTS_CLOSED', { operation, path, reason }))
    }
    const done = this.#tail.then(() => this.#run({ kind, operation, path }, apply))
    this.#tail = done.catch(() => {})
    return done
  }

  async #run(step: FileStep, apply: () => void): Promise<void> {
    if (this.#failure !== null) throw this.#failure
    try {
      await this.#options.step(step, apply)
    } catch (failure) {
      this.#failure = failure as Error
      throw failure
    }
  }
}
