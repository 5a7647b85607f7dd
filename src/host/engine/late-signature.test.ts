// A signature that takes longer than its height: what it signs is of that height all the same.

import { expect, test } from 'vitest'
import { bytesKey, toBase64, toUtf8 } from '../../core/bytes/index.ts'
import { NIL_BLOCK_ID, VoteType } from '../../core/types/index.ts'
import type { Vote } from '../../core/types/index.ts'
import { Station } from '../gossip/station.fixture.ts'
import { Cluster } from '../replica/cluster.fixture.ts'
import type { Disk } from '../replica/cluster.fixture.ts'

const LAST_HEIGHT = 6n

/** A validator that is asked for a prevote signs it once its height is over. */
class SlowHand {
  readonly #waiting: { readonly height: bigint; readonly go: () => void }[] = []

  async before(vote: Vote): Promise<void> {
    if (vote.type !== VoteType.prevote) return
    await new Promise<void>((go) => this.#waiting.push({ height: vote.height, go }))
  }

  /** Signs what is asked for of heights below this one. */
  goOn(height: bigint): void {
    const due = this.#waiting.filter((each) => each.height < height)
    for (const each of due) {
      this.#waiting.splice(this.#waiting.indexOf(each), 1)
      each.go()
    }
  }
}

test('a precommit that waits behind a prevote: has the place of its own height', async () => {
  const hand = new SlowHand()
  // The last in the order of addresses moves up when one before it loses power.
  const order = new Cluster({ size: 4 }).genesis.validators
    .map(({ address }, index) => ({ key: bytesKey(address), index }))
    .toSorted((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ index }) => index)
  const [weaker = 0, slow = 0] = [order[0], order[3]]
  const cluster = new Cluster({
    size: 4,
    alter: (index, options) => {
      const { signer } = options
      if (index !== slow || signer === null) return options
      const signVote: typeof signer.signVote = async (chainId, vote) => {
        await hand.before(vote)
        return signer.signVote(chainId, vote)
      }
      return { ...options, signer: { ...signer, signVote } }
    },
  })
  for (const index of order) await cluster.start(index, await Cluster.freshDisk())
  const key = cluster.genesis.validators[weaker]?.pubKey.bytes ?? new Uint8Array(0)
  await cluster.at(slow).replica.mempool.checkTx(toUtf8(`val=ed25519!${toBase64(key)}!9`))
  const halts: Error[] = []
  void cluster.at(slow).replica.halted.then((error) => halts.push(error))
  await cluster.until(() => {
    hand.goOn(cluster.at(slow).replica.engine.state.height)
    return halts.length > 0 || order.every((index) => cluster.heightOf(index) >= LAST_HEIGHT)
  })
  expect(halts).toEqual([])
  const { validatorSet } = cluster.at(slow).replica.engine.state
  expect(validatorSet.validators.map(({ votingPower }) => votingPower)).toEqual([10n, 10n, 10n, 9n])
  expect(cluster.signatures[slow]?.map(({ place }) => place)).toContain('4/0/2')
  await cluster.stopAll()
})

test.each(['prevote', 'precommit'] as const)(
  'a %s: what led to it is in the log on disk before the signer has a record of it',
  async (step) => {
    const left: { disk: Disk | null } = { disk: null }
    const cluster: Cluster = new Cluster({
      size: 1,
      alter: (index, options) => {
        const { signer } = options
        if (signer === null) return options
        const signVote: typeof signer.signVote = async (chainId, vote, how = {}) => {
          const isIt = vote.type === VoteType[step] && left.disk === null
          if (!isIt) return signer.signVote(chainId, vote, how)
          const { files, store } = cluster.at(index)
          // The power fails as soon as the signer may put its record in place.
          await how.after
          left.disk = { files: files.crash(), store: store.crash() }
          return signer.signVote(chainId, vote, how)
        }
        return { ...options, signer: { ...signer, signVote } }
      },
    })
    await cluster.start(0, await Cluster.freshDisk())
    await cluster.until(() => left.disk !== null)
    await cluster.abandon(0)
    await cluster.start(0, left.disk ?? (await Cluster.freshDisk()))
    const { state } = cluster.at(0).replica.engine
    expect([state.height, state.round, state.step]).toEqual([1n, 0, step])
    await cluster.stopAll()
  },
)

test('a precommit that waits behind a prevote: a stop leaves it unsigned', async () => {
  let goOn = (): void => {}
  const allowed = new Promise<void>((resolve) => (goOn = resolve))
  const asked: string[] = []
  const cluster = new Cluster({
    size: 4,
    powers: [11n],
    alter: (_, options) => {
      const { signer } = options
      if (signer === null) return options
      const signVote: typeof signer.signVote = async (chainId, vote, how) => {
        asked.push(`${vote.height}/${vote.round}/${vote.type}`)
        await allowed
        return signer.signVote(chainId, vote, how)
      }
      return { ...options, signer: { ...signer, signVote } }
    },
  })
  const station = await Station.startOn(cluster, await Cluster.freshDisk())
  const peer = station.join('a')
  station.step(peer, { height: 1n, step: 3 })
  const { engine } = station.node.replica
  await cluster.until(() => asked.length > 0, 10_000)
  const blockId = engine.state.proposal?.blockId ?? NIL_BLOCK_ID
  for (const member of [1, 2, 3]) {
    const place = { type: VoteType.prevote, height: 1n, round: 0, blockId }
    station.hear(peer, { kind: 'vote', vote: station.voteOf(member, place) })
  }
  expect(engine.state.step).toBe('precommit')
  const stopped = cluster.stop(0)
  goOn()
  const disk = await stopped
  // The prevote is in no log, so it has to be the one that the signer gives again.
  expect(asked).toEqual(['1/0/1'])
  const again = await Station.startOn(cluster, disk)
  await cluster.until(() => again.node.replica.engine.state.votes.get(0)?.prevotes.hasAll === true)
  expect(cluster.equivocations()).toEqual([])
  await cluster.stopAll()
})
