// A fault in plain words, for the log and for people.

import { toHexUpper } from '../../core/bytes/index.ts'
import type { FaultReport } from '../../core/faults/index.ts'
import { VoteType, isNilBlockId } from '../../core/types/index.ts'
import type { BlockId, Proposal, Vote } from '../../core/types/index.ts'

/** Characters of a block hash that are shown. */
const SHOWN = 12

function blockWords(blockId: BlockId): string {
  return isNilBlockId(blockId) ? 'nil' : `block ${toHexUpper(blockId.hash).slice(0, SHOWN)}`
}

const valueWords = (a: BlockId, b: BlockId): string => {
  const [first, second] = [blockWords(a), blockWords(b)]
  return first === second ? `${first} in two part sets` : `${first} and for ${second}`
}

function voteWords(a: Vote, b: Vote): string {
  const verb = a.type === VoteType.prevote ? 'prevoted' : 'precommitted'
  const values = valueWords(a.blockId, b.blockId)
  return `${verb} twice at height ${a.height}, round ${a.round}: for ${values}`
}

function proposalWords(a: Proposal, b: Proposal): string {
  const at = `height ${a.height}, round ${a.round}`
  const [first, second] = [blockWords(a.blockId), blockWords(b.blockId)]
  if (first !== second) return `proposed twice at ${at}: ${first} and ${second}`
  const rounds = `once with proof-of-lock round ${a.polRound}, once ${b.polRound}`
  return `proposed twice at ${at}: ${first}, ${rounds}`
}

/** Where a fault happened, and whose it is; an attack may have several culprits or none. */
export function placeOfFault(report: FaultReport): {
  readonly height: bigint
  readonly validators: readonly Uint8Array[]
} {
  switch (report.kind) {
    case 'equivocation': {
      const { height, validatorAddress } = report.evidence.voteA
      return { height, validators: [validatorAddress] }
    }
    case 'double-proposal': {
      const { validatorAddress, proposalA } = report.evidence
      return { height: proposalA.height, validators: [validatorAddress] }
    }
    case 'downtime': {
      const { windowEnd, validatorAddress } = report.evidence
      return { height: windowEnd, validators: [validatorAddress] }
    }
    case 'light-client-attack': {
      const { conflictingBlock, commonHeight, byzantineValidators } = report.evidence
      const height = conflictingBlock.signedHeader?.header?.height ?? commonHeight
      return { height, validators: byzantineValidators.map(({ address }) => address) }
    }
    case 'amnesia':
      return { height: report.height, validators: [report.validatorAddress] }
  }
}

/** What happened, as a sentence without its subject. */
function deedOf(report: FaultReport): string {
  switch (report.kind) {
    case 'equivocation':
      return voteWords(report.evidence.voteA, report.evidence.voteB)
    case 'double-proposal':
      return proposalWords(report.evidence.proposalA, report.evidence.proposalB)
    case 'downtime': {
      const { missed, windowStart, windowEnd } = report.evidence
      return `did not sign ${missed} of the blocks ${windowStart} to ${windowEnd}`
    }
    case 'light-client-attack': {
      const { height } = placeOfFault(report)
      return `signed a second header of height ${height} (${report.attack})`
    }
    case 'amnesia': {
      const { height, precommit, prevote, proof } = report
      const lock = `${blockWords(precommit.blockId)} in round ${precommit.round}`
      const later = `${blockWords(prevote.blockId)} in round ${prevote.round}`
      const ground = proof === null ? 'which may have been right' : 'which no polka allowed'
      return `precommitted ${lock} of height ${height} and prevoted ${later}, ${ground}`
    }
  }
}

/** Who did what, where: one line. */
export function faultWords(report: FaultReport): string {
  const { height, validators } = placeOfFault(report)
  if (validators.length === 0) {
    return (
      `a second header of height ${height} was signed, in another round than ours: ` +
      'the chain forked, and the two commits do not tell whose fault it is'
    )
  }
  const names = validators.map((address) => toHexUpper(address)).join(', ')
  return `validator${validators.length > 1 ? 's' : ''} ${names} ${deedOf(report)}`
}
