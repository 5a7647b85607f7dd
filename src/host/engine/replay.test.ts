// The log of an unfinished height brings the engine back to where it was, locks and all.

import { afterEach, describe, expect, test } from 'vitest'
import { NIL_BLOCK_ID, VoteType } from '../../core/types/index.ts'
import type { BlockId } from '../../core/types/index.ts'
import { Station } from '../gossip/station.fixture.ts'
import type { FakePeer } from '../gossip/station.fixture.ts'
import { WriteAheadLog } from '../wal/index.ts'
import { Cluster, CLUSTER_TIMES } from '../replica/cluster.fixture.ts'
import type { Disk } from '../replica/cluster.fixture.ts'
import type { ConsensusState } from '../../core/consensus/index.ts'

const { prevote, precommit } = VoteType
const LOG = '/wal/segment-0000000001.log'
const stations: Station[] = []
afterEach(async () => {
  for (const station of stations.splice(0)) await station.cluster.stopAll()
})

/** What a crash now leaves; everything that was not synced is lost. */
const crashOf = ({ node }: Station): Disk => ({
  files: node.files.crash(),
  store: node.store.crash(),
})

/** Node 0 of four, which proposes in round 0 of height 1, and a peer at its side. */
async function start(): Promise<{ station: Station; peer: FakePeer; blockId: BlockId }> {
  const station = await Station.start(4)
  stations.push(station)
  return proposed(station)
}

/** Once it has proposed. */
async function proposed(
  station: Station,
): Promise<{ station: Station; peer: FakePeer; blockId: BlockId }> {
  const peer = station.join('a')
  station.step(peer, { height: 1n, step: 3 })
  await station.cluster.until(() => stateOf(station).step !== 'propose', 10_000)
  const blockId = stateOf(station).proposal?.blockId ?? NIL_BLOCK_ID
  expect(blockId).not.toEqual(NIL_BLOCK_ID)
  return { station, peer, blockId }
}

const stateOf = ({ node }: Station): ConsensusState => node.replica.engine.state

async function restart(station: Station, disk: Disk): Promise<Station> {
  await station.cluster.abandon(0)
  station.cluster.clock.advance(100)
  const again = await Station.startOn(station.cluster, disk)
  return again
}

/** Two other validators vote for a value; with node 0 that is more than two thirds. */
function hearTwo(
  { station, peer }: { station: Station; peer: FakePeer },
  place: { type: VoteType; round: number; blockId?: BlockId },
): void {
  for (const member of [1, 2]) {
    station.hear(peer, { kind: 'vote', vote: station.voteOf(member, { height: 1n, ...place }) })
  }
}

/** Heard of a polka for its own block in round 0, node 0 is locked on it. */
async function startLocked(): Promise<Awaited<ReturnType<typeof start>>> {
  const started = await start()
  const { station, peer, blockId } = started
  hearTwo(started, { type: prevote, round: 0, blockId })
  await station.cluster.until(() =>
    peer
      .got('vote')
      .some(({ vote }) => vote.type === precommit && vote.validatorIndex === own(station)),
  )
  expect(stateOf(station).lockedValue).toEqual(blockId)
  return started
}

const own = ({ cluster, node }: Station): number =>
  node.replica.engine.state.validatorSet.indexOf(
    cluster.genesis.validators[0]?.address ?? new Uint8Array(0),
  )

describe('replay of the log', () => {
  test('replay: the state that a signature came from is there again', async () => {
    const started = await startLocked()
    const { station, blockId } = started
    const again = await restart(station, crashOf(station))
    const state = stateOf(again)
    expect([state.height, state.round, state.step]).toEqual([1n, 0, 'precommit'])
    expect(state.lockedValue).toEqual(blockId)
    expect(state.votes.get(0)?.prevotes.powerAny).toBe(31n)
    expect(station.cluster.equivocations()).toEqual([])
  })

  test('replay: a lock of round 0 holds after the restart and decides round 1', async () => {
    const { station, blockId } = await startLocked()
    const again = await restart(station, crashOf(station))
    const peer = again.join('b')
    again.step(peer, { height: 1n, round: 0, step: 6 })
    // The others precommit nil; round 1 has another proposer, which stays silent.
    hearTwo({ station: again, peer }, { type: precommit, round: 0 })
    await again.cluster.until(() => stateOf(again).round === 1)
    again.step(peer, { height: 1n, round: 1, step: 3 })
    const ofRound1 = (): BlockId[] =>
      peer
        .got('vote')
        .filter(({ vote }) => vote.round === 1 && vote.type === prevote)
        .map(({ vote }) => vote.blockId)
    await again.cluster.until(() => ofRound1().length > 0)
    expect(ofRound1()[0]).toEqual(blockId)
  })

  test('replay: a timeout that has fired is not waited for again', async () => {
    const started = await start()
    const { station, peer } = started
    // Round 1 has another proposer, which stays silent.
    hearTwo(started, { type: precommit, round: 0 })
    const third = station.voteOf(3, { type: precommit, height: 1n, round: 0 })
    station.hear(peer, { kind: 'vote', vote: third })
    const signed = station.cluster.signatures[0] ?? []
    await station.cluster.until(() => signed.some(({ place }) => place === '1/1/1'))
    const again = await restart(station, crashOf(station))
    const { height, round, step } = stateOf(again)
    expect([height, round, step]).toEqual([1n, 1, 'prevote'])
  })

  test('replay: a signature under way is asked for again and comes out the same', async () => {
    const { station } = await start()
    const before = station.cluster.signatures[0]?.length ?? 0
    const again = await restart(station, crashOf(station))
    // The record of our own vote was not synced, that which led to it was.
    await again.cluster.until(() => (again.cluster.signatures[0]?.length ?? 0) > before)
    await again.cluster.until(() => stateOf(again).votes.get(0)?.prevotes.powerAny === 11n)
    expect(station.cluster.equivocations()).toEqual([])
  })

  test.each(['commit', 'new-height'] as const)(
    'replay: the last precommit came in step %s and ends the wait for the next height again',
    async (step) => {
      const engine = { ...CLUSTER_TIMES, skipTimeoutCommit: true }
      const cluster = new Cluster({ size: 4, powers: [11n], engine })
      const station = await Station.startOn(cluster, await Cluster.freshDisk())
      stations.push(station)
      const started = await proposed(station)
      const { peer, blockId } = started
      hearTwo(started, { type: prevote, round: 0, blockId })
      await cluster.until(() => stateOf(station).votes.get(0)?.precommits.powerAny === 11n)
      hearTwo(started, { type: precommit, round: 0, blockId })
      await cluster.until(() => stateOf(station).step === step)
      const last = { type: precommit, height: 1n, round: 0, blockId }
      station.hear(peer, { kind: 'vote', vote: station.voteOf(3, last) })
      await cluster.until(() => stateOf(station).height === 2n)
      expect(stateOf(station).step).toBe('propose')
      // Nothing is proposed: it signs nil, and would be asked for another vote in a later round 0.
      await cluster.until(() => stateOf(station).votes.get(0)?.prevotes.powerAny === 11n, 10_000)
      const again = await restart(station, crashOf(station))
      const { height, round } = stateOf(again)
      expect([height, round, stateOf(again).step]).toEqual([2n, 0, 'prevote'])
      await cluster.until(() => stateOf(again).votes.get(0)?.prevotes.powerAny === 11n)
      expect(cluster.equivocations()).toEqual([])
    },
  )

  test('replay: without its log the node starts and signs nothing twice', async () => {
    const { station } = await startLocked()
    const disk = crashOf(station)
    await disk.files.remove(LOG)
    const again = await restart(station, disk)
    await again.cluster.until(() => stateOf(again).step === 'prevote', 10_000)
    expect(stateOf(again).lockedValue).toBeNull()
    expect(station.cluster.equivocations()).toEqual([])
  })

  test('replay: a log of later or earlier heights than the store is passed over', async () => {
    const station = await Station.start(1)
    stations.push(station)
    await station.cluster.until(() => stateOf(station).height === 4n)
    const { files, store } = await station.cluster.stop(0)
    const ahead = await Station.startOn(station.cluster, {
      files: await withoutSignState(files),
      store: (await Cluster.freshDisk()).store,
    })
    await ahead.cluster.until(() => stateOf(ahead).height >= 3n)
    await ahead.cluster.stop(0)
    const fresh = await Cluster.freshDisk()
    const behind = await Station.startOn(station.cluster, { ...fresh, store: store.reopen() })
    const height = stateOf(behind).height
    expect(height).toBeGreaterThanOrEqual(4n)
    await behind.cluster.until(() => stateOf(behind).height > height)
  })

  test('replay: a record of another kind of log stops the start with its code', async () => {
    const { station } = await start()
    const { files, store } = await station.cluster.stop(0)
    const { logger } = station.node
    const wal = await WriteAheadLog.open({ files, path: '/wal', logger })
    const unknown = new Uint8Array(20)
    unknown.set([250, 0, 0, 0, 0, 0, 0, 0, 1])
    wal.append(unknown)
    await wal.close()
    await expect(Station.startOn(station.cluster, { files, store })).rejects.toMatchObject({
      code: 'ENGINE_LOG_UNREADABLE',
    })
  })

  test('replay: a damaged record that was on disk stops the start with its code', async () => {
    const { station } = await startLocked()
    const { files, store } = await station.cluster.stop(0)
    const bytes = (await files.readFile(LOG)) ?? new Uint8Array(0)
    bytes[60] = (bytes[60] ?? 0) ^ 1
    files.plant(LOG, bytes)
    await expect(Station.startOn(station.cluster, { files, store })).rejects.toMatchObject({
      code: 'WAL_CORRUPT',
    })
  })
})

/** A file system with the log alone. */
async function withoutSignState(files: Disk['files']): Promise<Disk['files']> {
  await files.remove('/node/priv_validator_state.json')
  return files
}
