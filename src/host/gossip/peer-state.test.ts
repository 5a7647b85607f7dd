// What is known of a peer: announcements only move forward, claims are bounded, losses are mended.
import { describe, expect, test } from 'vitest'
import { BitArray } from '../../core/bytes/index.ts'
import { VoteType } from '../../core/types/index.ts'
import { PeerState } from './peer-state.ts'

const SIZE = 4
const header = { total: 3, hash: new Uint8Array(32).fill(7) }

function at(height: bigint, round: number, step = 1): PeerState {
  const state = new PeerState()
  state.applyRoundStep({ height, round, step, lastCommitRound: height > 1n ? 0 : -1 })
  return state
}

describe('PeerState', () => {
  test('applyRoundStep: an older or equal announcement changes nothing', () => {
    const state = at(5n, 2, 3)
    for (const [height, round, step] of [
      [4n, 9, 8],
      [5n, 1, 8],
      [5n, 2, 3],
      [5n, 2, 2],
    ] as const) {
      expect(state.applyRoundStep({ height, round, step, lastCommitRound: 0 })).toBe(false)
    }
    expect([state.height, state.round, state.step]).toEqual([5n, 2, 3])
  })

  test('applyRoundStep: a new round forgets the proposal, a new step keeps it', () => {
    const state = at(5n, 0, 3)
    state.expectParts(header)
    state.applyRoundStep({ height: 5n, round: 0, step: 4, lastCommitRound: 0 })
    expect(state.collects(header)).toBe(true)
    state.applyRoundStep({ height: 5n, round: 1, step: 3, lastCommitRound: 0 })
    expect(state.collects(header)).toBe(false)
  })

  test('applyRoundStep: precommits of a height become the last commit of the next', () => {
    const state = at(5n, 0)
    const place = { height: 5n, round: 0, type: VoteType.precommit, index: 2 }
    state.confirmVote(place, SIZE, 0)
    state.applyRoundStep({ height: 6n, round: 0, step: 1, lastCommitRound: 0 })
    expect(state.votesAt(place, SIZE, 0)?.has.get(2)).toBe(true)
    state.applyRoundStep({ height: 8n, round: 0, step: 1, lastCommitRound: 0 })
    const skipped = { height: 7n, round: 0, type: VoteType.precommit }
    expect(state.votesAt(skipped, SIZE, 0)?.has.isEmpty()).toBe(true)
  })

  test('votesAt: a claim of far rounds keeps memory within our own rounds', () => {
    const state = at(5n, 0)
    for (let round = 0; round < 10_000; round++) {
      const place = { height: 5n, round, type: VoteType.prevote, index: 0 }
      state.applyRoundStep({ height: 5n, round, step: 4, lastCommitRound: 0 })
      state.confirmVote(place, SIZE, 3)
    }
    const kept = Array.from({ length: 10_000 }, (_, round) => round).filter(
      (round) => state.knownVotes(round, VoteType.prevote) !== null,
    )
    expect(kept).toEqual([0, 1, 2, 3, 4, 9999])
  })

  test('forgetUnconfirmed: what was only sent is sent again, what was confirmed is not', () => {
    const state = at(5n, 0)
    const place = { height: 5n, round: 0, type: VoteType.prevote }
    state.votesAt(place, SIZE, 0)?.has.set(1, true)
    state.confirmVote({ ...place, index: 2 }, SIZE, 0)
    state.forgetUnconfirmed()
    expect(state.votesAt(place, SIZE, 0)?.has.indexes()).toEqual([2])
  })

  test('applyVoteSetBits: of our votes for the value the peer has exactly those it names', () => {
    const state = at(5n, 0)
    const place = { height: 5n, round: 0, type: VoteType.prevote }
    for (const index of [0, 1, 3]) state.confirmVote({ ...place, index }, SIZE, 0)
    const ours = BitArray.fromBools([true, true, false, false])
    const theirs = BitArray.fromBools([true, false, false, false])
    state.applyVoteSetBits(place, theirs, ours)
    expect(state.votesAt(place, SIZE, 0)?.has.indexes()).toEqual([0, 3])
  })

  test('applyValidBlock: the word of the peer replaces what was believed', () => {
    const state = at(5n, 1)
    state.expectParts(header)
    state.setHasPart(5n, 0)
    const bits = BitArray.fromBools([false, true, false])
    state.applyValidBlock({ height: 5n, round: 1, header, bits, isCommit: false })
    expect(state.parts?.indexes()).toEqual([1])
    state.applyValidBlock({ height: 5n, round: 0, header, bits: bits.not(), isCommit: false })
    expect(state.parts?.indexes()).toEqual([1])
    state.applyValidBlock({ height: 5n, round: 0, header, bits: bits.not(), isCommit: true })
    expect(state.parts?.indexes()).toEqual([0, 2])
  })
})
