// Light client attacks: a second signed header of a height, who is to blame for it, and the proof.

import { compareBytes, equalBytes, toHexUpper } from '../bytes/index.ts'
import type { Time } from '../bytes/index.ts'
import { addressOf, verifySignature } from '../crypto/index.ts'
import type { Crypto } from '../crypto/index.ts'
import {
  BlockIdFlag,
  commitVote,
  hashHeader,
  validateEvidence,
  verifyCommitLightTrustingAll,
  voteSignBytes,
} from '../types/index.ts'
import type {
  Commit,
  Header,
  LightBlock,
  LightClientAttackEvidence,
  ValidatorProto,
  ValidatorSet,
  ValidatorSetProto,
} from '../types/index.ts'

/** A header of our own chain and the commit for it that the next block carries. */
export interface TrustedHeader {
  readonly header: Header
  readonly commit: Commit
}

/** What an attack is judged by; see `historyNeededBy` for where it comes from. */
export interface AttackGround {
  readonly chainId: string
  /** Our header of the conflicting height, or our last one when we have none of that height. */
  readonly trusted: TrustedHeader
  /** Our validators of the common height. */
  readonly commonValidators: ValidatorSet
}

/**
 * How the header came about: `lunatic`, made up against the rules of the chain; `equivocation`, a
 * second valid block with precommits of the same round; `amnesia`, one with precommits of another
 * round, of which the two commits do not tell who forgot its lock.
 */
export type AttackKind = 'lunatic' | 'equivocation' | 'amnesia'

/** A light block whose parts are all there. */
interface WholeBlock {
  readonly header: Header
  readonly commit: Commit
  readonly validatorSet: ValidatorSetProto
}

const wholeBlockOf = ({ signedHeader, validatorSet }: LightBlock): WholeBlock | null => {
  const { header, commit } = signedHeader ?? { header: null, commit: null }
  if (header === null || commit === null || validatorSet === null) return null
  return { header, commit, validatorSet }
}

/** The fields that follow from the chain below: a block that has others is made up. */
const DERIVED_FIELDS = [
  'validatorsHash',
  'nextValidatorsHash',
  'consensusHash',
  'appHash',
  'lastResultsHash',
] as const

const isMadeUp = (header: Header, trusted: Header): boolean =>
  DERIVED_FIELDS.some((field) => !equalBytes(header[field], trusted[field]))

const attackKindOf = ({ header, commit }: WholeBlock, trusted: TrustedHeader): AttackKind => {
  if (isMadeUp(header, trusted.header)) return 'lunatic'
  return commit.round === trusted.commit.round ? 'equivocation' : 'amnesia'
}

/** What a conflicting block would be, or null when it is not whole; nothing is verified. */
export const kindOfConflict = (block: LightBlock, trusted: TrustedHeader): AttackKind | null => {
  const whole = wholeBlockOf(block)
  return whole === null ? null : attackKindOf(whole, trusted)
}

/** Order of the chain: power descending, address ascending. */
const byPower = (a: ValidatorProto, b: ValidatorProto): number => {
  if (a.votingPower !== b.votingPower) return a.votingPower > b.votingPower ? -1 : 1
  return compareBytes(a.address, b.address)
}

const isForBlock = (commit: Commit, index: number): boolean =>
  commit.signatures[index]?.blockIdFlag === BlockIdFlag.commit

/**
 * Who is to blame: of a lunatic header everybody of the common height that signed it; of an
 * equivocation everybody that signed both headers; of amnesia nobody can be named.
 */
const culpritsOf = (block: WholeBlock, ground: AttackGround): readonly ValidatorProto[] => {
  const { signatures } = block.commit
  const signers = signatures.filter((_, index) => isForBlock(block.commit, index))
  const kind = attackKindOf(block, ground.trusted)
  if (kind === 'amnesia') return []
  if (kind === 'lunatic') {
    const known = signers.flatMap(
      ({ validatorAddress }) => ground.commonValidators.find(validatorAddress) ?? [],
    )
    return known.toSorted(byPower)
  }
  // The validators are the same, so entry i of both commits is of one validator.
  const { validators } = block.validatorSet
  const both = validators.filter(
    (_, index) => isForBlock(block.commit, index) && isForBlock(ground.trusted.commit, index),
  )
  return both.toSorted(byPower)
}

/**
 * More than two thirds of the block's own validators signed it, and every signature for it is true.
 * Their set may be made up, so it is walked as it stands and never made a `ValidatorSet`.
 */
const verifyOwnCommit = (crypto: Crypto, chainId: string, block: WholeBlock): string | null => {
  const { commit, validatorSet } = block
  const { validators } = validatorSet
  if (commit.signatures.length !== validators.length) {
    return `${commit.signatures.length} entries for ${validators.length} validators`
  }
  let [power, total] = [0n, 0n]
  for (const [index, validator] of validators.entries()) {
    total += validator.votingPower
    if (!isForBlock(commit, index)) continue
    const vote = commitVote(commit, index)
    if (!equalBytes(vote.validatorAddress, validator.address)) {
      return `entry ${index} is not of validator ${toHexUpper(validator.address)}`
    }
    if (!verifySignature(crypto, validator.pubKey, voteSignBytes(chainId, vote), vote.signature)) {
      return `wrong signature of entry ${index}`
    }
    power += validator.votingPower
  }
  return 3n * power > 2n * total ? null : `not enough voting power signed: ${power}`
}

const ONE_THIRD = { numerator: 1n, denominator: 3n } as const

const verifyConflict = (
  crypto: Crypto,
  evidence: LightClientAttackEvidence,
  block: WholeBlock,
  ground: AttackGround,
): string | null => {
  const { chainId, trusted, commonValidators: validatorSet } = ground
  const { header, commit } = block
  // Everybody has the true header with its signatures, so it must cost no verification.
  if (equalBytes(hashHeader(crypto, header), hashHeader(crypto, trusted.header))) {
    return 'the conflicting header is the one of the chain'
  }
  // All nodes of a network have one block version; another one is of no chain of theirs.
  if (header.version.block !== trusted.header.version.block) {
    return `conflicting block: block version ${header.version.block}`
  }
  if (evidence.commonHeight !== header.height) {
    const trust = { chainId, validatorSet, commit, trustLevel: ONE_THIRD }
    const reason = verifyCommitLightTrustingAll(crypto, trust)
    if (reason !== null) return `validators of the common height: ${reason}`
  } else if (isMadeUp(header, trusted.header)) {
    return 'a made-up header needs a common height below its own'
  }
  const reason = verifyOwnCommit(crypto, chainId, block)
  if (reason !== null) return `commit of the conflicting block: ${reason}`
  if (header.height > trusted.header.height && header.time > trusted.header.time) {
    return 'a later block of a later time is no conflict'
  }
  return null
}

const verifyNames = (
  crypto: Crypto,
  evidence: LightClientAttackEvidence,
  culprits: readonly ValidatorProto[],
): string | null => {
  const { byzantineValidators } = evidence
  // In the reference a list that came over the wire is never the nil that it asks for here.
  if (culprits.length === 0) return 'an attack by amnesia, which proves nobody guilty'
  if (byzantineValidators.length !== culprits.length) {
    return `${byzantineValidators.length} validators accused, ${culprits.length} are guilty`
  }
  for (const [index, { address, votingPower }] of culprits.entries()) {
    const accused = byzantineValidators[index] as ValidatorProto
    if (!equalBytes(accused.address, address)) {
      return `accused ${index} is ${toHexUpper(accused.address)}, not ${toHexUpper(address)}`
    }
    if (accused.votingPower !== votingPower) {
      return `power ${accused.votingPower} of accused ${index}, in the set ${votingPower}`
    }
    // The application is told the address of the key.
    if (!equalBytes(addressOf(crypto, accused.pubKey), address)) {
      return `accused ${index} stands there with the key of another validator`
    }
  }
  return null
}

/**
 * Stateless verification, as CometBFT 0.38 verifies it in blocks: structure; signatures of more
 * than one third of the common height's validators when that height is lower; signatures of more
 * than two thirds of the conflicting block's own validators; total power; really another header;
 * and exactly the culprits, in their order. An attack by amnesia is refused: it names nobody, and
 * the reference takes none from others either.
 *
 * @returns null when the proof holds, else the reason
 */
export const verifyLightClientAttackEvidence = (
  crypto: Crypto,
  evidence: LightClientAttackEvidence,
  ground: AttackGround,
): string | null => {
  const structure = validateEvidence(crypto, evidence)
  const block = wholeBlockOf(evidence.conflictingBlock)
  if (structure !== null || block === null) return structure ?? 'the conflicting block is not whole'
  const reason = verifyConflict(crypto, evidence, block, ground)
  if (reason !== null) return reason
  const { totalVotingPower } = ground.commonValidators
  if (evidence.totalVotingPower !== totalVotingPower) {
    return `total power ${evidence.totalVotingPower}, in the set ${totalVotingPower}`
  }
  return verifyNames(crypto, evidence, culpritsOf(block, ground))
}

/** What our own chain says about the height of a conflicting block. */
export interface OwnHeaders {
  readonly chainId: string
  /** Our header of that height, or our last one with a commit. */
  readonly trusted: TrustedHeader
  readonly trustedValidators: ValidatorSet
  /** The last height below at which both chains have the same header. */
  readonly common: {
    readonly height: bigint
    readonly time: Time
    readonly validators: ValidatorSet
  }
}

/** An attack that was made out from two headers. */
export interface FoundAttack {
  readonly attack: AttackKind
  readonly evidence: LightClientAttackEvidence
}

/**
 * The evidence that a conflicting light block is an attack, or why it is none. That of amnesia
 * names nobody and no block takes it, but it proves that the chain forked.
 */
export const findLightClientAttack = (
  crypto: Crypto,
  conflictingBlock: LightBlock,
  own: OwnHeaders,
): FoundAttack | string => {
  const block = wholeBlockOf(conflictingBlock)
  if (block === null) return 'the conflicting block is not whole'
  const { trusted, trustedValidators, common } = own
  const attack = attackKindOf(block, trusted)
  const { height, time } = trusted.header
  // Only a made-up header needs a height that both chains agree on to be believed.
  const base = attack === 'lunatic' ? common : { height, time, validators: trustedValidators }
  const ground = { chainId: own.chainId, trusted, commonValidators: base.validators }
  const evidence: LightClientAttackEvidence = {
    kind: 'light-client-attack',
    conflictingBlock,
    commonHeight: base.height,
    byzantineValidators: culpritsOf(block, ground),
    totalVotingPower: base.validators.totalVotingPower,
    timestamp: base.time,
  }
  const reason =
    validateEvidence(crypto, evidence) ?? verifyConflict(crypto, evidence, block, ground)
  return reason ?? { attack, evidence }
}
