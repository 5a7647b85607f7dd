// The second home of a devnet validator that runs twice: another node with the same key.

import { copyFile, mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Config } from './config.ts'
import { homePaths } from './home.ts'
import { initHome } from './init-home.ts'

/** The home of the twin of the validator in a home. */
export function twinHomeOf(home: string): string {
  return `${home}-twin`
}

/**
 * Writes what is missing of a twin's home: configuration, genesis and validator key are those of
 * the other, node key and sign state its own, as of somebody who copies a key to a second machine.
 */
export async function writeTwinHome(home: string): Promise<void> {
  const config = new Config()
  const [from, to] = [homePaths(home, config), homePaths(twinHomeOf(home), config)]
  await mkdir(dirname(to.config), { recursive: true })
  await copyFile(from.config, to.config)
  await copyFile(from.genesis, to.genesis)
  await initHome(twinHomeOf(home), config)
  await copyFile(from.validatorKey, to.validatorKey)
}
