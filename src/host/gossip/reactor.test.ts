// Gossip: every peer gets what it lacks when it can use it, and whatever was lost comes again.

import { afterEach, describe, expect, test } from 'vitest'
import { BitArray, equalBytes, toUtf8 } from '../../core/bytes/index.ts'
import { encodeConsensusMessage } from '../../core/proto/index.ts'
import { NIL_BLOCK_ID, VoteType } from '../../core/types/index.ts'
import type { PartSetHeader } from '../../core/types/index.ts'
import { CHANNEL, STEP_NUMBER } from './index.ts'
import { Station } from './station.fixture.ts'
import type { FakePeer } from './station.fixture.ts'

const COMMIT = STEP_NUMBER.commit
const PROPOSE = STEP_NUMBER.propose
const stations: Station[] = []
afterEach(async () => {
  for (const station of stations.splice(0)) await station.cluster.stopAll()
})

async function start(size: number): Promise<Station> {
  const station = await Station.start(size)
  stations.push(station)
  return station
}

/** A network of one that is at a height above. */
async function startAt(height: bigint): Promise<Station> {
  const station = await start(1)
  await station.cluster.until(() => station.node.replica.engine.state.height >= height)
  return station
}

/** Lets pass what happens within `ms` milliseconds. */
async function pass({ cluster }: Station, ms: number): Promise<void> {
  const alarm = { rang: false }
  cluster.clock.setTimer(ms, () => (alarm.rang = true))
  await cluster.until(() => alarm.rang)
}

const onVoteChannels = (peer: FakePeer): unknown[] =>
  peer.sent.filter(({ channelId }) => channelId === CHANNEL.data || channelId === CHANNEL.vote)

async function headerOf({ node }: Station, height: bigint): Promise<PartSetHeader> {
  const meta = await node.replica.blockStore.loadBlockMeta(height)
  if (meta === null) throw new Error(`no block ${height}`)
  return meta.blockId.partSetHeader
}

describe('gossip to a peer that lags', () => {
  test('pump: sends nothing on 0x21 and 0x22 before the first step of the peer', async () => {
    const station = await start(2)
    const peer = station.join('a')
    await pass(station, 5000)
    expect(onVoteChannels(peer)).toEqual([])
    expect(peer.got('new-round-step').length).toBeGreaterThan(0)
    station.step(peer, { height: 1n, step: PROPOSE })
    await pass(station, 0)
    expect(onVoteChannels(peer).length).toBeGreaterThan(0)
  })

  test('pump: stored precommits come at once, parts when the peer names its set', async () => {
    const station = await startAt(5n)
    const peer = station.join('a')
    station.step(peer, { height: 2n, step: PROPOSE })
    await pass(station, 0)
    expect(peer.got('vote').map(({ vote }) => [vote.height, vote.type])).toEqual([[2n, 2]])
    expect(peer.got('block-part')).toEqual([])
    const blockPartSetHeader = await headerOf(station, 2n)
    const blockParts = new BitArray(blockPartSetHeader.total)
    const place = { height: 2n, round: 0, blockPartSetHeader, blockParts }
    station.hear(peer, { kind: 'new-valid-block', ...place, isCommit: true })
    await pass(station, 0)
    expect(peer.got('block-part').map(({ height, part }) => [height, part.index])).toEqual([
      [2n, 0],
    ])
  })

  test('pump: a peer in step commit that names no part set gets the decided block', async () => {
    const station = await startAt(4n)
    for (const height of [2n, 3n]) {
      const peer = station.join(`a${height}`)
      station.step(peer, { height, step: COMMIT })
      await pass(station, 0)
      expect(peer.got('block-part').map((message) => message.height)).toEqual([height])
    }
  })

  test('pump: parts that the peer says it still lacks are sent again', async () => {
    const station = await startAt(4n)
    const peer = station.join('a')
    station.step(peer, { height: 2n, step: COMMIT })
    await pass(station, 0)
    const blockPartSetHeader = await headerOf(station, 2n)
    const blockParts = new BitArray(blockPartSetHeader.total)
    const place = { height: 2n, round: 0, blockPartSetHeader, blockParts }
    station.hear(peer, { kind: 'new-valid-block', ...place, isCommit: true })
    await pass(station, 0)
    expect(peer.got('block-part').length).toBe(2)
  })

  test('pump: what the peer says while the store is read is heeded at once', async () => {
    const station = await startAt(2n)
    const { mempool, blockStore } = station.node.replica
    await mempool.checkTx(toUtf8(`large=${'x'.repeat(100_000)}`))
    await station.cluster.until(() => blockStore.height >= 5n)
    const sizes = await Promise.all([2n, 3n, 4n].map((height) => headerOf(station, height)))
    const height = 2n + BigInt(sizes.findIndex(({ total }) => total === 2))
    const blockPartSetHeader = await headerOf(station, height)
    const peer = station.join('a')
    // It has dropped the first part, and says so while the second is read.
    const loadPart = blockStore.loadPart.bind(blockStore)
    blockStore.loadPart = async (at, index) => {
      if (index === 1 && peer.got('block-part').length === 1) {
        const place = { height, round: 0, blockPartSetHeader, blockParts: new BitArray(2) }
        station.hear(peer, { kind: 'new-valid-block', ...place, isCommit: true })
        await new Promise((resolve) => setImmediate(resolve))
      }
      return loadPart(at, index)
    }
    station.step(peer, { height, step: COMMIT })
    await pass(station, 0)
    expect(peer.got('block-part').map(({ part }) => part.index)).toEqual([0, 1, 0])
  })
})

describe('gossip of votes', () => {
  test('votes: own ones leave at once, those of others after the relay delay', async () => {
    const station = await start(3)
    const [near, far] = [station.join('a'), station.join('b')]
    for (const peer of [near, far]) station.step(peer, { height: 1n, step: PROPOSE })
    await pass(station, 0)
    const vote = station.voteOf(1, { type: VoteType.prevote, height: 1n, round: 0 })
    station.hear(near, { kind: 'vote', vote })
    // Something else is sent meanwhile; the vote does not travel with it.
    station.step(far, { height: 1n, step: STEP_NUMBER.prevote })
    await pass(station, 5)
    const others = (peer: FakePeer): unknown[] =>
      peer.got('vote').filter((each) => each.vote.validatorIndex === vote.validatorIndex)
    expect(others(far)).toEqual([])
    expect(far.got('has-vote').some(({ index }) => index === vote.validatorIndex)).toBe(true)
    await pass(station, 25)
    expect(others(far).length).toBe(1)
    expect(others(near)).toEqual([])
  })

  test('votes: those of an old round and of the next one go to a peer too', async () => {
    const station = await start(4)
    const [near, ahead, behind] = [station.join('a'), station.join('b'), station.join('c')]
    for (const peer of [near, behind]) station.step(peer, { height: 1n, step: PROPOSE })
    station.step(ahead, { height: 1n, round: 1, step: PROPOSE })
    const votes = [1, 2].map((member, round) =>
      station.voteOf(member, { type: VoteType.prevote, height: 1n, round }),
    )
    for (const vote of votes) station.hear(near, { kind: 'vote', vote })
    await pass(station, 30)
    const placesOf = (peer: FakePeer): string[] =>
      votes
        .filter((vote) =>
          peer.got('vote').some(({ vote: { signature } }) => equalBytes(signature, vote.signature)),
        )
        .map(({ round }) => `round ${round}`)
    expect(placesOf(ahead)).toEqual(['round 0', 'round 1'])
    expect(placesOf(behind)).toEqual(['round 0', 'round 1'])
  })

  test('votes: of an equivocator the one for the majority is passed on', async () => {
    const station = await start(4)
    const { engine } = station.node.replica
    const near = station.join('a')
    station.step(near, { height: 1n, step: PROPOSE })
    await station.cluster.until(() => engine.state.step === 'prevote')
    const blockId = engine.state.proposal?.blockId ?? NIL_BLOCK_ID
    const place = { type: VoteType.prevote, height: 1n, round: 0 }
    for (const vote of [
      station.voteOf(3, place),
      ...[1, 2, 3].map((member) => station.voteOf(member, { ...place, blockId })),
    ]) {
      station.hear(near, { kind: 'vote', vote })
    }
    await pass(station, 30)
    const far = station.join('b')
    station.step(far, { height: 1n, step: PROPOSE })
    await pass(station, 30)
    const index = station.voteOf(3, place).validatorIndex
    const ofLiar = far.got('vote').filter(({ vote }) => vote.validatorIndex === index)
    expect(ofLiar.map(({ vote }) => vote.blockId)).toEqual([blockId])
  })

  test('votes: one that the peer says it has is not relayed to it', async () => {
    const station = await start(3)
    const [near, far] = [station.join('a'), station.join('b')]
    for (const peer of [near, far]) station.step(peer, { height: 1n, step: PROPOSE })
    const vote = station.voteOf(1, { type: VoteType.prevote, height: 1n, round: 0 })
    station.hear(near, { kind: 'vote', vote })
    const { height, round, type, validatorIndex: index } = vote
    station.hear(far, { kind: 'has-vote', height, round, type, index })
    await pass(station, 30)
    expect(far.got('vote').filter((each) => each.vote.validatorIndex === index)).toEqual([])
  })

  test('repair: an unconfirmed vote is sent again, a confirmed one is not', async () => {
    const station = await start(4)
    const [near, far] = [station.join('a'), station.join('b')]
    for (const peer of [near, far]) station.step(peer, { height: 1n, step: PROPOSE })
    const votes = [1, 2].map((member) =>
      station.voteOf(member, { type: VoteType.prevote, height: 1n, round: 0 }),
    )
    for (const vote of votes) station.hear(near, { kind: 'vote', vote })
    await pass(station, 30)
    const [first, second] = votes.map(({ validatorIndex }) => validatorIndex)
    station.hear(far, { kind: 'has-vote', height: 1n, round: 0, type: 1, index: first ?? -1 })
    await pass(station, 2000)
    const count = (index: number | undefined): number =>
      far.got('vote').filter(({ vote }) => vote.type === 1 && vote.validatorIndex === index).length
    expect(count(first)).toBe(1)
    expect(count(second)).toBe(2)
  })

  test('repair: a lagging peer with another vote of an equivocator gets ours', async () => {
    const station = await start(4)
    const { engine } = station.node.replica
    const helper = station.join('a')
    station.step(helper, { height: 1n, step: PROPOSE })
    await station.cluster.until(() => engine.state.proposal !== null)
    const blockId = engine.state.proposal?.blockId ?? NIL_BLOCK_ID
    for (const type of [VoteType.prevote, VoteType.precommit]) {
      for (const member of [1, 2]) {
        const vote = station.voteOf(member, { type, height: 1n, round: 0, blockId })
        station.hear(helper, { kind: 'vote', vote })
      }
    }
    await station.cluster.until(() => engine.state.height === 2n)

    const peer = station.join('b')
    const place = { height: 1n, round: 0, type: VoteType.precommit } as const
    const index = station.voteOf(2, place).validatorIndex
    station.step(peer, { height: 1n, step: STEP_NUMBER.precommit })
    station.hear(peer, { kind: 'has-vote', ...place, index })
    await pass(station, 2010)
    const precommits = (): number =>
      peer.got('vote').filter(({ vote }) => vote.type === 2 && vote.validatorIndex === index).length
    expect(precommits()).toBe(0)
    expect(peer.got('vote-set-maj23')).toEqual([{ kind: 'vote-set-maj23', ...place, blockId }])
    station.hear(peer, { kind: 'vote-set-bits', ...place, blockId, votes: new BitArray(4) })
    await pass(station, 10)
    expect(precommits()).toBe(1)
  })
})

describe('news that were lost', () => {
  test('repair: where nothing moves, peers are told again where that is', async () => {
    const station = await start(2)
    const peer = station.join('a')
    const { engine } = station.node.replica
    await station.cluster.until(() => engine.state.step === 'prevote')
    await pass(station, 5000)
    const told = peer.got('new-round-step').length
    await pass(station, 2000)
    expect(peer.got('new-round-step').length).toBe(told + 1)
    expect(peer.got('new-round-step').at(-1)?.step).toBe(STEP_NUMBER.prevote)
  })

  test('repair: where nothing moves, the operator is told whose votes are missing', async () => {
    const station = await start(2)
    const { engine } = station.node.replica
    await station.cluster.until(() => engine.state.step === 'prevote')
    await pass(station, 9000)
    const told = station.node.logger.lines.filter(({ message }) => message === 'waiting for votes')
    const reason = expect.stringMatching(/^prevotes of 11 of 21 power, need 15; missing \S+ \(p/)
    expect(told.map(({ fields }) => fields)).toEqual([
      { height: 1n, round: 0, step: 'prevote', reason: reason as string },
    ])
  })

  test('repair: a node that waits for parts says again which it lacks', async () => {
    const station = await start(4)
    const peer = station.join('a')
    station.step(peer, { height: 1n, step: PROPOSE })
    await station.cluster.until(() => station.node.replica.engine.state.proposal !== null)
    const partSetHeader = { total: 2, hash: new Uint8Array(32).fill(1) }
    const blockId = { hash: new Uint8Array(32).fill(2), partSetHeader }
    for (const member of [1, 2, 3]) {
      const place = { type: VoteType.precommit, height: 1n, round: 0 } as const
      station.hear(peer, { kind: 'vote', vote: station.voteOf(member, { ...place, blockId }) })
    }
    expect(station.node.replica.engine.state.step).toBe('commit')
    await pass(station, 5000)
    const asked = (): number => peer.got('new-valid-block').filter((each) => each.isCommit).length
    const before = asked()
    expect(before).toBeGreaterThan(0)
    await pass(station, 2000)
    expect(asked()).toBe(before + 1)
  })
})

describe('a queue that is full', () => {
  test('drain: what a full queue refused is sent when there is room', async () => {
    const station = await startAt(4n)
    const peer = station.join('a')
    for (const channelId of [CHANNEL.data, CHANNEL.vote]) peer.full.add(channelId)
    station.step(peer, { height: 2n, step: COMMIT })
    await pass(station, 0)
    expect(onVoteChannels(peer)).toEqual([])
    peer.full.clear()
    station.node.replica.gossip.onDrain(peer)
    await pass(station, 0)
    expect(peer.got('vote').length).toBe(1)
    expect(peer.got('block-part').length).toBe(1)
  })

  test('drain: a peer whose queue refused our step is told it when there is room', async () => {
    const station = await start(1)
    const peer = station.join('a')
    peer.full.add(CHANNEL.state)
    const { engine, gossip } = station.node.replica
    await station.cluster.until(() => engine.state.height === 3n)
    await pass(station, 10)
    expect(peer.got('new-round-step').every(({ height }) => height < 3n)).toBe(true)
    peer.full.clear()
    gossip.onDrain(peer)
    expect(peer.got('new-round-step').at(-1)?.height).toBe(3n)
    const told = peer.sent.length
    gossip.onDrain(peer)
    expect(peer.sent.length).toBe(told)
  })
})

describe('a peer without measure', () => {
  test('proposal: a part count beyond the largest block ends the peer', async () => {
    const station = await start(2)
    const peer = station.join('a')
    station.step(peer, { height: 9n, step: PROPOSE })
    const partSetHeader = { total: 4_294_967_295, hash: new Uint8Array(32).fill(1) }
    const proposal = {
      type: 32,
      height: 9n,
      round: 0,
      polRound: -1,
      blockId: { hash: new Uint8Array(32).fill(2), partSetHeader },
      timestamp: 1n,
      signature: new Uint8Array(64),
    }
    station.hear(peer, { kind: 'proposal', proposal })
    const [link] = station.node.replica.gossip.links()
    expect(link?.known.parts ?? null).toBeNull()
  })

  test('claims: floods of far rounds and heights keep the book of the peer small', async () => {
    const station = await start(2)
    const peer = station.join('a')
    for (let round = 0; round < 20_000; round++) {
      station.step(peer, { height: 1n, round, step: PROPOSE })
      for (const type of [1, 2]) {
        station.hear(peer, { kind: 'has-vote', height: 1n, round, type, index: 2_147_483_647 })
        station.hear(peer, { kind: 'has-vote', height: BigInt(round), round, type, index: 1 })
      }
    }
    const [link] = station.node.replica.gossip.links()
    const kept = Array.from({ length: 20_000 }, (_, round) => round).filter(
      (round) => link?.known.knownVotes(round, 1) !== null,
    )
    expect(kept.length).toBeLessThanOrEqual(3)
  })

  test('messages: bits of another size, and bytes that are no message, harm nobody', async () => {
    const station = await start(2)
    const peer = station.join('a')
    station.step(peer, { height: 1n, step: PROPOSE })
    const blockId = {
      hash: new Uint8Array(32),
      partSetHeader: { total: 1, hash: new Uint8Array(32) },
    }
    for (const size of [0, 1, 3, 10_000]) {
      const place = { height: 1n, round: 0, type: 1, blockId } as const
      station.hear(peer, { kind: 'vote-set-bits', ...place, votes: new BitArray(size) })
    }
    expect(station.node.replica.gossip.links().length).toBe(1)
    const vote = station.voteOf(1, { type: VoteType.prevote, height: 1n, round: 0 })
    const odd = encodeConsensusMessage({ kind: 'vote', vote: { ...vote, validatorIndex: -1 } })
    station.node.replica.gossip.receive(peer, CHANNEL.vote, odd)
    expect(station.node.replica.engine.running).toBe(true)
  })
})
