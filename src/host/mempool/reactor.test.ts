// Gossip of transactions between mempools over invented peers.

import { describe, expect, test } from 'vitest'
import { fromUtf8 } from '../../core/bytes/index.ts'
import { decodeTxs, encodeTxs } from '../../core/proto/index.ts'
import { silentLogger } from '../memory/index.ts'
import type { Peer } from '../p2p/index.ts'
import { MEMPOOL_CHANNEL, MempoolReactor, type MempoolConfig } from './index.ts'
import { commit, makeWorld, settle, tx, type World } from './mempool.fixture.ts'

class FakePeer {
  readonly id: string
  readonly messages: Uint8Array[] = []
  accepts = Infinity

  constructor(id: string) {
    this.id = id
  }

  send(channelId: number, message: Uint8Array): boolean {
    if (channelId !== MEMPOOL_CHANNEL || this.accepts <= 0) return false
    this.accepts--
    this.messages.push(message)
    return true
  }

  get texts(): string[][] {
    return this.messages.map((message) => decodeTxs(message).map(fromUtf8))
  }
}

interface Scene extends World {
  readonly reactor: MempoolReactor
  readonly stopped: string[]
  peer(id: string): FakePeer
}

function makeScene(config: Partial<MempoolConfig> = {}): Scene {
  const world = makeWorld({ batchDelayMs: 0, ...config })
  const stopped: string[] = []
  const reactor = new MempoolReactor({
    mempool: world.mempool,
    clock: world.clock,
    logger: silentLogger,
    stopPeer: (peer, reason) => void stopped.push(`${peer.id}: ${reason}`),
  })
  const peer = (id: string): FakePeer => {
    const added = new FakePeer(id)
    reactor.addPeer(added as unknown as Peer)
    return added
  }
  return Object.assign(world, { reactor, stopped, peer })
}

const receive = (scene: Scene, peer: FakePeer, ...texts: string[]): void =>
  scene.reactor.receive(peer as unknown as Peer, MEMPOOL_CHANNEL, encodeTxs(texts.map(tx)))

describe('mempool reactor', () => {
  test('pushes what entered here to every peer, in one message per turn', async () => {
    const scene = makeScene()
    const peers = ['p1', 'p2'].map((id) => scene.peer(id))
    void scene.mempool.checkTx(tx('a'))
    void scene.mempool.checkTx(tx('b'))
    expect(peers.map(({ texts }) => texts)).toEqual([[], []])
    await settle(scene.clock)
    expect(peers.map(({ texts }) => texts)).toEqual([[['a', 'b']], [['a', 'b']]])
    expect(peers[0]?.messages[0]).toBe(peers[1]?.messages[0])
    void scene.mempool.checkTx(tx('c'))
    await settle(scene.clock)
    expect(peers[0]?.texts).toEqual([['a', 'b'], ['c']])
  })

  test('sends the first transaction at once, those right behind it together', async () => {
    const scene = makeScene({ batchDelayMs: 5 })
    const peer = scene.peer('p1')
    scene.clock.advance(1)
    for (const text of ['a', 'b', 'c']) {
      void scene.mempool.checkTx(tx(text))
      await settle(scene.clock)
    }
    expect(peer.texts).toEqual([['a']])
    scene.clock.advance(4)
    expect(peer.texts).toEqual([['a']])
    scene.clock.advance(1)
    expect(peer.texts).toEqual([['a'], ['b', 'c']])
  })

  test('gives a new peer what waits, and a late one nothing twice', async () => {
    const scene = makeScene()
    void scene.mempool.checkTx(tx('a'))
    void scene.mempool.checkTx(tx('b'))
    await commit(scene, [tx('a')])
    await settle(scene.clock)
    const peer = scene.peer('p1')
    await settle(scene.clock)
    expect(peer.texts).toEqual([['b']])
  })

  test('holds back what a peer sent, then relays it to those who lack it', async () => {
    const scene = makeScene({ relayDelayMs: 100 })
    const [p1, p2, p3] = ['p1', 'p2', 'p3'].map((id) => scene.peer(id)) as [
      FakePeer,
      FakePeer,
      FakePeer,
    ]
    receive(scene, p1, 'a', 'b')
    scene.clock.advance(99)
    await settle(scene.clock)
    receive(scene, p2, 'a')
    expect([p1, p2, p3].map(({ texts }) => texts)).toEqual([[], [], []])
    scene.clock.advance(1)
    await settle(scene.clock)
    expect([p1, p2, p3].map(({ texts }) => texts)).toEqual([[], [['b']], [['a', 'b']]])
  })

  test('sends nothing at all where everybody has it or it is committed in time', async () => {
    const scene = makeScene({ relayDelayMs: 100 })
    const [p1, p2] = [scene.peer('p1'), scene.peer('p2')]
    receive(scene, p1, 'a', 'b')
    receive(scene, p2, 'b')
    await commit(scene, [tx('a')])
    scene.clock.advance(100)
    await settle(scene.clock)
    expect([p1.messages, p2.messages]).toEqual([[], []])
  })

  test('cuts batches by size; a large transaction travels alone', async () => {
    const scene = makeScene({ maxBatchBytes: 10 })
    const peer = scene.peer('p1')
    for (const text of ['aaa', 'bbb', 'ccc', 'x'.repeat(50), 'd']) {
      void scene.mempool.checkTx(tx(text))
    }
    await settle(scene.clock)
    expect(peer.texts).toEqual([['aaa', 'bbb'], ['ccc'], ['x'.repeat(50)], ['d']])
  })

  test('waits for a slow peer without holding anything for it', async () => {
    const scene = makeScene({ maxBatchBytes: 3 })
    const [slow, fast] = [scene.peer('slow'), scene.peer('fast')]
    slow.accepts = 1
    for (const text of ['a', 'b', 'c']) void scene.mempool.checkTx(tx(text))
    await settle(scene.clock)
    expect([slow.texts, fast.texts]).toEqual([[['a']], [['a'], ['b'], ['c']]])
    await commit(scene, [tx('b')])
    slow.accepts = Infinity
    void scene.mempool.checkTx(tx('e'))
    await settle(scene.clock)
    expect(slow.texts).toEqual([['a']])
    scene.reactor.onDrain(slow as unknown as Peer)
    await settle(scene.clock)
    expect(slow.texts).toEqual([['a'], ['c'], ['e']])
  })

  test('keeps its log as short as the mempool', async () => {
    const scene = makeScene()
    const peer = scene.peer('p1')
    for (let i = 0; i < 3000; i++) {
      void scene.mempool.checkTx(tx(`${i}`))
      await commit(scene, i % 2 === 0 ? [tx(`${i}`)] : [tx(`${i}`), tx(`${i - 1}`)])
    }
    void scene.mempool.checkTx(tx('last'))
    await settle(scene.clock)
    expect(peer.texts.at(-1)).toContain('last')
  })

  test('stops a peer that breaks the rules', () => {
    const scene = makeScene({ maxTxBytes: 10 })
    const peer = scene.peer('p1')
    receive(scene, peer)
    receive(scene, peer, 'a', '')
    receive(scene, peer, '12345678901')
    receive(scene, peer, '123456', '78901')
    scene.reactor.receive(peer as unknown as Peer, MEMPOOL_CHANNEL, Uint8Array.of(0x0a, 0xff))
    scene.reactor.receive(
      peer as unknown as Peer,
      MEMPOOL_CHANNEL,
      encodeTxs(Array.from({ length: 4097 }, () => Uint8Array.of(1))),
    )
    expect(scene.stopped.length).toBe(6)
    expect(scene.stopped[0]).toBe('p1: mempool message: contains no transactions')
    expect(scene.stopped[1]).toContain('empty transaction')
    expect(scene.stopped[3]).toBe('p1: mempool message: contains 11 bytes of transactions (max 10)')
    expect(scene.mempool.size).toBe(0)
  })

  test('leaves off a message when the mempool is full', () => {
    const scene = makeScene({ size: 1 })
    const peer = scene.peer('p1')
    receive(scene, peer, 'a', 'b', 'c')
    expect([scene.mempool.size, scene.mempool.counts.rejectedTxs]).toEqual([1, 1])
    expect(scene.stopped).toEqual([])
  })

  test('sends nothing when broadcasting is off, and stops when told', async () => {
    const quiet = makeScene({ broadcast: false })
    const peer = quiet.peer('p1')
    void quiet.mempool.checkTx(tx('a'))
    await settle(quiet.clock)
    expect(peer.messages).toEqual([])
    const scene = makeScene()
    const other = scene.peer('p1')
    scene.reactor.stop()
    void scene.mempool.checkTx(tx('a'))
    await settle(scene.clock)
    expect(other.messages).toEqual([])
  })
})
