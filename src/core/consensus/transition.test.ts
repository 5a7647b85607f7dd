// What holds for every transition: same arguments same result, nothing given is changed, bounds,
// bugs throw.

import { expect, test } from 'vitest'
import { InvariantError } from '../bytes/index.ts'
import { BLOCK_PART_SIZE, PartSet, VoteType } from '../types/index.ts'
import { MAX_COMPLETE_BLOCKS, MAX_EARLY_PARTS } from './block-parts.ts'
import { CHAIN_ID, TIMEOUTS, blockNamed, cheapCrypto, idNamed } from './cast.fixture.ts'
import { makeValidators, signProposal, signVote } from './cast.fixture.ts'
import type { ConsensusContext } from './config.ts'
import type { Input } from './input.ts'
import { makeConsensus, proposerOf, validatorsOf, votesOf } from './state.ts'
import type { ConsensusState } from './state.ts'
import { transition } from './transition.ts'

const validatorSet = makeValidators([1, 1, 1, 1])
const context: ConsensusContext = {
  chainId: CHAIN_ID,
  crypto: cheapCrypto,
  lockRule: 'paper',
  self: validatorSet.get(3)?.address ?? null,
  timeouts: TIMEOUTS,
  skipTimeoutCommit: false,
}
const start: Input = {
  kind: 'start-height',
  height: 1n,
  validatorSet,
  lastPrecommits: null,
  waitForTxs: false,
  immediately: true,
}

function apply(state: ConsensusState, ...inputs: readonly Input[]): ConsensusState {
  return inputs.reduce((before, input) => transition(before, input).state, state)
}

function started(): ConsensusState {
  return apply(makeConsensus(context), start)
}

function proposal(name: string, round = 0): Input {
  const content = { height: 1n, round, polRound: -1, blockId: idNamed(name) }
  return { kind: 'proposal', proposal: signProposal(validatorSet, content) }
}

function parts(name: string, round = 0): Input[] {
  const { partSet } = blockNamed(name)
  return partSet.bits.indexes().flatMap((index): Input[] => {
    const part = partSet.get(index)
    return part === null ? [] : [{ kind: 'block-part', height: 1n, round, part }]
  })
}

function votes(type: VoteType, name: string, indexes: readonly number[], round = 0): Input[] {
  const place = { type, height: 1n, round }
  return indexes.map((index) => ({
    kind: 'vote',
    vote: signVote(validatorSet, index, place, idNamed(name)),
  }))
}

const play: readonly Input[] = [
  start,
  proposal('A'),
  ...parts('A'),
  { kind: 'block-validity', height: 1n, blockId: idNamed('A'), valid: true },
  ...votes(VoteType.prevote, 'A', [0, 1, 2]),
  ...votes(VoteType.precommit, 'nil', [0, 1]),
  ...votes(VoteType.precommit, 'B', [2]),
  { kind: 'timeout', timeout: { height: 1n, round: 0, step: 'precommit' } },
  ...votes(VoteType.precommit, 'A', [0, 1, 2]),
]

test('transition: equal arguments give equal results', () => {
  const runs = [0, 1].map(() => {
    let state = makeConsensus(context)
    return play.map((input) => {
      const result = transition(state, input)
      state = result.state
      return result
    })
  })
  expect(runs[0]).toEqual(runs[1])
})

test('transition: changes nothing it is given', () => {
  let state = makeConsensus(context)
  for (const input of play) {
    Object.freeze(state)
    const before = { ...state, blocks: new Map(state.blocks), votes: new Map(state.votes) }
    const { state: after } = transition(state, input)
    expect({ ...state }).toEqual(before)
    state = after
  }
  expect(state.step).toBe('commit')
})

test('transition: an input without effect gives back the same state', () => {
  const state = apply(makeConsensus(context), ...play.slice(0, 8))
  for (const input of play.slice(1, 8)) {
    const again = transition(state, input)
    expect(again.state).toBe(state)
    expect(again.effects).toEqual([])
  }
})

test('transition: a height that does not grow is a bug of the host', () => {
  expect(() => transition(started(), start)).toThrow(InvariantError)
})

test('transition: a broken state is a bug', () => {
  const state = started()
  const locked = { ...state, lockedRound: 0 }
  const future = { ...state, ownPrevoteRound: 4 }
  const unfounded = {
    ...state,
    lockedRound: 0,
    lockedValue: idNamed('A'),
    validRound: 0,
    validValue: idNamed('A'),
  }
  for (const broken of [locked, future, unfounded, { ...state, step: 'commit' as const }]) {
    expect(() => transition(broken, { kind: 'txs-available', height: 9n })).toThrow(InvariantError)
  }
})

test('transition: parts without a proposal are kept up to a bound', () => {
  // Two rounds, so that the bound is met before a whole part set is.
  const bytes = new Uint8Array(BLOCK_PART_SIZE * (MAX_EARLY_PARTS + 8))
  const partSet = PartSet.fromBytes(
    cheapCrypto,
    bytes.map((_, index) => index >> 16),
  )
  let state = started()
  for (let index = 0; index < partSet.header.total; index += 1) {
    const part = partSet.get(index)
    if (part === null) continue
    state = apply(state, { kind: 'block-part', height: 1n, round: 0, part })
    state = apply(state, { kind: 'block-part', height: 1n, round: 0, part })
  }
  expect(state.earlyParts).toHaveLength(MAX_EARLY_PARTS)
  const skipped = apply(state, ...votes(VoteType.prevote, 'nil', [0, 1], 3))
  expect(skipped.earlyParts).toEqual([])
})

test('transition: blocks are kept up to a bound, and never those it may need', () => {
  let state = apply(started(), ...play.slice(1, 4), ...votes(VoteType.prevote, 'A', [0, 1, 2]))
  expect(state.lockedValue).not.toBeNull()
  for (let round = 1; round < 20; round += 1) {
    const name = `${round}`
    state = apply(
      state,
      ...votes(VoteType.prevote, 'nil', [0, 1], round),
      proposal(name, round),
      ...parts(name, round),
    )
    const complete = [...state.blocks.values()].filter(({ partSet }) => partSet !== null)
    expect(complete.length).toBeLessThanOrEqual(MAX_COMPLETE_BLOCKS)
    expect(complete.map(({ blockId }) => blockId)).toContainEqual(idNamed('A'))
    expect(complete.map(({ blockId }) => blockId)).toContainEqual(idNamed(name))
  }
  expect(state.blocks.size).toBe(20)
})

test('transition: a block whose parts were released is collected, not judged, again', () => {
  let state = started()
  for (let round = 1; round < 12; round += 1) {
    const name = `${round}`
    state = apply(
      state,
      ...votes(VoteType.prevote, 'nil', [0, 1], round),
      proposal(name, round),
      ...parts(name, round),
      { kind: 'block-validity', height: 1n, blockId: idNamed(name), valid: true },
    )
  }
  state = apply(state, ...votes(VoteType.prevote, 'nil', [0, 1], 20), proposal('1', 20))
  const [part] = parts('1', 20)
  if (part === undefined) throw new Error('the block has a part')
  const { effects } = transition(state, part)
  expect(effects.map((effect) => effect.kind)).toEqual(['announce-step', 'sign-vote'])
})

test('consensus state: before a height it has no validators, and answers afterwards', () => {
  expect(() => validatorsOf(makeConsensus(context))).toThrow(InvariantError)
  const state = apply(started(), ...votes(VoteType.prevote, 'nil', [0, 1], 6))
  expect(validatorsOf(state)).toBe(validatorSet)
  expect(state.round).toBe(6)
  for (const round of [0, 1, 5, 6, 7, 12]) {
    const { proposer } = validatorSet.withPriorityIncremented(round)
    expect(proposerOf(state, round)).toEqual(proposer)
  }
  expect(votesOf(state, 6).prevotes.powerAny).toBe(2n)
  expect(votesOf(state, 40).precommits.powerAny).toBe(0n)
})
