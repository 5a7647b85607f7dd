// Version 1 of an evidence proof: two signatures of one key.

import { concatBytes, equalBytes, err, fromUtf8, ok, toUtf8 } from '../bytes/index.ts'
import type { Result } from '../bytes/index.ts'
import { addressOf } from '../crypto/index.ts'
import type { Crypto } from '../crypto/index.ts'
import {
  decodeEvidence,
  decodePublicKey,
  encodeDelimited,
  encodeEvidence,
  encodePublicKey,
  readUvarint,
  tryDecode,
} from '../proto/index.ts'
import { validateEvidence } from '../types/index.ts'
import type { Evidence } from '../types/index.ts'
import { provablePair } from './accusation.ts'
import type { SignedAccusation } from './accusation.ts'
import { accusedOf } from './deed.ts'
import type { SignedTwice } from './deed.ts'

/** Two votes take 500 bytes. */
const MAX_BYTES = 4096

/** True for a pair of signatures. */
export const isSignedTwice = (evidence: Evidence): evidence is SignedTwice =>
  evidence.kind === 'duplicate-vote' || evidence.kind === 'double-proposal'

/** Chain id and key each with its length before it, then the evidence as blocks carry it. */
export const encodeSigned = ({ chainId, pubKey, evidence }: SignedAccusation): Uint8Array =>
  concatBytes(
    encodeDelimited(toUtf8(chainId)),
    encodeDelimited(encodePublicKey(pubKey)),
    encodeEvidence(provablePair(evidence)),
  )

/** Reads that. */
export const decodeSigned = (
  body: Uint8Array,
  crypto: Crypto,
): Result<SignedAccusation, string> => {
  if (body.length > MAX_BYTES) return err(`two signatures take ${MAX_BYTES} bytes at most`)
  const read = tryDecode(readSigned, body)
  if (!read.ok) return read
  if (typeof read.value === 'string') return err(read.value)
  const { pubKey, evidence } = read.value
  const structure = validateEvidence(crypto, evidence)
  if (structure !== null) return err(structure)
  if (equalBytes(addressOf(crypto, pubKey), accusedOf(evidence))) return ok(read.value)
  return err('the key is not that of the accused')
}

const readSigned = (bytes: Uint8Array): SignedAccusation | string => {
  const chainId = readDelimited(bytes, 0)
  if (chainId === null) return 'it ends within the chain id'
  const key = readDelimited(bytes, chainId.next)
  if (key === null) return 'it ends within the key'
  const evidence = decodeEvidence(bytes.subarray(key.next))
  if (!isSignedTwice(evidence)) return `${evidence.kind} is not proved by two signatures`
  const pubKey = decodePublicKey(key.value)
  return { by: 'signatures', chainId: fromUtf8(chainId.value), pubKey, evidence }
}

interface Delimited {
  readonly value: Uint8Array
  readonly next: number
}

const readDelimited = (bytes: Uint8Array, offset: number): Delimited | null => {
  const length = readUvarint(bytes, offset)
  if (length === null || length.next + length.value > bytes.length) return null
  const next = length.next + length.value
  return { value: bytes.subarray(length.next, next), next }
}
