// An append-only file of the real disk: writes go to the system at once, syncs run beside the loop.

import {
  closeSync,
  constants,
  fdatasync,
  fstatSync,
  fsync,
  ftruncateSync,
  openSync,
  writeSync,
} from 'node:fs'
import { promisify } from 'node:util'
import { assert } from '../../core/bytes/index.ts'
import type { AppendFile } from '../../host/ports/index.ts'
import { PortError } from '../../host/ports/index.ts'
import { fileError, syncError } from './file-errors.ts'

const fdatasyncAsync = promisify(fdatasync)
const fsyncAsync = promisify(fsync)
const ZEROS = new Uint8Array(256 * 1024)
const MODE = 0o600

/**
 * Appends are plain writes into the system's cache (3 us), so they are in order by themselves; only
 * syncs are awaited. A sync covers every append made before it was called, also when several run at
 * once.
 */
export class NodeAppendFile implements AppendFile {
  readonly #path: string
  readonly #handle: number
  readonly #onClose: () => void
  readonly #syncs = new Set<Promise<void>>()
  #size: number
  /** Length of the file with reserved zeros. */
  #reserved: number
  #failure: PortError | null = null
  #closed = false

  /** Opens or creates the file; throws the system's error. */
  constructor(path: string, onClose: () => void) {
    this.#path = path
    this.#onClose = onClose
    this.#handle = openSync(path, constants.O_RDWR | constants.O_CREAT, MODE)
    this.#size = fstatSync(this.#handle).size
    this.#reserved = this.#size
  }

  get size(): number {
    return this.#size
  }

  async append(bytes: Uint8Array): Promise<void> {
    this.#assertUsable('append')
    this.#attempt('append', () => this.#write(bytes, this.#size))
    this.#size += bytes.length
    this.#reserved = Math.max(this.#reserved, this.#size)
  }

  async sync(): Promise<void> {
    this.#assertUsable('sync')
    await this.#synced('sync', fdatasyncAsync(this.#handle))
  }

  async truncate(size: number): Promise<void> {
    this.#assertUsable('truncate')
    assert(size <= this.#size, 'truncate only makes a file shorter')
    this.#attempt('truncate', () => ftruncateSync(this.#handle, size))
    this.#size = size
    this.#reserved = size
    await this.#synced('truncate', fsyncAsync(this.#handle))
  }

  async reserve(bytes: number): Promise<void> {
    this.#assertUsable('reserve')
    const end = this.#size + bytes
    this.#attempt('reserve', () => {
      while (this.#reserved < end) {
        const zeros = ZEROS.subarray(0, end - this.#reserved)
        this.#write(zeros, this.#reserved)
        this.#reserved += zeros.length
      }
    })
    await this.#synced('reserve', fsyncAsync(this.#handle))
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    await Promise.allSettled(this.#syncs)
    closeSync(this.#handle)
    this.#onClose()
  }

  #write(bytes: Uint8Array, position: number): void {
    for (let done = 0; done < bytes.length;) {
      done += writeSync(this.#handle, bytes, done, bytes.length - done, position + done)
    }
  }

  #attempt(operation: string, act: () => void): void {
    try {
      act()
    } catch (cause) {
      this.#failure ??= fileError(operation, this.#path, cause)
      throw this.#failure
    }
  }

  async #synced(operation: string, sync: Promise<void>): Promise<void> {
    this.#syncs.add(sync)
    try {
      await sync
    } catch (cause) {
      this.#failure ??= syncError(operation, this.#path, cause)
    } finally {
      this.#syncs.delete(sync)
    }
    // Also when another sync failed meanwhile: it may have taken the dirty pages of this one with
    // it.
    if (this.#failure !== null) throw this.#failure
  }

  #assertUsable(operation: string): void {
    if (this.#failure !== null) throw this.#failure
    if (!this.#closed) return
    const reason = 'the file is closed'
    throw new PortError('PORTS_CLOSED', { operation, path: this.#path, reason })
  }
}
