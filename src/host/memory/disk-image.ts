// The disk beneath files in memory: what is written, what is synced, and the list of changes in
// between.

import { InvariantError } from '../../core/bytes/index.ts'
import { Content } from './content.ts'

/** One single step on the disk. */
export interface FileStep {
  readonly kind: 'create' | 'write' | 'sync' | 'rename' | 'remove' | 'truncate' | 'sync-directory'
  /** The method of the port that needs it. */
  readonly operation: string
  readonly path: string
}

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

/** Whether a crash keeps a change; a number keeps that many first bytes of a write. */
export type Keep = (change: UnsyncedChange, index: number) => boolean | number

/** Two images of one disk. Writes and names may reach it in any order until they are synced. */
export class DiskImage {
  readonly #names = new Map<string, Inode>()
  readonly #syncedNames = new Map<string, Inode>()
  readonly #directories = new Set<string>([''])
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
    this.makeDirectory(directoryOf(path))
    const inode = { written: new Content(bytes), synced: new Content(bytes) }
    this.#names.set(path, inode)
    this.#syncedNames.set(path, inode)
  }

  create(path: string): void {
    const inode = { written: new Content(), synced: new Content() }
    this.#names.set(path, inode)
    this.changes.push({ kind: 'link', path, inode, from: null })
  }

  write(inode: Inode, offset: number, bytes: Uint8Array): void {
    const change = { kind: 'write', inode, offset, bytes: bytes.slice() } as const
    applyData(inode.written, change)
    this.changes.push(change)
  }

  truncate(inode: Inode, size: number): void {
    const change = { kind: 'truncate', inode, size } as const
    applyData(inode.written, change)
    this.changes.push(change)
  }

  sync(inode: Inode): void {
    this.changes = this.changes.filter((change) => {
      if (!isData(change) || change.inode !== inode) return true
      applyData(inode.synced, change)
      return false
    })
  }

  rename(from: string, to: string): void {
    const inode = this.at(from)
    this.#names.delete(from)
    this.#names.set(to, inode)
    this.changes.push({ kind: 'link', path: to, inode, from })
  }

  remove(path: string): void {
    this.#names.delete(path)
    this.changes.push({ kind: 'unlink', path })
  }

  syncDirectoryOf(path: string): void {
    const directory = directoryOf(path)
    this.changes = this.changes.filter((change) => {
      if (isData(change) || directoryOf(change.path) !== directory) return true
      applyName(this.#syncedNames, change)
      return false
    })
  }

  /** A disk of its own: the synced image with the changes that were kept on top. */
  afterCrash(keep: Keep): DiskImage {
    const contents = new Map<Inode, Content>()
    const names = new Map(this.#syncedNames)
    this.changes.forEach((change, index) => {
      const kept = keep(change, index)
      if (kept === false) return
      if (!isData(change)) {
        applyName(names, change)
        return
      }
      const content = contents.get(change.inode) ?? new Content(change.inode.synced.slice())
      contents.set(change.inode, content)
      applyData(content, kept === true ? change : shortened(change, kept))
    })
    const image = new DiskImage()
    for (const directory of this.#directories) image.makeDirectory(directory)
    for (const [path, inode] of names) {
      image.plant(path, (contents.get(inode) ?? inode.synced).slice())
    }
    return image
  }
}

type DataChange = Extract<UnsyncedChange, { kind: 'write' | 'truncate' }>
type NameChange = Exclude<UnsyncedChange, DataChange>

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

function shortened(change: DataChange, size: number): DataChange {
  return change.kind === 'write' ? { ...change, bytes: change.bytes.subarray(0, size) } : change
}

function directoryOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')))
}
