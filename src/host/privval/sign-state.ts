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
import { placeOf } from './sign-bytes.ts'
import type { SignPlace } from './sign-place.ts'
import { SignStep } from './sign-place.ts'

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
  const place = { height, round, step }
  checkPlace(json, place, signBytes)
  return { ...place, signature, signBytes }
}

/** The file has no checksum: a place that was damaged would allow to sign once more after it. */
function checkPlace(json: JsonFile, place: SignPlace, signBytes: Uint8Array): void {
  if (signBytes.length === 0) return
  const signed = placeOf(signBytes)
  if (signed === null) throw json.wrong('signbytes', 'are not those of a vote or a proposal')
  for (const field of ['height', 'round', 'step'] as const) {
    if (place[field] === signed[field]) continue
    throw json.wrong(field, `is not that of signbytes, which is ${signed[field]}`)
  }
}

/** The file of a state, as CometBFT writes it: empty signature and sign bytes are left out. */
export function formatSignState(state: SignState): Uint8Array {
  const { height, round, step, signature, signBytes } = state
  const file: Record<string, unknown> = { height: height.toString(), round, step }
  if (signature.length > 0) file['signature'] = toBase64(signature)
  if (signBytes.length > 0) file['signbytes'] = toHexUpper(signBytes)
  return toUtf8(JSON.stringify(file, null, 2))
}

function parseHeight(text: string): bigint | null {
  if (!/^\d{1,19}$/.test(text)) return null
  const height = BigInt(text)
  return height <= MAX_INT64 ? height : null
}
