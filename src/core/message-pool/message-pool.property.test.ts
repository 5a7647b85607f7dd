// The pool against a naive model that keeps everything it was shown in one list, under random
// traffic: answers, numbers, and every way to ask for what is held.

import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { BitArray } from '../bytes/index.ts'
import { VoteType, blockIdKey, equalBlockId } from '../types/index.ts'
import type { Proposal, Vote } from '../types/index.ts'
import {
  MAX_CATCH_UP_ROUNDS_PER_PEER,
  MAX_CATCH_UP_ROUNDS_PER_VALIDATOR,
  MAX_CLAIMED_VALUES,
  MAX_VALUES,
  maxMessages,
} from './bounds.ts'
import { messageId } from './message-id.ts'
import { MessagePool } from './message-pool.ts'
import type { HeldVotes } from './vote-book.ts'
import { CHAIN_ID, blockIdOf, crypto, decidedAt, makeValidators } from './signers.fixture.ts'
import { signProposal, signVote } from './signers.fixture.ts'

const VALIDATORS = 3
const PEERS = ['p0', 'p1', 'p2']
/** A search through everything costs more than a message. */
const COMPARED_EVERY = 16
const validatorSet = makeValidators([1, 1, 1])

interface VoteCommand {
  readonly kind: 'vote'
  readonly peer: number
  readonly index: number
  readonly late: boolean
  readonly round: number
  readonly type: VoteType
  readonly value: number
  readonly forged: boolean
}

interface ProposalCommand {
  readonly kind: 'proposal'
  readonly peer: number
  readonly late: boolean
  readonly round: number
  readonly value: number
  readonly forged: boolean
}

type Command =
  | VoteCommand
  | ProposalCommand
  | {
      readonly kind: 'claim'
      readonly peer: number
      readonly round: number
      readonly value: number
    }
  | { readonly kind: 'leave'; readonly peer: number }
  | { readonly kind: 'round'; readonly ahead: number }
  | { readonly kind: 'height'; readonly ahead: number }

const peer = fc.nat(PEERS.length - 1)
const voteCommand: fc.Arbitrary<VoteCommand> = fc.record({
  kind: fc.constant('vote' as const),
  peer,
  index: fc.nat(VALIDATORS - 1),
  late: fc.nat(3).map((n) => n === 0),
  round: fc.oneof({ weight: 3, arbitrary: fc.nat(2) }, { weight: 1, arbitrary: fc.nat(30) }),
  type: fc.constantFrom(VoteType.prevote, VoteType.precommit),
  value: fc.nat(4),
  forged: fc.nat(9).map((n) => n === 0),
})
const proposalCommand: fc.Arbitrary<ProposalCommand> = fc.record({
  kind: fc.constant('proposal' as const),
  peer,
  late: fc.nat(3).map((n) => n === 0),
  round: fc.nat(4),
  value: fc.integer({ min: 1, max: 3 }),
  forged: fc.nat(9).map((n) => n === 0),
})
const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 24, arbitrary: voteCommand },
  { weight: 3, arbitrary: proposalCommand },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('claim' as const),
      peer,
      round: fc.nat(3),
      value: fc.nat(4),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('leave' as const), peer }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('round' as const), ahead: fc.nat(4) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('height' as const), ahead: fc.nat(2) }) },
)

/** Says what must happen, by looking through lists. */
class Model {
  height = 1n
  round = 0
  lastCommitRound = -1
  admitted: Vote[] = []
  proposals: Proposal[] = []
  #claims: { peer: number; round: number; value: number }[] = []
  #catchUps: { peer: number; round: number }[] = []

  judge(command: VoteCommand, vote: Vote): string {
    const { round, type, validatorIndex: index } = vote
    if (this.height === 1n && vote.height === 0n) return 'refused'
    if (this.#isKnown(vote)) return 'duplicate'
    const same = this.votesAt(vote).filter((other) => other.validatorIndex === index)
    if (same.some((other) => equalBlockId(other.blockId, vote.blockId))) return 'ignored'
    const ignored =
      vote.height === this.height
        ? this.#isCrowded(command, same.length)
        : this.#isUseless(vote, same.length)
    if (ignored) return 'ignored'
    if (command.forged) return 'refused'
    if (vote.height === this.height && round > this.round + 1) {
      this.#catchUps.push({ peer: command.peer, round })
    }
    this.admitted.push(vote)
    if (same.length > 0) return 'conflict'
    const isCommit = type === VoteType.precommit && round === this.lastCommitRound
    return vote.height === this.height || isCommit ? 'admitted' : 'kept'
  }

  judgeProposal(command: ProposalCommand, proposal: Proposal): string {
    const { height, round } = proposal
    if (height === 0n) return 'ignored'
    const isPresent = height === this.height
    if (round > (isPresent ? this.round : this.lastCommitRound) + 1) return 'ignored'
    if (this.#isKnown(proposal)) return 'duplicate'
    const same = this.proposals.filter((one) => one.height === height && one.round === round)
    if (same.some((one) => equalBlockId(one.blockId, proposal.blockId))) return 'ignored'
    if (same.length >= MAX_VALUES) return 'ignored'
    if (command.forged) return 'refused'
    this.proposals.push(proposal)
    if (same.length > 0) return 'double-proposal'
    return isPresent && round >= this.round ? 'admitted' : 'kept'
  }

  votesAt(place: { height: bigint; round: number; type: number }): Vote[] {
    return this.admitted.filter(
      ({ height, round, type }) =>
        height === place.height && round === place.round && type === place.type,
    )
  }

  claim(claim: { peer: number; round: number; value: number }): string {
    if (claim.round > this.round + 1) return 'ignored'
    const mine = this.#claims.filter((c) => c.peer === claim.peer && c.round === claim.round)
    if (mine.some((c) => c.value !== claim.value)) return 'refused'
    if (mine.length === 0) this.#claims.push(claim)
    return 'ok'
  }

  leave(peer: number): void {
    this.#claims = this.#claims.filter((claim) => claim.peer !== peer)
    this.#catchUps = this.#catchUps.filter((used) => used.peer !== peer)
  }

  enterRound(round: number): void {
    this.round = round
    this.#catchUps = this.#catchUps.filter((used) => used.round > round + 1)
  }

  // A height may be decided by a round that was never entered.
  startHeight(ahead: number): void {
    this.height += 1n
    this.lastCommitRound = this.round + ahead
    this.round = 0
    this.#claims = []
    this.#catchUps = []
    this.admitted = this.admitted.filter((vote) => vote.height + 1n >= this.height)
    this.proposals = this.proposals.filter((one) => one.height + 1n >= this.height)
  }

  get size(): number {
    return this.admitted.length + this.proposals.length + this.#claims.length
  }

  #isKnown(message: Vote | Proposal): boolean {
    const id = idOf(message)
    return [...this.admitted, ...this.proposals].some((one) => idOf(one) === id)
  }

  #isCrowded({ peer, round, type, index, value }: VoteCommand, values: number): boolean {
    if (values >= MAX_VALUES + MAX_CLAIMED_VALUES) return true
    const isClaimed = this.#claims.some(
      (claim) => claim.round === round && claim.value === value && type === VoteType.prevote,
    )
    if (values >= MAX_VALUES && !isClaimed) return true
    if (round <= this.round + 1) return false
    const led = new Set(this.#catchUps.filter((c) => c.peer === peer).map((c) => c.round))
    if (!led.has(round) && led.size >= MAX_CATCH_UP_ROUNDS_PER_PEER) return true
    const filled = new Set(
      this.admitted
        .filter((vote) => vote.height === this.height && vote.validatorIndex === index)
        .map((vote) => vote.round)
        .filter((at) => at > this.round + 1),
    )
    return !filled.has(round) && filled.size >= MAX_CATCH_UP_ROUNDS_PER_VALIDATOR
  }

  #isUseless(vote: Vote, values: number): boolean {
    return values >= MAX_VALUES || (values === 0 && vote.round > this.lastCommitRound + 1)
  }
}

const ids = new WeakMap<object, string>()

function idOf(message: Vote | Proposal): string {
  const id = ids.get(message) ?? makeId(message)
  ids.set(message, id)
  return id
}

// A proposal does not say who signed it; under any one key different proposals differ.
function makeId(message: Vote | Proposal): string {
  const signer = 'validatorIndex' in message ? message.validatorIndex : 0
  const pubKey = validatorSet.get(signer)?.pubKey
  if (pubKey === undefined) throw new Error(`no validator ${signer}`)
  return messageId(crypto, CHAIN_ID, message, pubKey)
}

function peerOf({ peer: number }: { readonly peer: number }): string {
  return PEERS[number] ?? ''
}

// Height 0 is malformed and always refused.
function voteOf({ index, round, type, value, late, forged }: VoteCommand, model: Model): Vote {
  const height = late ? model.height - 1n : model.height
  const signed = signVote(validatorSet, { index, height, round, type, value })
  return forged ? { ...signed, signature: new Uint8Array(64) } : signed
}

function play(pool: MessagePool, model: Model, command: Command): void {
  switch (command.kind) {
    case 'vote': {
      const vote = voteOf(command, model)
      const answer = pool.admitVote(vote, peerOf(command))
      expect(answer.kind).toBe(model.judge(command, vote))
      return
    }
    case 'proposal': {
      const { round, value, late, forged } = command
      const height = late ? model.height - 1n : model.height
      const signed = signProposal(validatorSet, { height, round, value })
      const proposal = forged ? { ...signed, signature: new Uint8Array(64) } : signed
      const answer = pool.admitProposal(proposal, peerOf(command))
      expect(answer.kind).toBe(model.judgeProposal(command, proposal))
      return
    }
    case 'claim': {
      const { round, value } = command
      const place = { height: model.height, round, type: VoteType.prevote }
      const claim = { ...place, peerId: peerOf(command), blockId: blockIdOf(value) }
      expect(pool.claimMaj23(claim).kind).toBe(model.claim(command))
      return
    }
    case 'leave':
      pool.removePeer(peerOf(command))
      return model.leave(command.peer)
    case 'round':
      model.enterRound(model.round + command.ahead)
      return pool.enterRound(model.round)
    case 'height': {
      model.startHeight(command.ahead)
      const { height, lastCommitRound } = model
      const lastPrecommits = decidedAt(validatorSet, height - 1n, lastCommitRound)
      return pool.startHeight({ height, validatorSet, lastPrecommits })
    }
  }
}

// Whatever is asked of the pool is what a search through the list finds.
function compareIndexes(pool: MessagePool, model: Model, theirs: BitArray): void {
  const { height } = model
  const votes = model.admitted.filter((vote) => vote.height === height)
  const rounds = [...pool.rounds()]
  const seen = new Set(rounds.map(({ round }) => round))
  expect(rounds.length).toBe(seen.size)
  expect(votes.filter(({ round }) => !seen.has(round))).toEqual([])
  const last = { height: height - 1n, round: model.lastCommitRound, type: VoteType.precommit }
  // Late halves of proofs are of no use to peers.
  expect(pool.votesAt({ ...last, type: VoteType.prevote })).toBe(null)
  expect(pool.votesAt({ ...last, round: last.round + 1 })).toBe(null)
  const places = rounds.flatMap(({ prevotes, precommits }) => [prevotes, precommits])
  for (const place of [...places, last]) {
    const held = pool.votesAt(place)
    const wanted = model.votesAt(place)
    if (held === null) expect(wanted).toEqual([])
    else compareVotes(held, wanted, theirs)
  }
}

function compareVotes(held: HeldVotes, wanted: readonly Vote[], theirs: BitArray): void {
  const voters = new Set(wanted.map((vote) => vote.validatorIndex))
  expect(held.voters.indexes()).toEqual([...voters].toSorted((a, b) => a - b))
  for (let index = 0; index < VALIDATORS; index += 1) {
    expect(held.of(index)).toEqual(wanted.filter((vote) => vote.validatorIndex === index))
  }
  for (const { blockId } of wanted) {
    const same = wanted.filter((vote) => equalBlockId(vote.blockId, blockId))
    const indexes = same.map((vote) => vote.validatorIndex)
    expect(held.bitsFor(blockId).indexes()).toEqual(indexes.toSorted((a, b) => a - b))
  }
  const lacked: number[] = []
  let next = held.voters.nextNotIn(theirs, 0)
  for (; next >= 0; next = held.voters.nextNotIn(theirs, next + 1)) lacked.push(next)
  expect(lacked).toEqual(held.voters.indexes().filter((index) => !theirs.get(index)))
}

test('message pool: answers like a list that is searched, and stays within maxMessages', () => {
  const bits = fc.array(fc.boolean(), { minLength: VALIDATORS, maxLength: VALIDATORS })
  const traffic = fc.array(command, { maxLength: 120 })
  fc.assert(
    fc.property(traffic, bits, (commands, theirs) => {
      const pool = new MessagePool({ crypto, chainId: CHAIN_ID })
      const model = new Model()
      pool.startHeight({ height: 1n, validatorSet, lastPrecommits: null })
      let rounds = 1
      for (const [step, command] of commands.entries()) {
        play(pool, model, command)
        rounds = Math.max(rounds, model.round + 1, model.lastCommitRound + 1)
        expect(pool.size).toBe(model.size)
        expect(pool.size).toBeLessThanOrEqual(maxMessages(VALIDATORS, rounds, PEERS.length))
        if (step % COMPARED_EVERY === 0) compareIndexes(pool, model, BitArray.fromBools(theirs))
      }
      compareIndexes(pool, model, BitArray.fromBools(theirs))
    }),
    { numRuns: 300 },
  )
})

test('message pool: a flood of signed nonsense stays within maxMessages', () => {
  const pool = new MessagePool({ crypto, chainId: CHAIN_ID })
  pool.startHeight({ height: 1n, validatorSet, lastPrecommits: null })
  const seen = new Set<string>()
  for (let round = 0; round < 40; round += 1) {
    for (let value = 0; value < 30; value += 1) {
      const peerId = `${round}/${value}`
      const blockId = blockIdOf(value)
      seen.add(blockIdKey(blockId))
      for (const type of [VoteType.prevote, VoteType.precommit]) {
        pool.claimMaj23({ peerId, height: 1n, round, type, blockId })
        for (let index = 0; index < VALIDATORS; index += 1) {
          pool.admitVote(signVote(validatorSet, { index, height: 1n, round, type, value }), peerId)
        }
      }
      pool.removePeer(peerId)
    }
  }
  expect(seen.size).toBe(30)
  const bound = maxMessages(VALIDATORS, 1, 0)
  expect(pool.size).toBeLessThanOrEqual(bound)
  // The bound is not far off: all open rounds are full, those ahead with what nobody claims there.
  const full =
    (MAX_VALUES + MAX_CLAIMED_VALUES) * 2 + MAX_VALUES * MAX_CATCH_UP_ROUNDS_PER_VALIDATOR
  expect(pool.size).toBe(VALIDATORS * 2 * full)
})
