// Loads, makes and resets the two files of a validator: its key and what it has signed.

import type { Crypto } from '../../core/crypto/index.ts'
import { verifySignature } from '../../core/crypto/index.ts'
import type { Files, Random } from '../ports/index.ts'
import { commandFor, PrivvalError } from './errors.ts'
import { FileSigner } from './file-signer.ts'
import type { ValidatorKey } from './key-file.ts'
import { formatKeyFile, parseKeyFile, validatorKeyOf } from './key-file.ts'
import type { SignState } from './sign-state.ts'
import { formatSignState, FRESH_SIGN_STATE, parseSignState } from './sign-state.ts'

const SEED_BYTES = 32
const MODE = { mode: 0o600 }

/** Where the files are and what reads them. */
export interface SignerFiles {
  readonly files: Files
  readonly crypto: Crypto
  /** The path of priv_validator_key.json; its directory exists. */
  readonly keyPath: string
  /** The path of priv_validator_state.json; its directory exists. */
  readonly statePath: string
  /** The home that both belong to, for the commands that errors advise. */
  readonly home?: string
}

/**
 * Loads both files.
 * @throws PrivvalError when either is missing or malformed, when they do not belong together
 * (`PRIVVAL_STATE_FOREIGN`), and above all `PRIVVAL_STATE_MISSING`: a key that may have signed must
 * not sign without knowing what.
 */
export async function loadFileSigner(paths: SignerFiles): Promise<FileSigner> {
  const { files, crypto, statePath } = paths
  const key = await loadValidatorKey(paths)
  const bytes = await files.readFile(statePath)
  if (bytes === null) {
    const reason =
      `the sign state is missing although there is a key (${paths.keyPath}): without it this ` +
      'validator could sign twice at one height and be slashed. Bring the file back from where ' +
      'the key was last used; only if the key has never signed, or is used on a new chain: ' +
      resetOf(paths)
    throw new PrivvalError('PRIVVAL_STATE_MISSING', { file: statePath, reason })
  }
  const state = parseSignState(statePath, bytes)
  checkOwnership(paths, key, state)
  return new FileSigner({ files, crypto, key, state, statePath })
}

/**
 * Reads the key file alone, to show it. Throws `PRIVVAL_KEY_MISSING` or `PRIVVAL_KEY_MALFORMED`.
 */
export async function loadValidatorKey(
  paths: Pick<SignerFiles, 'files' | 'crypto' | 'keyPath' | 'home'>,
): Promise<ValidatorKey> {
  const bytes = await paths.files.readFile(paths.keyPath)
  if (bytes === null) {
    const reason = `there is no validator key; ${commandFor('init', paths.home)} makes one`
    throw new PrivvalError('PRIVVAL_KEY_MISSING', { file: paths.keyPath, reason })
  }
  return parseKeyFile(paths.crypto, paths.keyPath, bytes)
}

/**
 * Makes a new key and a fresh state. Never replaces a key (`PRIVVAL_KEY_EXISTS`), nor the state of
 * a key that is only away for the moment (`PRIVVAL_STATE_FOREIGN`).
 */
export async function generateFileSigner(
  paths: SignerFiles & { readonly random: Random },
): Promise<FileSigner> {
  const { files, crypto, keyPath, statePath, random } = paths
  if ((await files.readFile(keyPath)) !== null) {
    const reason = 'there is a validator key already; it is not replaced'
    throw new PrivvalError('PRIVVAL_KEY_EXISTS', { file: keyPath, reason })
  }
  const before = await files.readFile(statePath)
  if (before !== null && parseSignState(statePath, before).signBytes.length > 0) {
    const reason = `it is the sign state of a key that is not in ${keyPath}; move it away first`
    throw new PrivvalError('PRIVVAL_STATE_FOREIGN', { file: statePath, reason })
  }
  const seed = random.bytes(SEED_BYTES)
  // The state first: a crash in between leaves a fresh state without a key, which the next attempt
  // takes over.
  await files.writeFileDurable(statePath, formatSignState(FRESH_SIGN_STATE), MODE)
  await files.writeFileDurable(keyPath, formatKeyFile(crypto, seed), MODE)
  const key = validatorKeyOf(crypto, seed)
  return new FileSigner({ files, crypto, key, state: FRESH_SIGN_STATE, statePath })
}

/** Loads both files, or makes them when there is no key. */
export async function loadOrGenerateFileSigner(
  paths: SignerFiles & { readonly random: Random },
): Promise<FileSigner> {
  const exists = (await paths.files.readFile(paths.keyPath)) !== null
  return exists ? loadFileSigner(paths) : generateFileSigner(paths)
}

/**
 * Writes a fresh state over whatever is there. Only the operator can know that the key has signed
 * nothing.
 */
export async function resetSignState(
  paths: Pick<SignerFiles, 'files' | 'statePath'>,
): Promise<void> {
  await paths.files.writeFileDurable(paths.statePath, formatSignState(FRESH_SIGN_STATE), MODE)
}

function resetOf({ home }: Pick<SignerFiles, 'home'>): string {
  return commandFor('unsafe-reset-priv-validator', home)
}

/**
 * The last signature has to be this key's: a state copied from another validator protects nothing.
 */
function checkOwnership(paths: SignerFiles, key: ValidatorKey, state: SignState): void {
  const { signBytes, signature } = state
  if (signBytes.length === 0) return
  if (verifySignature(paths.crypto, key.pubKey, signBytes, signature)) return
  const reason =
    `its signature is not by the key in ${paths.keyPath}: the file belongs to another ` +
    'validator or is damaged. ' +
    `Bring the right one back; only if the key has never signed: ${resetOf(paths)}`
  throw new PrivvalError('PRIVVAL_STATE_FOREIGN', {
    file: paths.statePath,
    field: 'signature',
    reason,
  })
}
