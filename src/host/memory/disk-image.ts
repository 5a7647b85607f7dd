// The disk beneath files and stores in memory: what is written, what is synced, and the list of
// changes in between.

import { copyBytes, InvariantError } from '../../core/bytes/index.ts'
import { Content, isZeros } from './content.ts'
import type { TableChange } from './table.ts'
import { Table } from './table.ts'

/** Where bytes lie: a file, or a value of a store. */
export type StoredAt =
  | { readonly path: string }
  | { readonly store: string; readonly key: Uint8Array }

/** A file's content apart from its names. */
export interface Inode {
  readonly written: Content
  readonly synced: Content
}

/** A change that is not on disk yet. */
export type UnsyncedChange =
  | {
      readonly kind: 'write'
      readonly inode: Inode
      readonly offset: number
      readonly bytes: Uint8Array
    }
  | { readonly kind: 'truncate'; readonly inode: Inode; readonly size: number }
  | {
      readonly kind: 'link'
      readonly path: string
      readonly inode: Inode
      readonly from: string | null
    }
  | { readonly kind: 'unlink'; readonly path: string }
  | UnsyncedBatch

/** A batch of a key-value store; a crash loses a suffix of a store's batches. */
interface UnsyncedBatch {
  readonly kind: 'batch'
  readonly store: string
  readonly changes: readonly TableChange[]
  /**
   * What the key of each change held before; null when the batch failed and nobody sees it but
   * after a crash.
   */
  readonly undo: readonly TableChange['value'][] | null
}

/**
 * What a crash keeps of a change: all, nothing, or of a write that many first bytes, or those
 * sectors of 512 bytes (counted from the one with its first byte) for which a function says so.
 */
export type Kept = boolean | number | ((sector: number) => boolean)

/** Which changes a crash keeps; the index counts them from the oldest. */
export type Keep = (change: UnsyncedChange, index: number) => Kept

/** One change of the disk as data: what a recording plays again. */
export type DiskAction =
  | { readonly kind: 'create'; readonly path: string; readonly inode: Inode }
  | Extract<UnsyncedChange, { kind: 'write' | 'truncate' }>
  | { readonly kind: 'sync' | 'lose'; readonly inode: Inode }
  | { readonly kind: 'rename'; readonly from: string; readonly to: string }
  | { readonly kind: 'remove'; readonly path: string }
  | { readonly kind: 'sync-directory'; readonly directory: string }
  | {
      readonly kind: 'batch'
      readonly store: string
      readonly changes: readonly TableChange[]
      readonly sync: boolean
    }
  | {
      readonly kind: 'failed-batch'
      readonly store: string
      readonly changes: readonly TableChange[]
    }

/** More batches than this without a sync and the oldest counts as written out by the system. */
const MAX_UNSYNCED_BATCHES = 1024
const SECTOR_BYTES = 512

/** An inode of an empty file. */
export function makeInode(bytes?: Uint8Array): Inode {
  const written = new Content(bytes)
  return { written, synced: written.fork() }
}

/** Two images of one disk. Writes and names may reach it in any order until they are synced. */
export class DiskImage {
  readonly #names = new Map<string, Inode>()
  readonly #syncedNames = new Map<string, Inode>()
  readonly #directories = new Set<string>([''])
  readonly #tables = new Map<string, Table>()
  /** Changes not synced, oldest first. */
  changes: UnsyncedChange[] = []

  find(path: string): Inode | undefined {
    return this.#names.get(path)
  }

  at(path: string): Inode {
    const inode = this.#names.get(path)
    if (inode === undefined) throw new InvariantError(`there is no ${path}`)
    return inode
  }

  /** The entries of a store, as written. */
  table(store: string): Table {
    let table = this.#tables.get(store)
    if (table === undefined) {
      table = new Table()
      this.#tables.set(store, table)
    }
    return table
  }

  get paths(): string[] {
    return [...this.#names.keys()]
  }

  get stores(): string[] {
    return [...this.#tables.keys()]
  }

  list(directory: string): string[] {
    const prefix = `${directory}/`
    const names: string[] = []
    for (const path of this.#names.keys()) {
      const name = path.slice(prefix.length)
      if (path.startsWith(prefix) && !name.includes('/')) names.push(name)
    }
    return names.toSorted()
  }

  /** Makes a directory and those above it; on disk at once. */
  makeDirectory(path: string): void {
    for (let at = path; !this.#directories.has(at); at = directoryOf(at)) this.#directories.add(at)
  }

  hasDirectoryOf(path: string): boolean {
    return this.#directories.has(directoryOf(path))
  }

  plant(path: string, bytes: Uint8Array): void {
    this.#plantInode(path, makeInode(bytes))
  }

  perform(action: DiskAction): void {
    switch (action.kind) {
      case 'create':
        this.#names.set(action.path, action.inode)
        this.changes.push({ kind: 'link', path: action.path, inode: action.inode, from: null })
        return
      case 'write':
      case 'truncate':
        applyData(action.inode.written, action)
        this.changes.push(action)
        return
      case 'sync':
        return this.#sync(action.inode)
      case 'lose':
        this.changes = this.changes.filter((each) => !isData(each) || each.inode !== action.inode)
        return
      case 'rename':
        return this.#rename(action.from, action.to)
      case 'remove':
        this.#names.delete(action.path)
        this.changes.push(unlinkOf(action.path))
        return
      case 'sync-directory':
        return this.#syncDirectory(action.directory)
      case 'batch':
        return this.#batch(action)
      case 'failed-batch':
        this.changes.push({ ...action, kind: 'batch', undo: null })
    }
  }

  /** A disk of its own: the synced image with the changes that were kept on top. */
  afterCrash(keep: Keep): DiskImage {
    const image = new DiskImage()
    for (const directory of this.#directories) image.makeDirectory(directory)
    const names = new Map(this.#syncedNames)
    const kept = this.changes.map((change, index) => keep(change, index))
    const contents = new Map<Inode, Content>()
    this.changes.forEach((change, index) => {
      const part = kept[index] ?? false
      if (part === false || change.kind === 'batch') return
      if (!isData(change)) return applyName(names, change)
      const content = contents.get(change.inode) ?? change.inode.synced.fork()
      contents.set(change.inode, content)
      if (part === true || change.kind === 'truncate') applyData(content, change)
      else for (const piece of piecesOf(change, part)) applyData(content, piece)
    })
    for (const [path, inode] of names) {
      const written = contents.get(inode) ?? inode.synced.fork()
      image.#plantInode(path, { written, synced: written.fork() })
    }
    for (const store of this.#tables.keys()) image.#tables.set(store, this.#tableAfter(store, kept))
    return image
  }

  #plantInode(path: string, inode: Inode): void {
    this.makeDirectory(directoryOf(path))
    this.#names.set(path, inode)
    this.#syncedNames.set(path, inode)
  }

  #sync(inode: Inode): void {
    this.changes = this.changes.filter((change) => {
      if (!isData(change) || change.inode !== inode) return true
      applyData(inode.synced, change)
      return false
    })
  }

  #rename(from: string, to: string): void {
    const inode = this.at(from)
    this.#names.delete(from)
    this.#names.set(to, inode)
    this.changes.push({ kind: 'link', path: to, inode, from })
  }

  #syncDirectory(directory: string): void {
    this.changes = this.changes.filter((change) => {
      if (isData(change) || change.kind === 'batch') return true
      if (directoryOf(change.path) !== directory) return true
      applyName(this.#syncedNames, change)
      return false
    })
  }

  #batch({ store, changes, sync }: Extract<DiskAction, { kind: 'batch' }>): void {
    const table = this.table(store)
    const isOfStore = (each: UnsyncedChange): boolean =>
      each.kind === 'batch' && each.store === store
    if (sync) {
      this.changes = this.changes.filter((each) => !isOfStore(each))
    } else {
      const undo = changes.map(({ key }) => table.get(key))
      this.changes.push({ kind: 'batch', store, changes, undo })
      if (this.changes.length > MAX_UNSYNCED_BATCHES) {
        this.changes.splice(this.changes.findIndex(isOfStore), 1)
      }
    }
    for (const change of changes) table.set(change)
  }

  /** Takes the lost batches back, and does those that failed and were kept all the same. */
  #tableAfter(store: string, kept: readonly Kept[]): Table {
    const table = this.table(store).fork()
    const batches = this.changes.flatMap((change, index) =>
      change.kind === 'batch' && change.store === store ? [{ change, keeps: kept[index] }] : [],
    )
    const lost = batches.findIndex(({ keeps }) => keeps !== true)
    const end = lost < 0 ? batches.length : lost
    for (const { change } of batches.slice(end).toReversed()) {
      change.changes.forEach(({ key }, index) => {
        if (change.undo !== null) table.set({ key, value: change.undo[index] })
      })
    }
    for (const { change } of batches.slice(0, end)) {
      if (change.undo === null) for (const each of change.changes) table.set(each)
    }
    return table
  }
}

type DataChange = Extract<UnsyncedChange, { kind: 'write' | 'truncate' }>
type WriteChange = Extract<UnsyncedChange, { kind: 'write' }>
type NameChange = Extract<UnsyncedChange, { kind: 'link' | 'unlink' }>

/** A write as a change that may be kept: the bytes as they are now. */
export function writeOf(inode: Inode, offset: number, bytes: Uint8Array): WriteChange {
  return { kind: 'write', inode, offset, bytes: isZeros(bytes) ? bytes : copyBytes(bytes) }
}

/** The directory a path lies in. */
export function directoryOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')))
}

function unlinkOf(path: string): UnsyncedChange {
  return { kind: 'unlink', path }
}

function isData(change: UnsyncedChange): change is DataChange {
  return change.kind === 'write' || change.kind === 'truncate'
}

function applyName(names: Map<string, Inode>, change: NameChange): void {
  if (change.kind === 'unlink') {
    names.delete(change.path)
    return
  }
  if (change.from !== null) names.delete(change.from)
  names.set(change.path, change.inode)
}

function applyData(content: Content, change: DataChange): void {
  if (change.kind === 'truncate') content.truncate(change.size)
  else content.write(change.offset, change.bytes)
}

/** The parts of a torn write that reached the disk. */
function piecesOf(change: WriteChange, kept: Exclude<Kept, boolean>): WriteChange[] {
  const { offset, bytes } = change
  if (typeof kept === 'number') return [{ ...change, bytes: bytes.subarray(0, kept) }]
  const pieces: WriteChange[] = []
  const first = Math.floor(offset / SECTOR_BYTES)
  for (let sector = first; sector * SECTOR_BYTES < offset + bytes.length; sector++) {
    if (!kept(sector - first)) continue
    const from = Math.max(0, sector * SECTOR_BYTES - offset)
    const to = (sector + 1) * SECTOR_BYTES - offset
    pieces.push({ ...change, offset: offset + from, bytes: bytes.subarray(from, to) })
  }
  return pieces
}
