// Whether a light client attack is one: a second header of a height, signed by those it names.

import { equalBytes } from '../../core/bytes/index.ts'
import { encodeSimpleValidator } from '../../core/proto/index.ts'
import { BlockIdFlag } from '../../core/types/index.ts'
import type {
  Commit,
  Header,
  LightClientAttackEvidence,
  ValidatorProto,
} from '../../core/types/index.ts'
import { shapeOfCommit, voteOfEntry } from './naive-commit.ts'
import { headerHash, treeHash } from './naive-hashes.ts'
import { blockAt } from './naive-state.ts'
import type { LastBlock, NaiveState } from './naive-state.ts'
import { isMoreThanOneThird, isMoreThanTwoThirds } from './naive-values.ts'
import type { Means } from './notary.ts'

/** A header that its own validators have signed. */
interface Conflict {
  readonly header: Header
  readonly commit: Commit
  readonly validators: readonly ValidatorProto[]
}

/** What a block must have in common with ours to have been made by the rules of the chain. */
const DERIVED = [
  'validatorsHash',
  'nextValidatorsHash',
  'consensusHash',
  'appHash',
  'lastResultsHash',
] as const

/** Why the piece proves no attack; powers and time are looked at elsewhere. */
export function judgeAttack(
  means: Means,
  state: NaiveState,
  piece: LightClientAttackEvidence,
): string[] {
  const { header, commit } = piece.conflictingBlock.signedHeader ?? { header: null, commit: null }
  const validators = piece.conflictingBlock.validatorSet?.validators ?? []
  if (header === null || commit === null) return ['the conflicting block is not whole']
  const conflict = { header, commit, validators }
  const reasons = judgeConflict(means, conflict)
  const own = blockAt(state, header.height)
  const after = blockAt(state, header.height + 1n)
  const common = blockAt(state, piece.commonHeight)
  if (own === null || after === null || common === null) {
    return [...reasons, `no commit is known of height ${header.height}`]
  }
  if (piece.commonHeight > header.height) reasons.push('the common height is above the conflict')
  if (equalBytes(headerHash(means.crypto, header), own.blockId.hash)) reasons.push('our own header')
  const isMadeUp = DERIVED.some((field) => !equalBytes(header[field], own.header[field]))
  if (isMadeUp && piece.commonHeight === header.height) reasons.push('no common height below')
  const ownCommit = after.lastCommit
  if (!isMadeUp && ownCommit?.round !== commit.round) reasons.push('nobody can be named')
  if (!isTrusted(common, commit)) reasons.push('too few of the common height signed')
  const culprits = piece.byzantineValidators
  if (culprits.length === 0) reasons.push('names nobody')
  for (const { address, votingPower } of culprits) {
    const seat = common.bench.seats.find((each) => equalBytes(each.address, address))
    if (seat?.power !== votingPower) reasons.push('names somebody of another power')
    if (!hasSigned(commit, address)) reasons.push('names somebody who did not sign')
    if (!isMadeUp && ownCommit !== null && !hasSigned(ownCommit, address)) {
      reasons.push('names somebody who signed once')
    }
  }
  return reasons
}

function judgeConflict({ crypto, notary }: Means, { header, commit, validators }: Conflict) {
  const reasons = shapeOfCommit(commit)
  const leaves = validators.map(({ pubKey, votingPower }) =>
    encodeSimpleValidator({ pubKey, votingPower }),
  )
  if (!equalBytes(treeHash(crypto, leaves), header.validatorsHash)) reasons.push('other validators')
  const isOfHeader =
    commit.height === header.height && equalBytes(commit.blockId.hash, headerHash(crypto, header))
  if (!isOfHeader) reasons.push('a commit of another header')
  let [power, total] = [0n, 0n]
  for (const [index, { address, pubKey, votingPower }] of validators.entries()) {
    total += votingPower
    const vote = isForBlock(commit, index) ? voteOfEntry(commit, index) : null
    if (vote === null) continue
    const isOwn = equalBytes(vote.validatorAddress, address)
    if (isOwn && notary.signedVote(pubKey, vote)) power += votingPower
    else reasons.push(`entry ${index} of the conflicting commit is not signed`)
  }
  if (!isMoreThanTwoThirds(power, total)) reasons.push(`power ${power} of ${total} signed`)
  return reasons
}

function isTrusted({ bench }: LastBlock, commit: Commit): boolean {
  let power = 0n
  for (const seat of bench.seats) if (hasSigned(commit, seat.address)) power += seat.power
  return isMoreThanOneThird(power, bench.total)
}

function isForBlock(commit: Commit, index: number): boolean {
  return commit.signatures[index]?.blockIdFlag === BlockIdFlag.commit
}

function hasSigned(commit: Commit, address: Uint8Array): boolean {
  return commit.signatures.some(
    ({ validatorAddress }, index) =>
      isForBlock(commit, index) && equalBytes(validatorAddress, address),
  )
}
