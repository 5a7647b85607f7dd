// Files in memory with a written and a synced image, so that a crash can keep any part of what was
// not synced.

import { assert } from '../../core/bytes/index.ts'
import type { AppendFile, Files, WriteOptions } from '../ports/index.ts'
import { PortError } from '../ports/index.ts'
import { MemoryAppendFile } from './append-file.ts'
import type { DiskHooks, FileStep } from './disk-gate.ts'
import { DiskGate } from './disk-gate.ts'
import type { DiskAction, Keep } from './disk-image.ts'
import { directoryOf, makeInode, writeOf } from './disk-image.ts'

/**
 * A tree of files that lives as long as the object; `crash` answers what a restarted machine would
 * find.
 */
export class MemoryFiles implements Files {
  readonly #gate: DiskGate
  readonly #openPaths = new Set<string>()
  #temporary = 0

  constructor(options: DiskHooks = {}, gate: DiskGate = new DiskGate(options)) {
    this.#gate = gate
  }

  async readFile(path: string): Promise<Uint8Array | null> {
    this.#assertAlive('readFile', path)
    const bytes = this.#gate.image.find(path)?.written.slice()
    return bytes === undefined ? null : this.#gate.read({ path }, bytes)
  }

  async readRange(path: string, offset: number, length: number): Promise<Uint8Array | null> {
    this.#assertAlive('readRange', path)
    const bytes = this.#gate.image.find(path)?.written.slice(offset, offset + length)
    return bytes === undefined ? null : this.#gate.read({ path }, bytes)
  }

  async writeFileDurable(path: string, bytes: Uint8Array, options: WriteOptions): Promise<void> {
    const { image } = this.#gate
    const operation = 'writeFileDurable'
    const temporary = `${path}.${this.#temporary++}.tmp`
    if (!image.hasDirectoryOf(path)) throw missingDirectory(operation, path)
    await this.#createIn(temporary, operation)
    await this.#step({ kind: 'write', operation, path: temporary }, () =>
      writeOf(image.at(temporary), 0, bytes),
    )
    await this.#step({ kind: 'sync', operation, path: temporary }, () => ({
      kind: 'sync',
      inode: image.at(temporary),
    }))
    await options.after
    await this.#renameIn(temporary, path, operation)
  }

  async openAppend(path: string): Promise<AppendFile> {
    this.#assertAlive('openAppend', path)
    if (this.#openPaths.has(path)) {
      const reason = 'already open'
      throw new PortError('PORTS_IN_USE', { operation: 'openAppend', path, reason })
    }
    if (this.#gate.image.find(path) === undefined) {
      await this.#createIn(path, 'openAppend')
      await this.#syncDirectory(path, 'openAppend')
    }
    this.#openPaths.add(path)
    return new MemoryAppendFile({
      path,
      gate: this.#gate,
      inode: this.#gate.image.at(path),
      onClose: () => void this.#openPaths.delete(path),
    })
  }

  async list(directory: string): Promise<string[]> {
    this.#assertAlive('list', directory)
    return this.#gate.image.list(directory)
  }

  async remove(path: string): Promise<void> {
    this.#assertAlive('remove', path)
    if (this.#gate.image.find(path) === undefined) return
    await this.#step({ kind: 'remove', operation: 'remove', path }, () => ({
      kind: 'remove',
      path,
    }))
    await this.#syncDirectory(path, 'remove')
  }

  async rename(from: string, to: string): Promise<void> {
    await this.#renameIn(from, to, 'rename')
  }

  async makeDirectory(path: string): Promise<void> {
    this.#assertAlive('makeDirectory', path)
    this.#gate.image.makeDirectory(path)
  }

  /**
   * What is on the disk after a loss of power: all that was synced, and of the unsynced changes
   * what `keep` says. This world is dead afterwards.
   */
  crash(keep: Keep = () => false, options: DiskHooks = {}): MemoryFiles {
    this.#gate.end()
    return new MemoryFiles(options, new DiskGate(options, this.#gate.image.afterCrash(keep)))
  }

  /** Number of changes that a crash now could lose. */
  get unsyncedChanges(): number {
    return this.#gate.image.changes.length
  }

  /** Puts bytes under a path as if they had always been there: the tests' hand on the disk. */
  plant(path: string, bytes: Uint8Array): void {
    this.#gate.image.plant(path, bytes)
  }

  async #createIn(path: string, operation: string): Promise<void> {
    if (!this.#gate.image.hasDirectoryOf(path)) throw missingDirectory(operation, path)
    await this.#step({ kind: 'create', operation, path }, () => ({
      kind: 'create',
      path,
      inode: makeInode(),
    }))
  }

  async #renameIn(from: string, to: string, operation: string): Promise<void> {
    if (this.#gate.image.find(from) === undefined) {
      const reason = `there is no ${from}`
      throw new PortError('PORTS_IO_FAILED', { operation, path: to, reason })
    }
    await this.#step({ kind: 'rename', operation, path: to }, () => ({ kind: 'rename', from, to }))
    await this.#syncDirectory(to, operation)
  }

  async #syncDirectory(path: string, operation: string): Promise<void> {
    await this.#step({ kind: 'sync-directory', operation, path }, () => ({
      kind: 'sync-directory',
      directory: directoryOf(path),
    }))
  }

  #step(step: Omit<FileStep, 'index'>, makeAction: () => DiskAction): Promise<void> {
    return this.#gate.perform(step, makeAction)
  }

  #assertAlive(operation: string, path: string): void {
    assert(path !== '', 'a path is not empty')
    this.#gate.assertAlive(operation, path)
  }
}

function missingDirectory(operation: string, path: string): PortError {
  const reason = 'its directory does not exist'
  return new PortError('PORTS_IO_FAILED', { operation, path, reason })
}
