// Four validators under load of which one after the other loses its process, as often as asked.

import { expect } from 'vitest'
import { LocalNetwork, QUADRILLE_NODE } from '../network/local-network.ts'
import { VoteWatch } from './vote-watch.fixture.ts'
import type { SeenVote } from './vote-watch.fixture.ts'

/** How often and how. */
export interface KillRunOptions {
  readonly seed: number
  readonly kills: number
  readonly isOver?: () => boolean
  readonly onProgress?: (line: string) => void
}

/** What was seen. */
export interface KillRun {
  readonly kills: number
  readonly heights: number
  readonly transactions: number
  /** Distinct places at which somebody voted. */
  readonly votes: number
}

const SIZE = 4
const NODES = Array.from({ length: SIZE }, (_, i) => i)
const PRECOMMIT = 2
const SIGNED = [2, 3]
/** Blocks are compared after so many kills, and at the end. */
const COMPARE_EVERY = 25
const FAST = {
  'consensus.timeout_commit': '100ms',
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

/** Kills, starts again, and compares: nothing is lost, and nobody signs twice. */
export async function killNodes(options: KillRunOptions): Promise<KillRun> {
  const programs = NODES.map(() => QUADRILLE_NODE)
  const nodes = await LocalNetwork.start({ programs, settings: FAST })
  const votes = new VoteWatch()
  try {
    return await run(options, nodes, votes)
  } finally {
    votes.close()
    await nodes.dispose()
  }
}

async function run(
  { seed, kills, isOver = () => false, onProgress = () => undefined }: KillRunOptions,
  nodes: LocalNetwork,
  votes: VoteWatch,
): Promise<KillRun> {
  const draw = drawFrom(seed)
  for (const i of NODES) votes.follow(nodes.rpc(i).url)
  await nodes.rpc(0).reached(3)
  const load = startLoad(nodes, votes, seed)
  let done = 0
  let compared = 0
  while (done < kills && !isOver()) {
    done += await killOnce({ nodes, votes, load, draw, kill: done })
    if (done % COMPARE_EVERY > 1 || isOver()) continue
    const top = await nodes.rpc(0).height()
    compared = await expectSameChain(nodes, votes, compared, top)
    onProgress(`${done} of ${kills} kills, height ${top}, ${load.count()} transactions`)
  }
  await load.stop()
  const target = (await nodes.rpc(0).height()) + 3
  await Promise.all(NODES.map((i) => nodes.rpc(i).reached(target)))
  await expectSameChain(nodes, votes, compared, target - 1)
  expect(votes.conflicts).toEqual([])
  return { kills: done, heights: target, transactions: load.count(), votes: votes.places }
}

interface Kill {
  readonly nodes: LocalNetwork
  readonly votes: VoteWatch
  readonly load: Load
  readonly draw: (below: number) => number
  readonly kill: number
}

/** Kills one node, or two, or one twice; answers how many kills it were. */
async function killOnce({ nodes, votes, load, draw, kill }: Kill): Promise<number> {
  const victim = draw(SIZE)
  // Some votes later, wherever that finds the node.
  await load.sent(draw(40))
  const before = await nodes.rpc(victim).height()
  await nodes.endNode(victim, 'SIGKILL')
  // Every third time its neighbour goes with it, and the network stands still meanwhile; every
  // fifth time it is killed again while it starts.
  const second = kill % 3 === 2 ? (victim + 1) % SIZE : null
  if (second !== null) await nodes.endNode(second, 'SIGKILL')
  const isAgain = second === null && kill % 5 === 4
  if (isAgain) {
    const started = nodes.startNode(victim).catch(() => undefined)
    await load.sent(1 + draw(100))
    await nodes.endNode(victim, 'SIGKILL')
    await started
  }
  const dead = second === null ? [victim] : [victim, second]
  await Promise.all(dead.map((index) => nodes.startNode(index)))
  for (const index of dead) votes.follow(nodes.rpc(index).url)
  expect(await nodes.rpc(victim).height()).toBeGreaterThanOrEqual(before)
  await nodes.rpc(victim).reached(before + 2)
  return isAgain ? 2 : dead.length
}

/** Equal blocks on all nodes; their commits are votes too. Answers the height compared last. */
async function expectSameChain(
  nodes: LocalNetwork,
  votes: VoteWatch,
  after: number,
  top: number,
): Promise<number> {
  // The block above holds the commit of this one: until then each node has its own.
  await Promise.all(NODES.map((i) => nodes.rpc(i).reached(top + 1)))
  for (let height = after + 1; height <= top; height++) {
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
  return top
}

interface Load {
  /** Resolves after so many further transactions. */
  sent(transactions: number): Promise<void>
  count(): number
  stop(): Promise<void>
}

/** One transaction for every vote or two, to whoever answers. */
function startLoad(nodes: LocalNetwork, votes: VoteWatch, seed: number): Load {
  let sent = 0
  const order = { isOver: false }
  let waiters: { readonly at: number; readonly resolve: () => void }[] = []
  const send = async (): Promise<void> => {
    for (let i = 0; !order.isOver; i++) {
      const tx = Buffer.from(`key${i}=${seed}`).toString('base64')
      // A node that is down refuses; the next one gets the next transaction.
      await nodes
        .rpc(i % SIZE)
        .call('broadcast_tx_sync', { tx })
        .catch(() => undefined)
      await votes.next()
      sent++
      for (const { at, resolve } of waiters) if (at <= sent) resolve()
      waiters = waiters.filter(({ at }) => at > sent)
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
