// Two villains of one kind collude without a word: more than a third of the power, and the chain
// forks.

import { expect, test } from 'vitest'
import { equalBytes } from '../../core/bytes/index.ts'
import { VoteType } from '../../core/types/index.ts'
import { Cluster } from '../replica/cluster.fixture.ts'
import { Theatre } from './theatre.fixture.ts'
import type { Arrival } from './theatre.fixture.ts'

const LAST_HEIGHT = 8n
/** A height whose first proposer is a villain. */
const HEIGHT = 3n

test('equivocator: two of four lead the two honest validators to different blocks', async () => {
  const theatre = await Theatre.open({ villains: { 2: 'equivocator', 3: 'equivocator' } })
  let forks: bigint[] = []
  for (let height = 1n; height <= LAST_HEIGHT && forks.length === 0; height++) {
    await theatre.play(height, 30_000)
    forks = await theatre.forks()
  }
  expect(forks.length).toBe(1)
  // Each of the two can be proved to have voted twice there, and neither of the honest ones.
  const [height] = forks
  for (const liar of [2, 3]) {
    expect(theatre.equivocations(liar)).toContain(`${height}/0/2`)
  }
  for (const honest of [0, 1]) expect(theatre.equivocations(honest)).toEqual([])
  await theatre.close()
})

test('amnesiac: two of four fork without voting twice, when one decides unseen', async () => {
  const [first] = new Cluster({ size: 4 }).genesis.validators
  // Round 0: 1 gets no proposal and sees no polka, and nobody hears that 0 precommits.
  // From round 1 on 0 is alone.
  const isHeard = ({ from, to, message }: Arrival): boolean => {
    if (message?.kind === 'proposal' || message?.kind === 'block-part') {
      const { height, round } = message.kind === 'proposal' ? message.proposal : message
      return height !== HEIGHT || (round === 0 ? to !== 1 : from !== 0 && to !== 0)
    }
    if (message?.kind !== 'vote' || message.vote.height !== HEIGHT) return true
    const { round, type, validatorAddress } = message.vote
    if (round > 0) return from !== 0 && to !== 0
    if (first === undefined || !equalBytes(validatorAddress, first.address)) return true
    return type === VoteType.prevote && to !== 1
  }
  const theatre = await Theatre.open({ villains: { 2: 'amnesiac', 3: 'amnesiac' }, isHeard })
  await theatre.play(HEIGHT)
  expect(await theatre.forks()).toEqual([HEIGHT])
  for (const liar of [2, 3]) expect(theatre.equivocations(liar)).toEqual([])
  await theatre.close()
})
