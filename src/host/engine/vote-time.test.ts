// The time in a vote: later than its block's, also where the clock is behind.

import { expect, test } from 'vitest'
import { NIL_BLOCK_ID, VoteType } from '../../core/types/index.ts'
import { Station } from '../gossip/station.fixture.ts'
import { Cluster } from '../replica/cluster.fixture.ts'

const AHEAD_NS = 30_000_000_000n
const MS_NS = 1_000_000n

test('vote time: of a lock without a proposal it is later than the locked block', async () => {
  // Node 0 proposes at height 1, at height 2 in rounds 2 and 3, and has less than half.
  const cluster = new Cluster({ size: 3, powers: [18n, 10n, 10n] })
  const station = await Station.startOn(cluster, await Cluster.freshDisk())
  const { engine } = station.node.replica
  const peer = station.join('a')
  const hear = (type: VoteType, blockId = NIL_BLOCK_ID, aheadNs = 0n): void => {
    const { height, round } = engine.state
    for (const member of [1, 2]) {
      const vote = station.voteOf(member, { type, height, round, blockId, aheadNs })
      station.hear(peer, { kind: 'vote', vote })
    }
  }
  const proposed = (): ReturnType<typeof engine.blockOf> =>
    engine.state.proposal === null ? null : engine.blockOf(engine.state.proposal.blockId)
  const reach = (place: string): Promise<void> =>
    cluster.until(() => {
      const { height, round, step } = engine.state
      return `${height}/${round}/${step}` === place
    })

  await reach('1/0/prevote')
  const first = engine.state.proposal?.blockId
  hear(VoteType.prevote, first)
  // The clocks of the others are ahead: so is the block that their precommits make.
  hear(VoteType.precommit, first, AHEAD_NS)
  for (const round of [0, 1]) {
    await reach(`2/${round}/prevote`)
    hear(VoteType.prevote)
    hear(VoteType.precommit)
  }
  await reach('2/2/prevote')
  const block = proposed()
  const blockId = engine.state.proposal?.blockId
  hear(VoteType.prevote, blockId)
  await reach('2/2/precommit')
  hear(VoteType.precommit)
  // In round 3 it proposes once more, in round 4 it is another's turn, who stays silent.
  await reach('2/3/prevote')
  hear(VoteType.prevote)
  hear(VoteType.precommit)
  await cluster.until(() => cluster.signatures[0]?.at(-1)?.place === '2/4/1')
  const { lockedValue, proposal, validatorSet, votes } = engine.state
  expect([lockedValue, proposal]).toEqual([blockId, null])
  const own = validatorSet.indexOf(cluster.genesis.validators[0]?.address ?? new Uint8Array(0))
  const vote = votes.get(4)?.prevotes.get(own)
  expect(vote?.blockId).toEqual(blockId)
  expect(vote?.timestamp).toBe((block?.header.time ?? 0n) + MS_NS)
  await cluster.stopAll()
})
