// Blocks, commits and evidence in the form in which the application is told of them.

import { EMPTY_BYTES } from '../../core/bytes/index.ts'
import { evidenceHeight } from '../../core/types/index.ts'
import type {
  Block,
  Commit,
  Evidence,
  Validator,
  ValidatorSet,
  VoteSet,
} from '../../core/types/index.ts'
import type {
  AbciValidator,
  CommitInfo,
  ExtendedCommitInfo,
  FinalizeBlockRequest,
  Misbehavior,
  ProposedBlock,
} from '../abci/index.ts'

const NO_COMMIT: CommitInfo = { round: 0, votes: [] }

/**
 * Who signed the commit. `lastValidators` is the set of the commit's height, null for the first
 * block of a chain, which has no commit. Signatures and validators stand in the same order and
 * number (validated with the block).
 */
export function commitInfo(
  lastCommit: Commit | null,
  lastValidators: ValidatorSet | null,
): CommitInfo {
  if (lastCommit === null || lastValidators === null) return NO_COMMIT
  const votes = lastValidators.validators.slice(0, lastCommit.signatures.length)
  return {
    round: lastCommit.round,
    votes: votes.map((validator, index) => ({
      validator: abciValidator(validator),
      blockIdFlag: lastCommit.signatures[index]?.blockIdFlag ?? 0,
    })),
  }
}

/**
 * The commit with the vote extensions of the precommits it is made of, for the proposer's
 * application.
 */
export function extendedCommitInfo(
  lastCommit: Commit,
  lastValidators: ValidatorSet | null,
  lastPrecommits: VoteSet | null,
): ExtendedCommitInfo {
  const { round, votes } = commitInfo(lastCommit, lastValidators)
  return {
    round,
    votes: votes.map(({ validator, blockIdFlag }, index) => {
      const vote = lastPrecommits?.getFor(index, lastCommit.blockId) ?? null
      return {
        validator,
        blockIdFlag,
        voteExtension: vote?.extension ?? EMPTY_BYTES,
        extensionSignature: vote?.extensionSignature ?? EMPTY_BYTES,
      }
    }),
  }
}

/** Proven offences, one per offender. */
export function misbehaviorOf(evidence: readonly Evidence[]): Misbehavior[] {
  return evidence.flatMap((piece): Misbehavior[] => {
    const { totalVotingPower, timestamp: time } = piece
    if (piece.kind === 'duplicate-vote') {
      const { validatorAddress: address, height } = piece.voteA
      const validator = { address, power: piece.validatorPower }
      return [{ kind: piece.kind, validator, height, time, totalVotingPower }]
    }
    if (piece.kind === 'light-client-attack') {
      return piece.byzantineValidators.map((offender) => ({
        kind: piece.kind,
        validator: { address: offender.address, power: offender.votingPower },
        height: piece.commonHeight,
        time,
        totalVotingPower,
      }))
    }
    const validator = { address: piece.validatorAddress, power: piece.validatorPower }
    return [{ kind: piece.kind, validator, height: evidenceHeight(piece), time, totalVotingPower }]
  })
}

/** A block to judge or to extend a vote for. */
export function proposedBlock(
  block: Block,
  hash: Uint8Array,
  lastValidators: ValidatorSet | null,
): ProposedBlock {
  const { height, time, nextValidatorsHash, proposerAddress } = block.header
  return {
    txs: block.txs,
    proposedLastCommit: commitInfo(block.lastCommit, lastValidators),
    misbehavior: misbehaviorOf(block.evidence),
    hash,
    height,
    time,
    nextValidatorsHash,
    proposerAddress,
  }
}

/** A block to execute. */
export function finalizeBlockRequest(
  block: Block,
  hash: Uint8Array,
  lastValidators: ValidatorSet | null,
): FinalizeBlockRequest {
  const { height, time, nextValidatorsHash, proposerAddress } = block.header
  return {
    txs: block.txs,
    decidedLastCommit: commitInfo(block.lastCommit, lastValidators),
    misbehavior: misbehaviorOf(block.evidence),
    hash,
    height,
    time,
    nextValidatorsHash,
    proposerAddress,
  }
}

function abciValidator(validator: Validator): AbciValidator {
  return { address: validator.address, power: validator.votingPower }
}
