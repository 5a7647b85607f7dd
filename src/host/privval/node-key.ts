// The node's key file, node_key.json: who this node is to its peers.

import { toHex, toUtf8 } from '../../core/bytes/index.ts'
import type { Crypto } from '../../core/crypto/index.ts'
import { addressOf } from '../../core/crypto/index.ts'
import type { Files, Random } from '../ports/index.ts'
import { commandFor, PrivvalError } from './errors.ts'
import { JsonFile } from './json-file.ts'
import { formatPrivateKey, keyPairOf, readPrivateKey } from './key-pair.ts'

const SEED_BYTES = 32
const MODE = { mode: 0o600 }

/** The identity of a node. */
export interface NodeKey {
  readonly seed: Uint8Array
  /** The 32-byte public key. */
  readonly publicKey: Uint8Array
  /** Peer id: lower-case hex of the public key's address. */
  readonly id: string
}

/** What reading a node key takes. */
export interface NodeKeyOptions {
  readonly files: Files
  readonly crypto: Crypto
  /** The path of node_key.json; its directory exists. */
  readonly path: string
  /** The home that it belongs to, for the command that an error advises. */
  readonly home?: string
}

/** The node key of a 32-byte seed. */
export function nodeKeyOf(crypto: Crypto, seed: Uint8Array): NodeKey {
  const { publicKey } = keyPairOf(crypto, seed)
  const id = toHex(addressOf(crypto, { type: 'ed25519', bytes: publicKey }))
  return { seed, publicKey, id }
}

/**
 * Reads the file.
 * @throws PrivvalError `PRIVVAL_KEY_MISSING` or `PRIVVAL_KEY_MALFORMED`.
 */
export async function loadNodeKey(options: NodeKeyOptions): Promise<NodeKey> {
  const { files, crypto, path, home } = options
  const bytes = await files.readFile(path)
  if (bytes === null) {
    const reason = `there is no node key; ${commandFor('init', home)} makes one`
    throw new PrivvalError('PRIVVAL_KEY_MISSING', { file: path, reason })
  }
  const json = JsonFile.parse(path, 'PRIVVAL_KEY_MALFORMED', bytes)
  return nodeKeyOf(crypto, readPrivateKey(crypto, json).seed)
}

/** Makes a new key and writes the file. Throws `PRIVVAL_KEY_EXISTS` rather than replace one. */
export async function generateNodeKey(
  options: NodeKeyOptions & { readonly random: Random },
): Promise<NodeKey> {
  const { files, crypto, path, random } = options
  if ((await files.readFile(path)) !== null) {
    const reason = 'there is a node key already; it is not replaced'
    throw new PrivvalError('PRIVVAL_KEY_EXISTS', { file: path, reason })
  }
  const seed = random.bytes(SEED_BYTES)
  const file = { priv_key: formatPrivateKey(keyPairOf(crypto, seed)) }
  await files.writeFileDurable(path, toUtf8(JSON.stringify(file)), MODE)
  return nodeKeyOf(crypto, seed)
}

/** The key of the file, made first when the file is missing. */
export async function loadOrGenerateNodeKey(
  options: NodeKeyOptions & { readonly random: Random },
): Promise<NodeKey> {
  const exists = (await options.files.readFile(options.path)) !== null
  return exists ? loadNodeKey(options) : generateNodeKey(options)
}
