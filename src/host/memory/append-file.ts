// An append-only file in memory, on a disk image.

import { assert } from '../../core/bytes/index.ts'
import type { AppendFile } from '../ports/index.ts'
import { PortError } from '../ports/index.ts'
import { zeros } from './content.ts'
import type { DiskGate } from './disk-gate.ts'
import type { DiskAction, Inode } from './disk-image.ts'
import { writeOf } from './disk-image.ts'

/** Where the file lives. */
export interface MemoryAppendFileOptions {
  readonly path: string
  readonly gate: DiskGate
  readonly inode: Inode
  readonly onClose: () => void
}

type Kind = 'write' | 'sync' | 'truncate'

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
    const { inode } = this.#options
    const offset = this.#size
    if (!this.#closed) this.#size += bytes.length
    return this.#queue('append', 'write', () => writeOf(inode, offset, bytes))
  }

  sync(): Promise<void> {
    return this.#sync('sync')
  }

  async truncate(size: number): Promise<void> {
    const { inode } = this.#options
    assert(size <= this.#size, 'truncate only makes a file shorter')
    this.#size = size
    const cut = this.#queue('truncate', 'truncate', () => ({ kind: 'truncate', inode, size }))
    await Promise.all([cut, this.#sync('truncate')])
  }

  async reserve(bytes: number): Promise<void> {
    const { inode } = this.#options
    const end = this.#size + bytes
    const filled = this.#queue('reserve', 'write', () => {
      const { length } = inode.written
      return writeOf(inode, length, zeros(Math.max(0, end - length)))
    })
    await Promise.all([filled, this.#sync('reserve')])
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    await this.#tail
    this.#options.onClose()
  }

  #sync(operation: string): Promise<void> {
    const { inode } = this.#options
    return this.#queue(operation, 'sync', () => ({ kind: 'sync', inode }))
  }

  #queue(operation: string, kind: Kind, makeAction: () => DiskAction): Promise<void> {
    const { path } = this.#options
    if (this.#closed) {
      const reason = 'the file is closed'
      return Promise.reject(new PortError('PORTS_CLOSED', { operation, path, reason }))
    }
    const done = this.#tail.then(() => this.#run({ kind, operation, path }, makeAction))
    this.#tail = done.catch(() => {})
    return done
  }

  async #run(
    step: { readonly kind: Kind; readonly operation: string; readonly path: string },
    makeAction: () => DiskAction,
  ): Promise<void> {
    if (this.#failure !== null) throw this.#failure
    try {
      await this.#options.gate.perform(step, makeAction)
    } catch (failure) {
      this.#failure = failure as Error
      throw failure
    }
  }
}
