// The last thing signed, priv_validator_state.json in CometBFT's format, and what may be signed
// after it.

import {
  EMPTY_BYTES,
  fromBase64,
  fromHex,
  toBase64,
  toHexUpper,
  toUtf8,
} from '../../core/bytes/index.ts'
import { JsonFile } from './json-file.ts'

/** The order of what is signed in one round. */
export const SignStep = { none: 0, proposal: 1, prevote: 2, precommit: 3 } as const
export type SignStep = (typeof SignStep)[keyof typeof SignStep]

/** A moment of a chain at which a validator signs once. */
export interface SignPlace {
  readonly height: bigint
  readonly round: number
  readonly step: number
}

/** What was signed last. Sign bytes and signature are empty when nothing was. */
export interface SignState extends SignPlace {
  readonly signature: Uint8Array
  readonly signBytes: Uint8Array
}

/** The state of a key that has never signed. */
export const FRESH_SIGN_STATE: SignState = {
  height: 0n,
  round: 0,
  step: SignStep.none,
  signature: EMPTY_BYTES,
  signBytes: EMPTY_BYTES,
}

const MAX_INT32 = 2 ** 31 - 1
const MAX_INT64 = 2n ** 63n - 1n

/** Before, at or after: the sign of the difference. */
export function comparePlaces(a: SignPlace, b: SignPlace): number {
  if (a.height !== b.height) return a.height < b.height ? -1 : 1
  return a.round === b.round ? a.step - b.step : a.round - b.round
}

/**
 * Reads the file; `file` is its name for errors.
 * @throws PrivvalError `PRIVVAL_STATE_MALFORMED` naming the field.
 */
export function parseSignState(file: string, bytes: Uint8Array): SignState {
  const json = JsonFile.parse(file, 'PRIVVAL_STATE_MALFORMED', bytes)
  const height = json.parsed('height', 'a decimal number in a string', parseHeight)
  const round = json.integer('round', MAX_INT32)
  const step = json.integer('step', SignStep.precommit)
  const has = (name: string): boolean => (json.optionalText(name) ?? '') !== ''
  const signature = has('signature') ? json.parsed('signature', 'base64', fromBase64) : EMPTY_BYTES
  const signBytes = has('signbytes')
    ? json.parsed('signbytes', 'hexadecimal', fromHex)
    : EMPTY_BYTES
  if ((signature.length === 0) !== (signBytes.length === 0)) {
    const missing = signature.length === 0 ? 'signature' : 'signbytes'
    throw json.wrong(missing, 'is missing although the other of signature and signbytes is there')
  }
  return { height, round, step, signature, signBytes }
}

/** The file of a state, as CometBFT writes it: empty signature and sign bytes are left out. */
export function formatSignState(state: SignState): Uint8Array {
  const file: Record<string, unknown> = {
    height: state.height.toString(),
    round: state.round,
    step: state.step,
  }
  if (state.signature.length > 0) file['signature'] = toBase64(state.signature)
  if (state.signBytes.length > 0) file['signbytes'] = toHexUpper(state.signBytes)
  return toUtf8(JSON.stringify(file, null, 2))
}

function parseHeight(text: string): bigint | null {
  if (!/^\d{1,19}$/.test(text)) return null
  const height = BigInt(text)
  return height <= MAX_INT64 ? height : null
}
