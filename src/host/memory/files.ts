// Files in memory with a written and a synced image, so that a crash can keep any part of what was
// not synced.

import { assert } from '../../core/bytes/index.ts'
import type { AppendFile, Files, WriteOptions } from '../ports/index.ts'
import { PortError } from '../ports/index.ts'
import { MemoryAppendFile } from './append-file.ts'
import type { FileStep, Keep } from './disk-image.ts'
import { DiskImage } from './disk-image.ts'

/** What a world of files can be made of. */
export interface MemoryFilesOptions {
  /**
   * Called before each single step on the disk. What it throws becomes the failure of that step and
   * of the operation; calling `crash` in it ends this world right there.
   */
  readonly beforeStep?: (step: FileStep) => void
}

/**
 * A tree of files that lives as long as the object; `crash` answers what a restarted machine would
 * find.
 */
export class MemoryFiles implements Files {
  readonly #image: DiskImage
  readonly #beforeStep: (step: FileStep) => void
  readonly #openPaths = new Set<string>()
  #dead = false
  #temporary = 0

  constructor(options: MemoryFilesOptions = {}, image: DiskImage = new DiskImage()) {
    this.#image = image
    this.#beforeStep = options.beforeStep ?? (() => {})
  }

  async readFile(path: string): Promise<Uint8Array | null> {
    this.#assertAlive('readFile', path)
    return this.#image.find(path)?.written.slice() ?? null
  }

  async readRange(path: string, offset: number, length: number): Promise<Uint8Array | null> {
    this.#assertAlive('readRange', path)
    return this.#image.find(path)?.written.slice(offset, offset + length) ?? null
  }

  async writeFileDurable(path: string, bytes: Uint8Array, _options: WriteOptions): Promise<void> {
    const temporary = `${path}.${this.#temporary++}.tmp`
    if (!this.#image.hasDirectoryOf(path)) throw missingDirectory('writeFileDurable', path)
    await this.#createIn(temporary, 'writeFileDurable')
    await this.step({ kind: 'write', operation: 'writeFileDurable', path: temporary }, () => {
      this.#image.write(this.#image.at(temporary), 0, bytes)
    })
    await this.step({ kind: 'sync', operation: 'writeFileDurable', path: temporary }, () => {
      this.#image.sync(this.#image.at(temporary))
    })
    await this.#renameIn(temporary, path, 'writeFileDurable')
  }

  async openAppend(path: string): Promise<AppendFile> {
    this.#assertAlive('openAppend', path)
    if (this.#openPaths.has(path)) {
      const reason = 'already open'
      throw new PortError('PORTS_IN_USE', { operation: 'openAppend', path, reason })
    }
    if (this.#image.find(path) === undefined) {
      await this.#createIn(path, 'openAppend')
      await this.#syncDirectory(path, 'openAppend')
    }
    this.#openPaths.add(path)
    return new MemoryAppendFile({
      path,
      image: this.#image,
      inode: this.#image.at(path),
      step: (step, apply) => this.step(step, apply),
      onClose: () => void this.#openPaths.delete(path),
    })
  }

  async list(directory: string): Promise<string[]> {
    this.#assertAlive('list', directory)
    return this.#image.list(directory)
  }

  async remove(path: string): Promise<void> {
    this.#assertAlive('remove', path)
    if (this.#image.find(path) === undefined) return
    await this.step({ kind: 'remove', operation: 'remove', path }, () => this.#image.remove(path))
    await this.#syncDirectory(path, 'remove')
  }

  async rename(from: string, to: string): Promise<void> {
    await this.#renameIn(from, to, 'rename')
  }

  async makeDirectory(path: string): Promise<void> {
    this.#assertAlive('makeDirectory', path)
    this.#image.makeDirectory(path)
  }

  /**
   * What is on the disk after a loss of power: all that was synced, and of the unsynced changes
   * those that `keep` answers true for (a number keeps that many first bytes of a write). This
   * world is dead afterwards.
   */
  crash(keep: Keep = () => false, options: MemoryFilesOptions = {}): MemoryFiles {
    this.#dead = true
    return new MemoryFiles(options, this.#image.afterCrash(keep))
  }

  /** Number of changes that a crash now could lose. */
  get unsyncedChanges(): number {
    return this.#image.changes.length
  }

  /** Puts bytes under a path as if they had always been there: the tests' hand on the disk. */
  plant(path: string, bytes: Uint8Array): void {
    this.#image.plant(path, bytes)
  }

  async step(step: FileStep, apply: () => void): Promise<void> {
    this.#assertAlive(step.operation, step.path)
    try {
      this.#beforeStep(step)
    } catch (cause) {
      throw asPortError(step, cause)
    }
    this.#assertAlive(step.operation, step.path)
    apply()
  }

  async #createIn(path: string, operation: string): Promise<void> {
    if (!this.#image.hasDirectoryOf(path)) throw missingDirectory(operation, path)
    await this.step({ kind: 'create', operation, path }, () => this.#image.create(path))
  }

  async #renameIn(from: string, to: string, operation: string): Promise<void> {
    await this.step({ kind: 'rename', operation, path: to }, () => {
      if (this.#image.find(from) === undefined) {
        const reason = `there is no ${from}`
        throw new PortError('PORTS_IO_FAILED', { operation, path: to, reason })
      }
      this.#image.rename(from, to)
    })
    await this.#syncDirectory(to, operation)
  }

  async #syncDirectory(path: string, operation: string): Promise<void> {
    await this.step({ kind: 'sync-directory', operation, path }, () => {
      this.#image.syncDirectoryOf(path)
    })
  }

  #assertAlive(operation: string, path: string): void {
    assert(path !== '', 'a path is not empty')
    if (!this.#dead) return
    throw new PortError('PORTS_CLOSED', { operation, path, reason: 'the machine is down' })
  }
}

function missingDirectory(operation: string, path: string): PortError {
  const reason = 'its directory does not exist'
  return new PortError('PORTS_IO_FAILED', { operation, path, reason })
}

function asPortError(step: FileStep, cause: unknown): PortError {
  if (cause instanceof PortError) return cause
  const reason = cause instanceof Error ? cause.message : String(cause)
  const synced = step.kind === 'sync' || step.kind === 'sync-directory'
  const { operation, path } = step
  return new PortError(
    synced ? 'PORTS_SYNC_FAILED' : 'PORTS_IO_FAILED',
    { operation, path, reason },
    cause,
  )
}
