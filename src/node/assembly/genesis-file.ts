// The genesis file of a home: read with its field named when it is wrong, made for new chains.

import {
  EMPTY_BYTES,
  equalBytes,
  fromHex,
  fromUtf8,
  toHexUpper,
  toUtf8,
} from '../../core/bytes/index.ts'
import { commandFor } from '../../host/privval/index.ts'
import { defaultConsensusParams, formatGenesis, parseGenesis } from '../../core/types/index.ts'
import type { EvidenceRule, Genesis, GenesisValidator } from '../../core/types/index.ts'
import { nativeCrypto, NodeFiles, systemClock, systemRandom } from '../platform/index.ts'
import { AssemblyError } from './errors.ts'
import { missing, readText } from './home.ts'
import type { HomePaths } from './home.ts'

const FILE_MODE = 0o644
const SUFFIX_CHARS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const SUFFIX_LENGTH = 6

/** What differs between new chains. */
export interface NewChain {
  readonly chainId: string
  readonly initialHeight: bigint
  readonly validators: readonly GenesisValidator[]
  /** That of CometBFT when left out. */
  readonly evidenceRule?: EvidenceRule
}

/** The genesis of a chain that begins now, with CometBFT's parameters. */
export function newGenesis(chain: NewChain): Genesis {
  const { chainId, initialHeight, validators, evidenceRule = 'comet' } = chain
  return {
    genesisTime: systemClock.now(),
    chainId,
    initialHeight,
    consensusParams: defaultConsensusParams,
    validators,
    appHash: EMPTY_BYTES,
    appStateJson: '',
    lockRule: 'comet-legacy',
    medianTimeRule: 'non-absent',
    evidenceRule,
  }
}

/** `prefix` and six random letters and digits, as CometBFT names its new chains. */
export function randomChainId(prefix: string): string {
  let suffix = ''
  while (suffix.length < SUFFIX_LENGTH) {
    // Six bits, drawn again when they are none of the 62 characters, so that all are as likely.
    for (const byte of systemRandom.bytes(SUFFIX_LENGTH)) suffix += SUFFIX_CHARS[byte % 64] ?? ''
  }
  return `${prefix}-${suffix.slice(0, SUFFIX_LENGTH)}`
}

/** Writes the genesis file. */
export async function writeGenesis(path: string, genesis: Genesis): Promise<void> {
  await new NodeFiles().writeFileDurable(path, toUtf8(formatGenesis(genesis)), { mode: FILE_MODE })
}

/**
 * Reads the genesis file. `expectedHash` is the SHA-256 the file must have, in hex.
 * @throws AssemblyError `ASSEMBLY_FILE_MISSING`, or `ASSEMBLY_GENESIS_INVALID` naming the field.
 */
export async function readGenesis(paths: HomePaths, expectedHash: string | null): Promise<Genesis> {
  const where = paths.genesis
  const bytes = await new NodeFiles().readFile(where)
  if (bytes === null) throw missing(where, paths.home)
  if (expectedHash !== null) checkHash(where, bytes, expectedHash)
  const parsed = parseGenesis(nativeCrypto, fromUtf8(bytes))
  if (parsed.ok) return parsed.value
  const { field, reason } = parsed.error
  throw new AssemblyError('ASSEMBLY_GENESIS_INVALID', { where, what: field, reason })
}

/**
 * Remembers beside the stores which genesis they belong to, and refuses another one.
 * @throws AssemblyError `ASSEMBLY_GENESIS_INVALID`.
 */
export async function checkSameGenesis(paths: HomePaths, genesis: Genesis): Promise<void> {
  const path = `${paths.store}/genesis.json`
  const text = formatGenesis(genesis)
  const known = await readText(path)
  if (known === text) return
  if (known !== null) {
    const reason =
      `is not as in the genesis that the chain in ${paths.store} began with; bring that one ` +
      `back, or remove the chain with ${commandFor('unsafe-reset-all', paths.home)}`
    const fault = { where: paths.genesis, what: firstDifference(known, text), reason }
    throw new AssemblyError('ASSEMBLY_GENESIS_INVALID', fault)
  }
  await new NodeFiles().writeFileDurable(path, toUtf8(text), { mode: 0o600 })
}

/** The path of the first field that two JSON texts have different, as deep as it can be told. */
function firstDifference(one: string, other: string): string {
  const path: string[] = []
  try {
    let left: unknown = JSON.parse(one)
    let right: unknown = JSON.parse(other)
    while (isObject(left) && isObject(right)) {
      const [a, b] = [left, right]
      const names = [...Object.keys(a), ...Object.keys(b)]
      const name = names.find((each) => JSON.stringify(a[each]) !== JSON.stringify(b[each]))
      if (name === undefined) break
      path.push(name)
      ;[left, right] = [a[name], b[name]]
    }
  } catch {
    // What was kept is damaged: the whole is meant.
  }
  return path.join('.')
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

function checkHash(path: string, bytes: Uint8Array, expectedHash: string): void {
  const expected = fromHex(expectedHash)
  if (expected?.length !== 32) {
    const reason = 'expected 64 hexadecimal characters'
    const fault = { where: 'flag --genesis_hash', what: '', reason }
    throw new AssemblyError('ASSEMBLY_FLAG_INVALID', fault)
  }
  const actual = nativeCrypto.sha256(bytes)
  if (equalBytes(actual, expected)) return
  const hashes = `${toHexUpper(actual)}, not the --genesis_hash ${toHexUpper(expected)}`
  const reason = `its SHA-256 is ${hashes}`
  throw new AssemblyError('ASSEMBLY_GENESIS_INVALID', { where: path, what: '', reason })
}
