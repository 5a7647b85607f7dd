// What a piece of evidence says that somebody did: who, where, and what it proves it with.

import { bytesKey } from '../../core/bytes/index.ts'
import type { Evidence } from '../../core/types/index.ts'

/** The height of the fault, whose block's time the evidence names. */
export function heightOfFault(piece: Evidence): bigint {
  switch (piece.kind) {
    case 'duplicate-vote':
      return piece.voteA.height
    case 'double-proposal':
      return piece.proposalA.height
    case 'downtime':
      return piece.windowEnd
    case 'light-client-attack':
      return piece.commonHeight
  }
}

/** The addresses of those whom the piece accuses. */
export function accusedOf(piece: Evidence): readonly Uint8Array[] {
  switch (piece.kind) {
    case 'duplicate-vote':
      return [piece.voteA.validatorAddress]
    case 'double-proposal':
    case 'downtime':
      return [piece.validatorAddress]
    case 'light-client-attack':
      return piece.byzantineValidators.map(({ address }) => address)
  }
}

/**
 * What was done, by whom and where. Two pieces that differ in what nobody signed tell of one
 * offence; so do two that show other pairs of three votes for one step.
 */
export function offenceOf(piece: Evidence): string {
  const who = accusedOf(piece).map(bytesKey).join('+')
  switch (piece.kind) {
    case 'duplicate-vote': {
      const { height, round, type } = piece.voteA
      return `votes ${height}/${round}/${type} of ${who}`
    }
    case 'double-proposal': {
      const { height, round } = piece.proposalA
      return `proposals ${height}/${round} of ${who}`
    }
    case 'downtime':
      return `absence up to ${piece.windowEnd} of ${who}`
    case 'light-client-attack': {
      // Whoever of its signers it names: one made-up header is one attack.
      const commit = piece.conflictingBlock.signedHeader?.commit ?? null
      return `header ${commit?.height} ${bytesKey(commit?.blockId.hash ?? new Uint8Array(0))}`
    }
  }
}
