// What a piece of evidence says: who did what at which height and round.

import { equalBytes, toHexUpper } from '../bytes/index.ts'
import { VoteType, isNilBlockId } from '../types/index.ts'
import type {
  BlockId,
  DoubleProposalEvidence,
  DowntimeEvidence,
  DuplicateVoteEvidence,
  Evidence,
  LightClientAttackEvidence,
} from '../types/index.ts'

/** What two signatures of one key prove. */
export type SignedTwice = DuplicateVoteEvidence | DoubleProposalEvidence

/** What was done. */
export type FaultKind = 'DuplicateVote' | 'DoubleProposal' | 'Downtime' | 'LightClientAttack'

/** Who did it, and where. */
export interface Place {
  readonly kind: FaultKind
  /** The address, 40 hexadecimal digits in capitals; of an attack all, with commas between them. */
  readonly validator: string
  /** Of downtime the last height of the window, of an attack that of the second header. */
  readonly height: bigint
  /** Null for downtime, which is of many. */
  readonly round: number | null
}

/** Whom a pair of signatures accuses. */
export const accusedOf = (evidence: SignedTwice | DowntimeEvidence): Uint8Array =>
  evidence.kind === 'duplicate-vote' ? evidence.voteA.validatorAddress : evidence.validatorAddress

const culpritsOf = ({ byzantineValidators }: LightClientAttackEvidence): readonly string[] =>
  byzantineValidators.map(({ address }) => toHexUpper(address))

const placeOfAttack = (evidence: LightClientAttackEvidence): Place => {
  const { header = null, commit = null } = evidence.conflictingBlock.signedHeader ?? {}
  return {
    kind: 'LightClientAttack',
    validator: culpritsOf(evidence).join(','),
    height: header?.height ?? evidence.commonHeight,
    round: commit?.round ?? null,
  }
}

/** Who did what, and where. */
export const placeOf = (evidence: Evidence): Place => {
  if (evidence.kind === 'light-client-attack') return placeOfAttack(evidence)
  const validator = toHexUpper(accusedOf(evidence))
  switch (evidence.kind) {
    case 'downtime':
      return { kind: 'Downtime', validator, height: evidence.windowEnd, round: null }
    case 'duplicate-vote': {
      const { height, round } = evidence.voteA
      return { kind: 'DuplicateVote', validator, height, round }
    }
    case 'double-proposal': {
      const { height, round } = evidence.proposalA
      return { kind: 'DoubleProposal', validator, height, round }
    }
  }
}

const blockWords = (blockId: BlockId): string =>
  isNilBlockId(blockId) ? 'nil' : `block ${toHexUpper(blockId.hash)}`

const valueWords = (a: BlockId, b: BlockId): string => {
  const [first, second] = [blockWords(a), blockWords(b)]
  return first === second ? `for ${first} in two part sets` : `for ${first} and for ${second}`
}

const valuesOf = (evidence: SignedTwice): string => {
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

const verbOf = (evidence: SignedTwice): string => {
  if (evidence.kind === 'double-proposal') return 'proposed'
  return evidence.voteA.type === VoteType.prevote ? 'prevoted' : 'precommitted'
}

const attackWords = (evidence: LightClientAttackEvidence): string => {
  const { height, round } = placeOfAttack(evidence)
  const names = culpritsOf(evidence)
  const who = names.length === 0 ? 'nobody in particular' : names.join(', ')
  const blockId = evidence.conflictingBlock.signedHeader?.commit?.blockId
  const block = blockId === undefined ? '' : `: ${blockWords(blockId)}`
  const where = `height ${height}, round ${round ?? 0}`
  return `validators ${who} signed a second header of ${where}${block}`
}

/** Who did what at which height and round: one sentence. */
export const deedOf = (evidence: Evidence): string => {
  const { validator, height, round } = placeOf(evidence)
  switch (evidence.kind) {
    case 'light-client-attack':
      return attackWords(evidence)
    case 'downtime': {
      const { missed, windowStart, windowEnd } = evidence
      const blocks = `${missed} of the blocks ${windowStart} to ${windowEnd}`
      return `validator ${validator} did not sign ${blocks}`
    }
    case 'duplicate-vote':
    case 'double-proposal': {
      const where = `at height ${height}, round ${round ?? 0}`
      return `validator ${validator} ${verbOf(evidence)} twice ${where}: ${valuesOf(evidence)}`
    }
  }
}
