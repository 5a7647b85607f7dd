// The chain of a home whose node does not run, for reading.

import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { KeyValueStore } from '../../host/ports/index.ts'
import { BlockStore, StateStore } from '../../host/store/index.ts'
import { LevelKeyValueStore, lockHome } from '../platform/index.ts'
import { Closers } from './closers.ts'
import type { Config } from './config.ts'
import { AssemblyError } from './errors.ts'
import { homePaths } from './home.ts'

/** Stores that nobody writes to. */
export interface StoredChain {
  readonly blocks: BlockStore
  readonly states: StateStore
  /** The database itself. */
  readonly store: KeyValueStore
  /** Closes the database and lets go of the home. */
  close(): Promise<void>
}

/**
 * Opens the chain of a home and holds the home until it is closed. Rejects with `HomeLockError`
 * when a node runs there, with `AssemblyError` `ASSEMBLY_FILE_MISSING` when nothing is stored.
 */
export async function openStoredChain(home: string, config: Config): Promise<StoredChain> {
  const path = join(homePaths(home, config).store, 'chain')
  // Both the lock and the database would make the folders that they do not find.
  if (!(await isFolder(path))) {
    const reason = 'there is no chain: no node has run in this home'
    throw new AssemblyError('ASSEMBLY_FILE_MISSING', { where: path, what: '', reason })
  }
  const closers = new Closers()
  try {
    const lock = await lockHome(home)
    closers.add(() => lock.release())
    const store = await LevelKeyValueStore.open(path)
    closers.add(() => store.close())
    const blocks = await BlockStore.open(store)
    return { blocks, states: new StateStore(store), store, close: () => closers.close() }
  } catch (error) {
    await closers.close().catch(() => undefined)
    throw error
  }
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory()
  } catch {
    return false
  }
}
