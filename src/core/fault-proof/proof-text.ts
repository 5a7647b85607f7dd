// An evidence proof in words, and as a text file: the words, then the proof itself.

import { equalBytes, err, fromBase64, fromUtf8 } from '../bytes/index.ts'
import { toBase64, toHexUpper, toUtf8 } from '../bytes/index.ts'
import type { Result } from '../bytes/index.ts'
import type { Crypto } from '../crypto/index.ts'
import { VoteType, isNilBlockId } from '../types/index.ts'
import type { BlockId } from '../types/index.ts'
import {
  EVIDENCE_PROOF_VERSION,
  MAX_EVIDENCE_PROOF_BYTES,
  accusedOf,
  decodeEvidenceProof,
  firstDifference,
  unknownVersion,
} from './evidence-proof.ts'
import type { EvidenceProof, FormRefusal, ProvableEvidence } from './evidence-proof.ts'

const TYPE = 'quadrille/evidence-proof'
/** The other members, with a chain id of which every letter is escaped. */
const MAX_WORDS_BYTES = 1024

/** No proof file is larger. */
export const MAX_EVIDENCE_TEXT_BYTES: number =
  Math.ceil(MAX_EVIDENCE_PROOF_BYTES / 3) * 4 + MAX_WORDS_BYTES

/** What was done. */
export type FaultKind = 'DuplicateVote' | 'DoubleProposal'

/** Who did it, and where. */
export interface Place {
  readonly kind: FaultKind
  /** The address, 40 hexadecimal digits in capitals. */
  readonly validator: string
  readonly height: bigint
  readonly round: number
}

/** Who did what, and where. */
export const placeOf = (evidence: ProvableEvidence): Place => {
  const validator = toHexUpper(accusedOf(evidence))
  const isVote = evidence.kind === 'duplicate-vote'
  const { height, round } = isVote ? evidence.voteA : evidence.proposalA
  return { kind: isVote ? 'DuplicateVote' : 'DoubleProposal', validator, height, round }
}

const blockWords = (blockId: BlockId): string =>
  isNilBlockId(blockId) ? 'nil' : `block ${toHexUpper(blockId.hash)}`

const valueWords = (a: BlockId, b: BlockId): string => {
  const [first, second] = [blockWords(a), blockWords(b)]
  return first === second ? `for ${first} in two part sets` : `for ${first} and for ${second}`
}

const valuesOf = (evidence: ProvableEvidence): string => {
  if (evidence.kind === 'duplicate-vote') {
    return valueWords(evidence.voteA.blockId, evidence.voteB.blockId)
  }
  const { proposalA, proposalB } = evidence
  const isSame = equalBytes(proposalA.blockId.hash, proposalB.blockId.hash)
  if (!isSame || proposalA.polRound === proposalB.polRound) {
    return valueWords(proposalA.blockId, proposalB.blockId)
  }
  const rounds = `proof-of-lock round ${proposalA.polRound} and with ${proposalB.polRound}`
  return `for ${blockWords(proposalA.blockId)}, with ${rounds}`
}

/** Who did what at which height and round: one sentence. */
export const deedOf = (evidence: ProvableEvidence): string => {
  const { validator, height, round } = placeOf(evidence)
  const verb =
    evidence.kind === 'double-proposal'
      ? 'proposed'
      : evidence.voteA.type === VoteType.prevote
        ? 'prevoted'
        : 'precommitted'
  const where = `at height ${height}, round ${round}`
  return `validator ${validator} ${verb} twice ${where}: ${valuesOf(evidence)}`
}

/** For readers only: verification takes none of it on trust. */
const wordsOf = ({ chainId, evidence }: EvidenceProof): Readonly<Record<string, unknown>> => {
  const { kind, validator, height, round } = placeOf(evidence)
  return { chain_id: chainId, kind, validator, height: String(height), round }
}

/** The proof file: JSON with two spaces and a line end, to the byte. */
export const formatEvidenceProof = (proof: EvidenceProof): string => {
  const members = {
    type: TYPE,
    version: EVIDENCE_PROOF_VERSION,
    ...wordsOf(proof),
    proof: toBase64(proof.bytes),
  }
  return `${JSON.stringify(members, null, 2)}\n`
}

const malformed = (reason: string): { ok: false; error: FormRefusal } =>
  err({ kind: 'malformed', reason })

/** Reads a proof file; any text but the one that `formatEvidenceProof` writes is refused. */
export const readProofText = (
  text: Uint8Array,
  crypto: Crypto,
): Result<EvidenceProof, FormRefusal> => {
  if (text.length > MAX_EVIDENCE_TEXT_BYTES) {
    return malformed(`${text.length} bytes, the largest proof file has ${MAX_EVIDENCE_TEXT_BYTES}`)
  }
  const members = parseObject(fromUtf8(text))
  if (members === null) return malformed('the text is no JSON object')
  const { type, version, proof: encoded } = members
  if (type !== TYPE) return malformed(`the member "type" is not "${TYPE}"`)
  if (version !== EVIDENCE_PROOF_VERSION) {
    return typeof version === 'number'
      ? err(unknownVersion(String(version)))
      : malformed('the member "version" is no number')
  }
  const bytes = typeof encoded === 'string' ? fromBase64(encoded) : null
  if (bytes === null) return malformed('the member "proof" is no base64')
  const proof = decodeEvidenceProof(bytes, crypto)
  if (!proof.ok) return proof
  for (const [name, said] of Object.entries(wordsOf(proof.value))) {
    if (members[name] === said) continue
    return malformed(`the member "${name}" is not what the proof says: ${JSON.stringify(said)}`)
  }
  const canonical = toUtf8(formatEvidenceProof(proof.value))
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
