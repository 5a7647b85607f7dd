// Writes the files of homes: keys, configuration and the genesis of a chain with one validator.

import { hostname } from 'node:os'
import { dirname } from 'node:path'
import { toBase64, toUtf8 } from '../../core/bytes/index.ts'
import type { GenesisValidator } from '../../core/types/index.ts'
import {
  loadNodeKey,
  loadOrGenerateFileSigner,
  loadOrGenerateNodeKey,
  loadValidatorKey,
  resetSignState,
} from '../../host/privval/index.ts'
import type { NodeKey, ValidatorKey } from '../../host/privval/index.ts'
import { lockHome, nativeCrypto, NodeFiles, systemRandom } from '../platform/index.ts'
import { Config } from './config.ts'
import { newGenesis, randomChainId, writeGenesis } from './genesis-file.ts'
import { homePaths } from './home.ts'
import type { HomePaths } from './home.ts'

const FILE_MODE = 0o644
/** Power of the one validator that `init` makes, as CometBFT's. */
const INIT_POWER = 10n
/** Written as CometBFT writes it; it means that the first block has height 1. */
const DEFAULT_INITIAL_HEIGHT = 0n

const files = new NodeFiles()

/** A file that was written, or was there already and is kept. */
export interface InitStep {
  readonly made: boolean
  readonly what: string
  readonly path: string
}

/** The two keys of a home. */
export interface HomeKeys {
  readonly validator: Pick<ValidatorKey, 'address' | 'pubKey'>
  readonly node: NodeKey
  readonly madeValidator: boolean
  readonly madeNode: boolean
}

/**
 * Makes what is missing in a home: configuration, keys, and the genesis of a chain that this node
 * validates alone. Nothing that exists is changed.
 */
export async function initHome(home: string, config: Config): Promise<readonly InitStep[]> {
  const paths = homePaths(home, config)
  const keys = await makeKeys(paths)
  const madeConfig = !(await exists(paths.config))
  if (madeConfig) {
    const settings = new Config()
    settings.setText('moniker', hostname(), 'this machine')
    await writeConfig(paths, settings)
  }
  const madeGenesis = !(await exists(paths.genesis))
  if (madeGenesis) {
    const validators = [genesisValidator(keys, { power: INIT_POWER, name: '' })]
    const chainId = randomChainId('test-chain')
    const genesis = newGenesis({ chainId, initialHeight: DEFAULT_INITIAL_HEIGHT, validators })
    await writeGenesis(paths.genesis, genesis)
  }
  return [
    { made: madeConfig, what: 'configuration', path: paths.config },
    { made: keys.madeValidator, what: 'validator key', path: paths.validatorKey },
    { made: keys.madeNode, what: 'node key', path: paths.nodeKey },
    { made: madeGenesis, what: 'genesis file', path: paths.genesis },
  ]
}

/** Loads the keys of a home, and makes those that are missing, with the folders around them. */
export async function makeKeys(paths: HomePaths): Promise<HomeKeys> {
  const { home, validatorKey, validatorState, nodeKey, config, genesis, data } = paths
  for (const file of [config, genesis, validatorKey, validatorState, nodeKey]) {
    await files.makeDirectory(dirname(file))
  }
  await files.makeDirectory(data)
  const madeValidator = !(await exists(validatorKey))
  const madeNode = !(await exists(nodeKey))
  const common = { files, crypto: nativeCrypto, random: systemRandom, home }
  const validator = await loadOrGenerateFileSigner({
    ...common,
    keyPath: validatorKey,
    statePath: validatorState,
  })
  const node = await loadOrGenerateNodeKey({ ...common, path: nodeKey })
  return { validator, node, madeValidator, madeNode }
}

/** The entry of a home's key in a genesis file. */
export function genesisValidator(
  { validator }: HomeKeys,
  { power, name }: { readonly power: bigint; readonly name: string },
): GenesisValidator {
  return { address: validator.address, pubKey: validator.pubKey, power, name }
}

/** Writes config.toml. */
export async function writeConfig(paths: HomePaths, config: Config): Promise<void> {
  await files.writeFileDurable(paths.config, toUtf8(config.toToml()), { mode: FILE_MODE })
}

/** The id by which peers know the node of a home. */
export async function readNodeId(home: string, config: Config): Promise<string> {
  const path = homePaths(home, config).nodeKey
  return (await loadNodeKey({ files, crypto: nativeCrypto, path, home })).id
}

/** The validator key of a home as CometBFT's JSON shows it. */
export async function readValidatorKey(home: string, config: Config): Promise<string> {
  const keyPath = homePaths(home, config).validatorKey
  const { pubKey } = await loadValidatorKey({ files, crypto: nativeCrypto, keyPath, home })
  return JSON.stringify({ type: 'tendermint/PubKeyEd25519', value: toBase64(pubKey.bytes) })
}

/**
 * Makes a home forget what its validator key signed last; answers the file.
 * @throws HomeLockError while a node runs in the home.
 */
export async function resetValidatorState(home: string, config: Config): Promise<string> {
  const { validatorKey: keyPath, validatorState: statePath } = homePaths(home, config)
  await loadValidatorKey({ files, crypto: nativeCrypto, keyPath, home })
  const lock = await lockHome(home)
  try {
    await files.makeDirectory(dirname(statePath))
    await resetSignState({ files, statePath })
  } finally {
    await lock.release()
  }
  return statePath
}

async function exists(path: string): Promise<boolean> {
  return (await files.readRange(path, 0, 0)) !== null
}
