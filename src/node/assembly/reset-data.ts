// Removes what a node can get again from its peers or its genesis.

import { rm } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { lockHome, NodeFiles } from '../platform/index.ts'
import type { Config } from './config.ts'
import { homePaths, missing, readText } from './home.ts'
import type { HomePaths } from './home.ts'

/**
 * Empties the data folder of a home and removes CometBFT's address book unless it is to be kept;
 * answers the folder.
 * @throws HomeLockError while a node runs in the home.
 */
export async function resetData(
  home: string,
  config: Config,
  options: { readonly keepAddressBook: boolean },
): Promise<string> {
  const paths = homePaths(home, config)
  if ((await readText(paths.validatorKey)) === null) throw missing(paths.validatorKey, home)
  refuseConfigInData(paths, config)
  const files = new NodeFiles()
  const lock = await lockHome(home)
  try {
    for (const name of await files.list(paths.data)) {
      // The lock stands in our own folder and is held.
      if (name !== 'quadrille') await remove(join(paths.data, name))
    }
    for (const name of await files.list(paths.store)) {
      if (name !== 'lock') await remove(join(paths.store, name))
    }
    if (!options.keepAddressBook) await remove(paths.addressBook)
  } finally {
    await lock.release()
  }
  return paths.data
}

function refuseConfigInData(paths: HomePaths, config: Config): void {
  const inData = (path: string): boolean => path.startsWith(`${paths.data}${sep}`)
  const { genesis, validatorKey, nodeKey } = paths
  if (![paths.config, genesis, validatorKey, nodeKey].some(inData)) return
  const where = `keys or configuration are in ${paths.data}`
  throw config.refusal('db_dir', `${where}, which would be emptied; move them first`)
}

function remove(path: string): Promise<void> {
  return rm(path, { recursive: true, force: true })
}
