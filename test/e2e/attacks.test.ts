// A hostile peer of a real node: it loses its own connection, and the network does not notice.

import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { BitArray } from '../../src/core/bytes/index.ts'
import { encodeBlocksyncMessage, encodeConsensusMessage } from '../../src/core/proto/index.ts'
import type { ConsensusWireMessage, Vote } from '../../src/core/proto/index.ts'
import { LocalNetwork, QUADRILLE_NODE } from '../network/local-network.ts'
import { HostilePeer, residentBytes } from './hostile-peer.fixture.ts'

const SIZE = 4
const MIB = 1024 * 1024
/** What one peer may cost, and what a node's memory swings by of itself meanwhile. */
const MOST_BYTES = (32 + 48) * MIB
const INITIAL_HEIGHT = 5n
const HASH = new Uint8Array(32).fill(7)
const blockId = { hash: HASH, partSetHeader: { total: 1, hash: HASH } }
const NO_BYTES = new Uint8Array(0)
const STATE = 0x20
const DATA = 0x21
const VOTES = 0x22
const VOTE_SET_BITS = 0x23
const BLOCKSYNC = 0x40

let network: LocalNetwork
let victim = ''
let refusedEarlyVote = ''

/** A member of the validator set and its place in it, as the votes of a stranger claim. */
let validator: Pick<Vote, 'validatorAddress' | 'validatorIndex'>

const wire = (message: ConsensusWireMessage): Uint8Array => encodeConsensusMessage(message)
const voteAt = (height: bigint, round: number, fields: Partial<Vote> = {}): Vote => ({
  type: 2,
  height,
  round,
  blockId,
  timestamp: 1_795_305_600_000_000_000n,
  ...validator,
  signature: new Uint8Array(64).fill(9),
  extension: NO_BYTES,
  extensionSignature: NO_BYTES,
  ...fields,
})
const stepAt = (height: bigint, round: number, lastCommitRound: number): Uint8Array =>
  wire({
    kind: 'new-round-step',
    height,
    round,
    step: 3,
    secondsSinceStartTime: 0n,
    lastCommitRound,
  })
const proposalOf = (height: bigint, round: number, total: number): Uint8Array =>
  wire({
    kind: 'proposal',
    proposal: {
      type: 32,
      height,
      round,
      polRound: -1,
      blockId: { hash: HASH, partSetHeader: { total, hash: HASH } },
      timestamp: 1_795_305_600_000_000_000n,
      signature: new Uint8Array(64).fill(9),
    },
  })

beforeAll(async () => {
  // RPC answers a little before peers are admitted.
  const programs = Array.from({ length: SIZE }, () => ({
    ...QUADRILLE_NODE,
    ready: /node started/,
  }))
  const settings = { 'consensus.timeout_commit': '100ms' }
  network = await LocalNetwork.write({ programs, settings })
  for (let i = 0; i < SIZE; i++) {
    const file = join(network.home(i), 'config', 'genesis.json')
    const genesis = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>
    writeFileSync(file, JSON.stringify({ ...genesis, initial_height: String(INITIAL_HEIGHT) }))
  }
  victim = network.home(0)
  await network.startNode(0)
  const genesis = readFileSync(join(victim, 'config', 'genesis.json'), 'utf8')
  const { validators } = JSON.parse(genesis) as { validators: { address: string }[] }
  // Powers are equal, so the set is in the order of addresses.
  const address = validators.map((each) => each.address).toSorted()[0] ?? ''
  validator = { validatorAddress: new Uint8Array(Buffer.from(address, 'hex')), validatorIndex: 0 }
  // The node waits alone for the first height, which is above 1.
  const early = await HostilePeer.connect(victim)
  early.send(VOTES, wire({ kind: 'vote', vote: voteAt(INITIAL_HEIGHT - 1n, 0) }))
  refusedEarlyVote = await early.closed
  await Promise.all([1, 2, 3].map((i) => network.startNode(i)))
  await network.rpc(0).reached(Number(INITIAL_HEIGHT) + 1)
}, 60_000)

afterAll(async () => {
  await network.dispose()
})

/** Two further blocks, with all honest peers still there. */
async function expectUnharmed(): Promise<void> {
  const { n_peers } = await network.rpc(0).call<{ n_peers: string }>('net_info')
  expect(Number(n_peers)).toBeGreaterThanOrEqual(SIZE - 1)
  const height = await network.rpc(0).height()
  await network.rpc(0).reached(height + 2, 20_000)
}

type Attack = (peer: HostilePeer) => void

const FATAL: Readonly<Record<string, Attack>> = {
  'a channel that nobody listed': (peer) => peer.send(0x77, Uint8Array.of(1)),
  'evidence that is none': (peer) => peer.send(0x38, Uint8Array.of(10, 0)),
  'peer exchange, which is not listed': (peer) => peer.send(0x00, Uint8Array.of(10, 0)),
  'a message of an unknown kind': (peer) => peer.send(STATE, Uint8Array.of(0xfa, 1, 0)),
  'bytes that are no message': (peer) => peer.send(STATE, new Uint8Array(50).fill(0xff)),
  'a vote on the channel of steps': (peer) =>
    peer.send(STATE, wire({ kind: 'vote', vote: voteAt(peer.place.height, 0) })),
  'a step before the initial height': (peer) =>
    peer.send(STATE, stepAt(INITIAL_HEIGHT - 1n, 0, -1)),
  'a last commit at the initial height': (peer) => peer.send(STATE, stepAt(INITIAL_HEIGHT, 0, 0)),
  'no last commit above it': (peer) => peer.send(STATE, stepAt(INITIAL_HEIGHT + 1n, 0, -1)),
  'a proposal of 2^32-1 parts': (peer) => {
    peer.send(STATE, stepAt(1_000_000n, 0, 0))
    peer.send(DATA, proposalOf(1_000_000n, 0, 0xffff_ffff))
  },
  'a part set whose bits do not fit': (peer) =>
    peer.send(
      STATE,
      wire({
        kind: 'new-valid-block',
        height: peer.place.height,
        round: 0,
        blockPartSetHeader: { total: 7, hash: HASH },
        blockParts: new BitArray(6),
        isCommit: true,
      }),
    ),
  'a proposal with a wrong signature': (peer) => {
    const { height, round } = peer.place
    peer.send(DATA, proposalOf(height, round, 1))
    peer.send(DATA, proposalOf(height + 1n, 0, 1))
  },
  'claims of two majorities': (peer) => {
    const { height, round } = peer.place
    for (const hash of [HASH, new Uint8Array(32)]) {
      const id = { hash: HASH, partSetHeader: { total: 1, hash } }
      const claim = { height, round, type: 1, blockId: id } as const
      peer.send(STATE, wire({ kind: 'vote-set-maj23', ...claim }))
    }
  },
  'a block that nobody asked for': (peer) => peer.send(BLOCKSYNC, Uint8Array.of(26, 0)),
  'requests for more blocks than are served at once': (peer) => {
    const requests = Array.from({ length: 100 }, () =>
      encodeBlocksyncMessage({ kind: 'block-request', height: INITIAL_HEIGHT }),
    )
    peer.send(BLOCKSYNC, ...requests)
  },
  'a message without end': (peer) => peer.begin(STATE, 2 * MIB),
  'a block message without end': (peer) => peer.begin(BLOCKSYNC, 120 * MIB),
}

describe('what is plainly invalid ends the connection of its sender', () => {
  test('attack: a precommit before the initial height', () => {
    expect(refusedEarlyVote).not.toBe('')
  })

  for (const [name, attack] of Object.entries(FATAL)) {
    test(`attack: ${name}`, async () => {
      const peer = await HostilePeer.connect(victim)
      const before = residentBytes(victim)
      // At the beginning of a height: what names the present one is still in time.
      const atOnce = async (): Promise<void> => {
        while (peer.place.step !== 3) await peer.nextPlace()
        attack(peer)
      }
      await atOnce()
      await peer.closed
      expect(residentBytes(victim) - before).toBeLessThan(MOST_BYTES)
      await expectUnharmed()
    }, 30_000)
  }

  test('attack: thousands of votes with wrong signatures end at the first, unlogged', async () => {
    const peer = await HostilePeer.connect(victim)
    const before = walBytes()
    const { height, round } = await peer.nextPlace()
    const votes = Array.from({ length: 5000 }, (_, i) =>
      wire({ kind: 'vote', vote: voteAt(height, round, { timestamp: BigInt(i) }) }),
    )
    peer.send(VOTES, ...votes)
    await peer.closed
    expect(walBytes() - before).toBeLessThan(MIB / 2)
    await expectUnharmed()
  }, 30_000)
})

describe('what may be late or early costs nothing and hurts nobody', () => {
  const FLOOD = 5000
  const floods: Readonly<
    Record<string, (peer: HostilePeer, i: number) => readonly [number, Uint8Array]>
  > = {
    'votes of far rounds': ({ place }, i) => [
      VOTES,
      wire({ kind: 'vote', vote: voteAt(place.height + 5n, i) }),
    ],
    'votes of far heights': ({ place }, i) => [
      VOTES,
      wire({ kind: 'vote', vote: voteAt(place.height + 5n + BigInt(i), 0) }),
    ],
    'has-vote of any place': ({ place }, i) => [
      STATE,
      wire({ kind: 'has-vote', height: place.height, round: i, type: 1, index: i * 1000 }),
    ],
    'claims of majorities of far rounds': ({ place }, i) => [
      STATE,
      wire({ kind: 'vote-set-maj23', height: place.height + 1n, round: i + 2, type: 1, blockId }),
    ],
    'bits of every size': ({ place }, i) => [
      VOTE_SET_BITS,
      wire({
        kind: 'vote-set-bits',
        height: place.height,
        round: 0,
        type: 2,
        blockId,
        votes: new BitArray(i % 500),
      }),
    ],
    'steps of rounds without end': ({ place }, i) => [STATE, stepAt(place.height + 1n, i, 0)],
  }
  for (const [name, message] of Object.entries(floods)) {
    test(`flood: ${name}`, async () => {
      const peer = await HostilePeer.connect(victim)
      const before = residentBytes(victim)
      for (let i = 0; i < FLOOD; i++) peer.send(...message(peer, i))
      await expectUnharmed()
      expect(residentBytes(victim) - before).toBeLessThan(MOST_BYTES)
      peer.close()
    }, 30_000)
  }

  test('flood: blocks asked for and never read', async () => {
    const tx = Buffer.from(`large=${'x'.repeat(500_000)}`).toString('base64')
    const { height } = await network.rpc(0).call<{ height: string }>('broadcast_tx_commit', { tx })
    const peer = await HostilePeer.connect(victim)
    const before = residentBytes(victim)
    peer.stream.pause()
    const request = encodeBlocksyncMessage({ kind: 'block-request', height: BigInt(height) })
    peer.send(BLOCKSYNC, ...Array.from({ length: 60 }, () => request))
    await expectUnharmed()
    expect(residentBytes(victim) - before).toBeLessThan(MOST_BYTES)
    peer.close()
    await expectUnharmed()
  }, 30_000)
})

/** Bytes of records in the log of the victim; what is reserved behind them is zero. */
function walBytes(): number {
  const folder = join(victim, 'data', 'quadrille', 'wal')
  return readdirSync(folder).reduce((sum, name) => {
    const bytes = readFileSync(join(folder, name))
    return sum + bytes.findLastIndex((byte) => byte !== 0) + 1
  }, 0)
}
