// The pool against a naive model that keeps everything it was shown in one list, under random
// traffic.

import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { VoteType, blockIdKey, equalBlockId } from '../types/index.ts'
import type { Vote } from '../types/index.ts'
import {
  MAX_CATCH_UP_ROUNDS_PER_PEER,
  MAX_CATCH_UP_ROUNDS_PER_VALIDATOR,
  MAX_CLAIMED_VALUES,
  MAX_VALUES,
  maxMessages,
} from './bounds.ts'
import { MessagePool } from './message-pool.ts'
import { CHAIN_ID, blockIdOf, crypto, makeValidators, signVote } from './signers.fixture.ts'

const VALIDATORS = 3
const PEERS = ['p0', 'p1', 'p2']
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

type Command =
  | VoteCommand
  | {
      readonly kind: 'claim'
      readonly peer: number
      readonly round: number
      readonly value: number
    }
  | { readonly kind: 'leave'; readonly peer: number }
  | { readonly kind: 'round'; readonly ahead: number }
  | { readonly kind: 'height' }

const peer = fc.nat(PEERS.length - 1)
const voteCommand: fc.Arbitrary<Command> = fc.record({
  kind: fc.constant('vote' as const),
  peer,
  index: fc.nat(VALIDATORS - 1),
  late: fc.nat(3).map((n) => n === 0),
  round: fc.oneof({ weight: 3, arbitrary: fc.nat(2) }, { weight: 1, arbitrary: fc.nat(30) }),
  type: fc.constantFrom(VoteType.prevote, VoteType.precommit),
  value: fc.nat(4),
  forged: fc.nat(9).map((n) => n === 0),
})
const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 12, arbitrary: voteCommand },
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
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('height' as const) }) },
)

/** Says what must happen, by looking through lists. */
class Model {
  height = 1n
  round = 0
  lastCommitRound = -1
  admitted: Vote[] = []
  #claims: { peer: number; round: number; value: number }[] = []
  #catchUps: { peer: number; round: number }[] = []

  judge(command: VoteCommand, vote: Vote): string {
    const { round, type, validatorIndex: index } = vote
    if (this.height === 1n && vote.height === 0n) return 'refused'
    const same = this.admitted.filter(
      (other) =>
        other.height === vote.height &&
        other.round === round &&
        other.type === type &&
        other.validatorIndex === index,
    )
    const twin = same.find((other) => equalBlockId(other.blockId, vote.blockId))
    if (twin !== undefined) return command.forged ? 'ignored' : 'duplicate'
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
    return same.length === 0 ? 'admitted' : 'conflict'
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

  startHeight(): void {
    this.height += 1n
    this.lastCommitRound = this.round
    this.round = 0
    this.#claims = []
    this.#catchUps = []
    this.admitted = this.admitted.filter((vote) => vote.height + 1n >= this.height)
  }

  get size(): number {
    return this.admitted.length + this.#claims.length
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
    if (values >= MAX_VALUES) return true
    const isCommit = vote.type === VoteType.precommit && vote.round === this.lastCommitRound
    return !isCommit && values === 0
  }
}

function play(pool: MessagePool, model: Model, command: Command): void {
  switch (command.kind) {
    case 'vote': {
      const { index, round, type, value } = command
      const height = command.late ? model.height - 1n : model.height
      // Height 0 is malformed and always refused.
      const signed = signVote(validatorSet, { index, height, round, type, value })
      const vote = command.forged ? { ...signed, signature: new Uint8Array(64) } : signed
      const answer = pool.admitVote(vote, PEERS[command.peer] ?? null)
      expect(answer.kind).toBe(model.judge(command, vote))
      return
    }
    case 'claim': {
      const { round, value } = command
      const place = { height: model.height, round, type: VoteType.prevote }
      const claim = { ...place, peerId: PEERS[command.peer] ?? '', blockId: blockIdOf(value) }
      expect(pool.claimMaj23(claim).kind).toBe(model.claim(command))
      return
    }
    case 'leave':
      pool.removePeer(PEERS[command.peer] ?? '')
      return model.leave(command.peer)
    case 'round':
      model.enterRound(model.round + command.ahead)
      return pool.enterRound(model.round)
    case 'height': {
      const lastCommitRound = model.round
      model.startHeight()
      const { height } = model
      return pool.startHeight({
        height,
        validatorSet,
        lastValidatorSet: validatorSet,
        lastCommitRound,
      })
    }
  }
}

test('message pool: answers like a list that is searched, and stays within maxMessages', () => {
  fc.assert(
    fc.property(fc.array(command, { maxLength: 120 }), (commands) => {
      const pool = new MessagePool({ crypto, chainId: CHAIN_ID })
      const model = new Model()
      pool.startHeight({ height: 1n, validatorSet, lastValidatorSet: null, lastCommitRound: -1 })
      let rounds = 1
      for (const command of commands) {
        play(pool, model, command)
        rounds = Math.max(rounds, model.round + 1)
        expect(pool.size).toBe(model.size)
        expect(pool.size).toBeLessThanOrEqual(maxMessages(VALIDATORS, rounds, PEERS.length))
      }
    }),
    { numRuns: 300 },
  )
})

test('message pool: a flood of signed nonsense stays within maxMessages', () => {
  const pool = new MessagePool({ crypto, chainId: CHAIN_ID })
  pool.startHeight({ height: 1n, validatorSet, lastValidatorSet: null, lastCommitRound: -1 })
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
