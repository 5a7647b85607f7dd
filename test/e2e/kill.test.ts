// Four validators under load of which one after the other loses its process: nothing is lost and
// nobody signs twice.

import { randomInt } from 'node:crypto'
import { afterEach, describe, expect, test } from 'vitest'
import { LocalNetwork, QUADRILLE_NODE } from '../network/local-network.ts'
import { VoteWatch } from './vote-watch.fixture.ts'
import type { SeenVote } from './vote-watch.fixture.ts'

const SIZE = 4
const NODES = Array.from({ length: SIZE }, (_, i) => i)
const KILLS = 8
const PRECOMMIT = 2
const SIGNED = [2, 3]
const FAST = {
  'consensus.timeout_commit': '50ms',
  'consensus.timeout_propose': '500ms',
  'consensus.timeout_propose_delta': '100ms',
  'consensus.timeout_prevote': '200ms',
  'consensus.timeout_precommit': '200ms',
  proxy_app: 'persistent_kvstore',
}

interface CommitAnswer {
  readonly signed_header: {
    readonly header: { readonly app_hash: string }
    readonly commit: {
      readonly height: string
      readonly round: number
      readonly block_id: SeenVote['block_id']
      readonly signatures: readonly {
        readonly block_id_flag: number
        readonly validator_address: string
      }[]
    }
  }
}

const seed = Number(process.env['QUADRILLE_SEED'] ?? randomInt(2 ** 31))
let network: LocalNetwork | null = null
let watch: VoteWatch | null = null
afterEach(async () => {
  watch?.close()
  await network?.dispose()
})

describe('four validators under load', () => {
  test(`kill -9: ${KILLS} times, no block lost, nothing signed twice (seed ${seed})`, async () => {
    const draw = drawFrom(seed)
    const programs = NODES.map(() => QUADRILLE_NODE)
    const nodes = await LocalNetwork.start({ programs, settings: FAST })
    network = nodes
    const votes = new VoteWatch()
    watch = votes
    for (const i of NODES) votes.follow(nodes.rpc(i).url)
    await nodes.rpc(0).reached(3)
    const load = startLoad(nodes)
    for (let kill = 0; kill < KILLS; kill++) {
      const victim = draw(SIZE)
      // Some moments later: between two transactions of the load, wherever that finds the node.
      await load.sent(draw(40))
      const before = await nodes.rpc(victim).height()
      await nodes.endNode(victim, 'SIGKILL')
      // Every third time its neighbour goes with it, and the network stands still meanwhile.
      const second = kill % 3 === 2 ? (victim + 1) % SIZE : null
      if (second !== null) await nodes.endNode(second, 'SIGKILL')
      for (const index of second === null ? [victim] : [victim, second]) {
        await nodes.startNode(index)
        votes.follow(nodes.rpc(index).url)
      }
      expect(await nodes.rpc(victim).height()).toBeGreaterThanOrEqual(before)
      await nodes.rpc(victim).reached(before + 2)
    }
    await load.stop()
    const target = (await nodes.rpc(0).height()) + 3
    await Promise.all(NODES.map((i) => nodes.rpc(i).reached(target)))
    await expectSameChain(nodes, target, votes)
    expect(votes.conflicts).toEqual([])
    expect(load.count()).toBeGreaterThan(100)
    expect(votes.places).toBeGreaterThan(2 * target)
  }, 60_000)
})

/** Equal blocks on all nodes; their commits are votes too. */
async function expectSameChain(nodes: LocalNetwork, top: number, votes: VoteWatch): Promise<void> {
  for (let height = 1; height < top; height++) {
    const params = { height: String(height) }
    const commits = await Promise.all(
      NODES.map((i) => nodes.rpc(i).call<CommitAnswer>('commit', params)),
    )
    const [first] = commits
    for (const { signed_header: other } of commits) {
      expect(other.header).toEqual(first?.signed_header.header)
      const { commit } = other
      for (const { block_id_flag: flag, validator_address } of commit.signatures) {
        if (!SIGNED.includes(flag)) continue
        const block_id = flag === 2 ? commit.block_id : { hash: '', parts: { hash: '' } }
        votes.take({ ...commit, type: PRECOMMIT, block_id, validator_address })
      }
    }
  }
}

interface Load {
  /** Resolves after so many further transactions. */
  sent(transactions: number): Promise<void>
  count(): number
  stop(): Promise<void>
}

/** Transactions one after the other, to whoever answers. */
function startLoad(nodes: LocalNetwork): Load {
  let sent = 0
  const order = { isOver: false }
  const waiters: { readonly at: number; readonly resolve: () => void }[] = []
  const send = async (): Promise<void> => {
    for (let i = 0; !order.isOver; i++) {
      const tx = Buffer.from(`key${i}=${seed}`).toString('base64')
      // A node that is down refuses; the next one gets the next transaction.
      await nodes
        .rpc(i % SIZE)
        .call('broadcast_tx_sync', { tx })
        .catch(() => undefined)
      sent++
      for (const { at, resolve } of waiters) if (at <= sent) resolve()
    }
  }
  const running = send()
  return {
    sent: (transactions) =>
      new Promise((resolve) => waiters.push({ at: sent + transactions, resolve })),
    count: () => sent,
    stop: async () => {
      order.isOver = true
      await running
    },
  }
}

/** A repeatable choice below a bound. */
function drawFrom(start: number): (below: number) => number {
  let state = start >>> 0
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}
