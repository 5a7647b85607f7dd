// A finality proof as a text file: what it says in words a reader knows, then the proof itself.

import { equalBytes, err, formatTime, fromBase64, fromUtf8 } from '../bytes/index.ts'
import { toBase64, toHexUpper, toUtf8 } from '../bytes/index.ts'
import type { Result } from '../bytes/index.ts'
import type { Crypto } from '../crypto/index.ts'
import {
  FINALITY_PROOF_VERSION,
  MAX_FINALITY_PROOF_BYTES,
  decodeFinalityProof,
  firstDifference,
  unknownVersion,
} from './finality-proof.ts'
import type { FinalityProof, FormRefusal } from './finality-proof.ts'

const TYPE = 'quadrille/finality-proof'
/** The other members, with a chain id of which every letter is escaped. */
const MAX_WORDS_BYTES = 1024

/** No proof file is larger. */
export const MAX_FINALITY_TEXT_BYTES: number =
  Math.ceil(MAX_FINALITY_PROOF_BYTES / 3) * 4 + MAX_WORDS_BYTES

/** For readers only: verification takes none of it on trust. */
const wordsOf = ({ header, commit }: FinalityProof): Readonly<Record<string, string>> => ({
  chain_id: header.chainId,
  height: String(header.height),
  hash: toHexUpper(commit.blockId.hash),
  time: formatTime(header.time),
})

/** The proof file: JSON with two spaces and a line end, to the byte. */
export const formatFinalityProof = (proof: FinalityProof): string => {
  const members = {
    type: TYPE,
    version: FINALITY_PROOF_VERSION,
    ...wordsOf(proof),
    proof: toBase64(proof.bytes),
  }
  return `${JSON.stringify(members, null, 2)}\n`
}

const malformed = (reason: string): { ok: false; error: FormRefusal } =>
  err({ kind: 'malformed', reason })

/** Reads a proof file; any text but the one that `formatFinalityProof` writes is refused. */
export const parseFinalityProof = (
  text: Uint8Array,
  crypto: Crypto,
): Result<FinalityProof, FormRefusal> => {
  if (text.length > MAX_FINALITY_TEXT_BYTES) {
    return malformed(`${text.length} bytes, the largest proof file has ${MAX_FINALITY_TEXT_BYTES}`)
  }
  const members = parseObject(fromUtf8(text))
  if (members === null) return malformed('the text is no JSON object')
  const { type, version, proof: encoded } = members
  if (type !== TYPE) return malformed(`the member "type" is not "${TYPE}"`)
  if (version !== FINALITY_PROOF_VERSION) {
    return typeof version === 'number'
      ? err(unknownVersion(String(version)))
      : malformed('the member "version" is no number')
  }
  const bytes = typeof encoded === 'string' ? fromBase64(encoded) : null
  if (bytes === null) return malformed('the member "proof" is no base64')
  const proof = decodeFinalityProof(bytes, crypto)
  if (!proof.ok) return proof
  for (const [name, said] of Object.entries(wordsOf(proof.value))) {
    if (members[name] === said) continue
    return malformed(`the member "${name}" is not what the proof says: ${JSON.stringify(said)}`)
  }
  const canonical = toUtf8(formatFinalityProof(proof.value))
  if (equalBytes(canonical, text)) return proof
  return malformed(`byte ${firstDifference(canonical, text)} is not as the one text form has it`)
}

const parseObject = (text: string): Readonly<Record<string, unknown>> | null => {
  try {
    const value: unknown = JSON.parse(text)
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    return isObject ? (value as Readonly<Record<string, unknown>>) : null
  } catch {
    return null
  }
}
