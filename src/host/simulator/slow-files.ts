// Files whose syncs take virtual time, so that a crash can come in between.

import type { AppendFile, Files, WriteOptions } from '../ports/index.ts'

/** Starts the wait of one sync; null when it takes no time. */
export type SyncDelay = () => Promise<void> | null

/** Files of one life of a node; writes reach the disk's cache at once. */
export class SlowFiles implements Files {
  readonly #files: Files
  readonly #delay: SyncDelay

  constructor(files: Files, delay: SyncDelay) {
    this.#files = files
    this.#delay = delay
  }

  readFile(path: string): Promise<Uint8Array | null> {
    return this.#files.readFile(path)
  }

  readRange(path: string, offset: number, length: number): Promise<Uint8Array | null> {
    return this.#files.readRange(path, offset, length)
  }

  async writeFileDurable(path: string, bytes: Uint8Array, options: WriteOptions): Promise<void> {
    const delay = this.#delay()
    if (delay !== null) await delay
    await this.#files.writeFileDurable(path, bytes, options)
  }

  async openAppend(path: string): Promise<AppendFile> {
    return new SlowAppendFile(await this.#files.openAppend(path), this.#delay)
  }

  list(directory: string): Promise<string[]> {
    return this.#files.list(directory)
  }

  remove(path: string): Promise<void> {
    return this.#files.remove(path)
  }

  rename(from: string, to: string): Promise<void> {
    return this.#files.rename(from, to)
  }

  makeDirectory(path: string): Promise<void> {
    return this.#files.makeDirectory(path)
  }
}

/** Appends go on while a sync is waited for, as on a real disk. */
class SlowAppendFile implements AppendFile {
  readonly #file: AppendFile
  readonly #delay: SyncDelay
  #syncing: Promise<void> = Promise.resolve()

  constructor(file: AppendFile, delay: SyncDelay) {
    this.#file = file
    this.#delay = delay
  }

  get size(): number {
    return this.#file.size
  }

  append(bytes: Uint8Array): Promise<void> {
    return this.#file.append(bytes)
  }

  sync(): Promise<void> {
    return this.#after(() => this.#file.sync())
  }

  truncate(size: number): Promise<void> {
    return this.#file.truncate(size)
  }

  reserve(bytes: number): Promise<void> {
    return this.#file.reserve(bytes)
  }

  async close(): Promise<void> {
    await this.#syncing.catch(() => undefined)
    await this.#file.close()
  }

  #after(sync: () => Promise<void>): Promise<void> {
    const delay = this.#delay()
    if (delay === null) return sync()
    const done = this.#syncing.then(() => delay).then(sync)
    this.#syncing = done.catch(() => undefined)
    return done
  }
}
