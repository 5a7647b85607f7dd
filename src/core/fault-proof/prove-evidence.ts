// From a piece of evidence to its proof, or the reason why it has none.

import { err, ok, toHexUpper } from '../bytes/index.ts'
import type { Result } from '../bytes/index.ts'
import { nobleCrypto } from '../crypto/index.ts'
import type { Crypto } from '../crypto/index.ts'
import type { ChainHistory, HistoryNeeds } from '../faults/index.ts'
import { proveDecision } from '../finality/index.ts'
import type { FinalityProof } from '../finality/index.ts'
import { MAX_DOWNTIME_WINDOW, evidenceHeight, validateEvidence } from '../types/index.ts'
import type {
  DowntimeEvidence,
  Evidence,
  LightClientAttackEvidence,
  ValidatorSet,
} from '../types/index.ts'
import { provableAttack, provablePair } from './accusation.ts'
import type { Accusation, EvidenceProof } from './accusation.ts'
import { checkAccusation } from './check.ts'
import { accusedOf } from './deed.ts'
import type { SignedTwice } from './deed.ts'
import { MAX_EVIDENCE_PROOF_BYTES, encodeAccusation } from './evidence-proof.ts'
import { proveAbsence } from './prove-absence.ts'

/** Of which chain a piece is, and what of the chain is known. */
export interface ProofGround {
  readonly chainId: string
  /** The validators of the height of the fault. */
  readonly validatorSet: ValidatorSet
  /** At least what `proofNeeds` names; two signatures need none. */
  readonly history?: ChainHistory
}

const range = (from: bigint, to: bigint): bigint[] =>
  Array.from({ length: Number(to - from + 1n) }, (_, i) => from + BigInt(i))

/**
 * The heights of which a proof needs something. The commit above a window may be any that decides
 * its block; the others are those that the next block carries.
 */
export const proofNeeds = (evidence: Evidence): HistoryNeeds => {
  const height = evidenceHeight(evidence)
  switch (evidence.kind) {
    case 'duplicate-vote':
    case 'double-proposal':
      return { headers: [], commits: [], validators: [] }
    case 'downtime': {
      const { windowStart, windowEnd } = evidence
      const isWindow = windowEnd - windowStart < BigInt(MAX_DOWNTIME_WINDOW)
      const all = isWindow ? range(windowStart, windowEnd + 1n) : []
      return { headers: all, commits: all, validators: all }
    }
    case 'light-client-attack': {
      const conflict = evidence.conflictingBlock.signedHeader?.header?.height ?? height
      const both = conflict === height ? [height] : [height, conflict]
      return { headers: both, commits: both, validators: both }
    }
  }
}

/**
 * Proves one offence, wherever its evidence comes from: the proof verifies for whoever trusts the
 * validators of its height. The error says why no such proof can be made.
 */
export const proveEvidence = (
  evidence: Evidence,
  ground: ProofGround,
  crypto: Crypto = nobleCrypto,
): Result<EvidenceProof, string> => {
  const structure = validateEvidence(crypto, evidence)
  if (structure !== null) return err(structure)
  const made = accuse(crypto, evidence, ground)
  if (!made.ok) return made
  const { validatorSet } = ground
  const headerHash = made.value.by === 'headers' ? made.value.own.commit.blockId.hash : null
  const refusal = checkAccusation(crypto, made.value, { validatorSet, downtime: null, headerHash })
  if (refusal !== null) return err(refusal.reason)
  const bytes = encodeAccusation(made.value)
  if (bytes.length <= MAX_EVIDENCE_PROOF_BYTES) return ok({ ...made.value, bytes })
  return err(`the proof has ${bytes.length} bytes, more than any may have`)
}

const unknown = (height: bigint): string => `height ${height} is not known here`

const NO_HISTORY: ChainHistory = {
  headerAt: () => null,
  commitAt: () => null,
  validatorsAt: () => null,
}

const accuse = (
  crypto: Crypto,
  evidence: Evidence,
  ground: ProofGround,
): Result<Accusation, string> => {
  switch (evidence.kind) {
    case 'duplicate-vote':
    case 'double-proposal':
      return accuseSigner(evidence, ground)
    case 'downtime':
      return accuseAbsent(crypto, evidence, ground)
    case 'light-client-attack':
      return accuseAttackers(crypto, evidence, ground)
  }
}

const accuseSigner = (
  evidence: SignedTwice,
  { chainId, validatorSet }: ProofGround,
): Result<Accusation, string> => {
  const address = accusedOf(evidence)
  const validator = validatorSet.find(address)
  if (validator === null) return err(`${toHexUpper(address)} was no validator`)
  const { pubKey } = validator
  return ok({ by: 'signatures', chainId, pubKey, evidence: provablePair(evidence) })
}

const decisionAt = (
  crypto: Crypto,
  history: ChainHistory,
  height: bigint,
): Result<FinalityProof, string> => {
  const header = history.headerAt(height)
  const commit = history.commitAt(height)
  const validatorSet = history.validatorsAt(height)
  if (header === null || commit === null || validatorSet === null) return err(unknown(height))
  const proof = proveDecision({ header, commit, validatorSet }, crypto)
  return proof.ok ? proof : err(`height ${height}: ${proof.error}`)
}

const accuseAbsent = (
  crypto: Crypto,
  evidence: DowntimeEvidence,
  { chainId, history = NO_HISTORY }: ProofGround,
): Result<Accusation, string> => {
  const { windowStart, windowEnd } = evidence
  if (windowEnd - windowStart >= BigInt(MAX_DOWNTIME_WINDOW)) {
    return err(`a window of more than ${MAX_DOWNTIME_WINDOW} heights`)
  }
  const last = decisionAt(crypto, history, windowEnd)
  if (!last.ok) return last
  const next = decisionAt(crypto, history, windowEnd + 1n)
  if (!next.ok) return next
  const heights = proveAbsence(crypto, evidence, history)
  if (!heights.ok) return heights
  const ends = { last: last.value, next: next.value }
  return ok({ by: 'commits', chainId, evidence, ...ends, heights: heights.value })
}

const accuseAttackers = (
  crypto: Crypto,
  evidence: LightClientAttackEvidence,
  { chainId, history = NO_HISTORY }: ProofGround,
): Result<Accusation, string> => {
  const { commonHeight, conflictingBlock } = evidence
  const common = decisionAt(crypto, history, commonHeight)
  if (!common.ok) return common
  const height = conflictingBlock.signedHeader?.header?.height ?? commonHeight
  const own = height === commonHeight ? common : decisionAt(crypto, history, height)
  if (!own.ok) return own
  const decisions = { common: common.value, own: own.value }
  return ok({ by: 'headers', chainId, evidence: provableAttack(evidence), ...decisions })
}
