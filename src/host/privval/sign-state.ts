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

/** A message that was signed. */
export interface SignedMessage extends SignPlace {
  readonly signature: Uint8Array
  readonly signBytes: Uint8Array
}

/** What was signed last. Sign bytes and signature are empty when nothing was. */
export interface SignState extends SignedMessage {
  /**
   * What was signed before it. The log is made durable beside this file and may end where that was
   * asked for; it is asked for again then, and given again.
   */
  readonly previous?: SignedMessage
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
  const last = parseMessage(json)
  return json.has('previous') ? { ...last, previous: parseMessage(json.object('previous')) } : last
}

function parseMessage(json: JsonFile): SignedMessage {
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

/**
 * The file of a state, as CometBFT writes it: empty signature and sign bytes are left out.
 * `previous` is ours alone; CometBFT passes over it.
 */
export function formatSignState(state: SignState): Uint8Array {
  const file = fileOf(state)
  if (state.previous !== undefined) file['previous'] = fileOf(state.previous)
  return toUtf8(JSON.stringify(file, null, 2))
}

function fileOf(message: SignedMessage): Record<string, unknown> {
  const file: Record<string, unknown> = {
    height: message.height.toString(),
    round: message.round,
    step: message.step,
  }
  if (message.signature.length > 0) file['signature'] = toBase64(message.signature)
  if (message.signBytes.length > 0) file['signbytes'] = toHexUpper(message.signBytes)
  return file
}

function parseHeight(text: string): bigint | null {
  if (!/^\d{1,19}$/.test(text)) return null
  const height = BigInt(text)
  return height <= MAX_INT64 ? height : null
}
