// The files of a node's home, in CometBFT's places; databases and log are our own, in
// data/quadrille.

import { isAbsolute, join } from 'node:path'
import { fromUtf8 } from '../../core/bytes/index.ts'
import { commandFor } from '../../host/privval/index.ts'
import { NodeFiles } from '../platform/index.ts'
import { Config } from './config.ts'
import { AssemblyError } from './errors.ts'

/** Where a node's files are; all absolute. */
export interface HomePaths {
  readonly home: string
  readonly config: string
  readonly genesis: string
  readonly validatorKey: string
  readonly validatorState: string
  readonly nodeKey: string
  /** CometBFT's list of addresses; this node has none. */
  readonly addressBook: string
  /** Folder of everything that is rebuilt or lost by `unsafe-reset-all`. */
  readonly data: string
  /** Our own databases and log. */
  readonly store: string
}

/** `config.toml` of a home; it must be read before the other paths are known. */
export function configPath(home: string): string {
  return join(home, 'config', 'config.toml')
}

/** The paths of a home as its configuration sets them. Throws `AssemblyError` for an empty one. */
export function homePaths(home: string, config: Config): HomePaths {
  const at = (key: string): string => {
    const path = config.string(key)
    // It would mean the home itself.
    if (path === '') throw config.refusal(key, 'must not be empty')
    return isAbsolute(path) ? path : join(home, path)
  }
  const data = at('db_dir')
  return {
    home,
    config: configPath(home),
    genesis: at('genesis_file'),
    validatorKey: at('priv_validator_key_file'),
    validatorState: at('priv_validator_state_file'),
    nodeKey: at('node_key_file'),
    addressBook: at('p2p.addr_book_file'),
    data,
    store: join(data, 'quadrille'),
  }
}

/**
 * The settings of a home: its config.toml if there is one, then the environment.
 * @throws AssemblyError `ASSEMBLY_CONFIG_INVALID` naming file or variable, key and reason.
 */
export async function loadConfig(
  home: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Config> {
  const config = new Config()
  const path = configPath(home)
  const text = await readText(path)
  if (text !== null) config.readToml(text, path)
  config.readEnvironment(environment)
  return config
}

/** A file's text, null when there is none. */
export async function readText(path: string): Promise<string | null> {
  const bytes = await new NodeFiles().readFile(path)
  return bytes === null ? null : fromUtf8(bytes)
}

/** The error for a home that no command has written yet, or that lacks a file. */
export function missing(path: string, home: string): AssemblyError {
  const reason = `there is no such file; ${commandFor('init', home)} writes what is missing`
  return new AssemblyError('ASSEMBLY_FILE_MISSING', { where: path, what: '', reason })
}
