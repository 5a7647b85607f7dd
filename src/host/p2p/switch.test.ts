// Two and more switches: who becomes a peer, what reaches whom, and who comes back.

import { afterEach, describe, expect, test } from 'vitest'
import { concatBytes, equalBytes } from '../../core/bytes/index.ts'
import { ProtoError } from '../../core/proto/index.ts'
import { MemoryClock } from '../memory/index.ts'
import type { Peer } from './index.ts'
import {
  RecordingReactor,
  idOf,
  makeMemoryWorld,
  makeNode,
  makeTcpWorld,
  startNode,
} from './world.fixture.ts'
import type { Node, NodeChanges, World } from './world.fixture.ts'

const started: Node[] = []
afterEach(async () => {
  for (const node of started.splice(0)) await node.switch.stop()
})

const start = async (world: World, number: number, changes?: NodeChanges): Promise<Node> => {
  const node = await startNode(world, number, changes)
  started.push(node)
  return node
}

const isJoined = (...nodes: readonly Node[]): boolean =>
  nodes.every((node) => node.switch.peers().length === nodes.length - 1)

const join = async (world: World, a: Node, b: Node): Promise<{ toB: Peer; toA: Peer }> => {
  a.switch.dialPersistent([b.address()])
  await world.until(() => isJoined(a, b))
  return { toB: a.switch.peers()[0]!, toA: b.switch.peers()[0]! }
}

const lines = (node: Node, message: string): readonly unknown[] =>
  node.logger.lines.filter((line) => line.message === message)

const codes = (node: Node, message: string): unknown[] =>
  node.logger.lines.filter((line) => line.message === message).map(({ fields }) => fields['code'])

for (const [name, makeWorld] of [
  ['in memory', makeMemoryWorld],
  ['on TCP', makeTcpWorld],
] as const) {
  describe(`switch ${name}`, () => {
    test('peers: a dialled node becomes a peer on both sides', async () => {
      const world = makeWorld()
      const [a, b] = [await start(world, 1), await start(world, 2)]
      const { toA, toB } = await join(world, a, b)
      expect([toB.id, toB.outbound, toA.id, toA.outbound]).toEqual([b.id, true, a.id, false])
      expect(toB.nodeInfo.channels).toEqual(Uint8Array.of(0x20, 0x30, 0x40))
      expect(toB.nodeInfo.listenAddress).toBe(b.switch.listenAddress)
      expect(toB.remoteAddress).toBe(b.switch.listenAddress.slice('tcp://'.length))
      expect(toA.remoteIp).toMatch(/^(10\.0\.0\.1|127\.0\.0\.1)$/)
      expect(a.reactor.added).toEqual([toB])
      expect(lines(a, 'peer up')).toHaveLength(1)
    })

    test('messages: reach the reactor of their channel whole', async () => {
      const world = makeWorld()
      const [a, b] = [await start(world, 1), await start(world, 2)]
      const { toA, toB } = await join(world, a, b)
      const message = Uint8Array.from({ length: 300_000 }, (_, i) => i * 3)
      expect(toB.send(0x20, message)).toBe(true)
      expect(toB.send(0x30, Uint8Array.of(1))).toBe(true)
      expect(toA.send(0x20, Uint8Array.of(2))).toBe(true)
      expect(toB.send(0x99, Uint8Array.of(1))).toBe(false)
      await world.until(() => b.reactor.messages.length === 2 && a.reactor.messages.length === 1)
      const long = b.reactor.messages.find(({ channelId }) => channelId === 0x20)
      expect(equalBytes(long!.message, message)).toBe(true)
      expect(long!.peer).toBe(toA)
    })

    test('messages: a hundred in one turn leave in as few frames as hold them', async () => {
      const world = makeWorld()
      const [a, b] = [await start(world, 1), await start(world, 2)]
      const { toB } = await join(world, a, b)
      const before = toB.stats().bytesSent
      for (let i = 0; i < 100; i++) toB.send(0x20, new Uint8Array(100))
      await world.until(() => b.reactor.messages.length === 100)
      // 100 bytes of data, 8 of packet: 10,800 bytes in 11 frames of 1,044.
      expect(toB.stats().bytesSent - before).toBe(11 * 1044)
    })

    test('messages: more than a queue holds arrive as room is told', async () => {
      const world = makeWorld()
      const [a, b] = [await start(world, 1), await start(world, 2)]
      const { toB } = await join(world, a, b)
      let left = 300
      let most = 0
      const fill = (): void => {
        while (left > 0 && toB.send(0x20, new Uint8Array(60_000))) left--
        most = Math.max(most, toB.stats().heldBytes)
      }
      a.reactor.onDrain = fill
      fill()
      await world.until(() => b.reactor.messages.length === 300)
      expect(most).toBeLessThan(1.5 * 1024 * 1024)
      expect(toB.stats().heldBytes).toBe(0)
    })

    test('simultaneous dialling: ends with one connection, the same on both sides', async () => {
      for (let round = 0; round < 5; round++) {
        const world = makeWorld()
        const nodes = [await start(world, 1), await start(world, 2), await start(world, 3)]
        const addresses = nodes.map((node) => node.address())
        for (const node of nodes) node.switch.dialPersistent(addresses)
        await world.until(() => isJoined(...nodes))
        await world.settle()
        expect(isJoined(...nodes)).toBe(true)
        for (const node of nodes) {
          for (const peer of node.switch.peers()) {
            expect(peer.outbound).toBe(node.id < peer.id)
            expect(peer.send(0x20, Uint8Array.of(round))).toBe(true)
          }
        }
        await world.until(() => nodes.every((node) => node.reactor.messages.length === 2))
        for (const node of nodes) await node.switch.stop()
      }
    })

    test('persistent peers: one that goes and returns is connected again', async () => {
      const world = makeWorld()
      const [a, b] = [await start(world, 1), await start(world, 2)]
      const address = b.address()
      await join(world, a, b)
      await b.switch.stop()
      await world.until(() => a.switch.peers().length === 0)
      expect(a.reactor.removed).toHaveLength(1)
      const listenAddress = address.slice(address.indexOf('@') + 1)
      const again = await start(world, 2, { config: { listenAddress } })
      const beganMs = world.clock.monotonicMs()
      if ('advance' in world.clock) (world.clock as { advance(ms: number): void }).advance(130)
      await world.until(() => isJoined(a, again))
      expect(world.clock.monotonicMs() - beganMs).toBeLessThan(1000)
      expect(lines(a, 'peer up')).toHaveLength(2)
      expect(lines(a, 'peer down')).toHaveLength(1)
    })
  })
}

describe('switch admission', () => {
  const refused = async (changes: NodeChanges): Promise<unknown[]> => {
    const world = makeMemoryWorld()
    const [a, b] = [await start(world, 1), await start(world, 2, changes)]
    a.switch.dialPersistent([b.address()])
    await world.until(() => lines(a, 'dial failed').length > 0)
    await world.settle()
    expect([a.switch.peers(), b.switch.peers()]).toEqual([[], []])
    expect(a.reactor.added).toEqual([])
    return codes(a, 'dial failed')
  }

  test('admission: another network, block version or no common channel is refused', async () => {
    expect(await refused({ nodeInfo: { network: 'other-chain' } })).toEqual(['P2P_INCOMPATIBLE'])
    const protocolVersion = { p2p: 8n, block: 12n, app: 1n }
    expect(await refused({ nodeInfo: { protocolVersion } })).toEqual(['P2P_INCOMPATIBLE'])
    const channels = Uint8Array.of(0x70)
    expect(await refused({ nodeInfo: { channels } })).toEqual(['P2P_INCOMPATIBLE'])
  })

  test('admission: another P2P version is welcome', async () => {
    const world = makeMemoryWorld()
    const protocolVersion = { p2p: 9n, block: 11n, app: 7n }
    const [a, b] = [await start(world, 1), await start(world, 2, { nodeInfo: { protocolVersion } })]
    const { toB } = await join(world, a, b)
    expect(toB.nodeInfo.protocolVersion).toEqual(protocolVersion)
  })

  test('admission: a NodeInfo with a foreign id is refused', async () => {
    expect(await refused({ nodeInfo: { nodeId: idOf(3) } })).toEqual(['P2P_BAD_NODE_INFO'])
  })

  test('admission: whoever is not the dialled id is refused', async () => {
    const world = makeMemoryWorld()
    const [a, b] = [await start(world, 1), await start(world, 2)]
    a.switch.dialPersistent([`${idOf(3)}@10.0.0.2:26656`])
    await world.until(() => lines(a, 'dial failed').length > 0)
    expect(codes(a, 'dial failed')).toEqual(['P2P_WRONG_ID'])
    expect(b.switch.peers()).toEqual([])
    const [status] = a.switch.persistentPeers()
    expect([status?.state, status?.lastError?.code]).toEqual(['waiting', 'P2P_WRONG_ID'])
  })

  test('admission: our own id is passed over when dialled and refused when it knocks', async () => {
    const world = makeMemoryWorld()
    const a = await start(world, 1)
    expect(a.switch.dialPersistent([a.address()])).toEqual({ ok: true, value: null })
    expect(a.switch.persistentPeers()).toEqual([])
    const config = { listenAddress: '10.0.0.1:5' }
    const twin = await start(world, 1, { config, random: 99 })
    twin.switch.dialPersistent([`${idOf(2)}@10.0.0.1:26656`])
    await world.until(() => lines(a, 'handshake failed').length > 0)
    expect(codes(a, 'handshake failed')).toEqual(['P2P_SELF'])
  })

  test('admission: addresses are read whole before anybody is dialled', async () => {
    const a = await start(makeMemoryWorld(), 1)
    const good = `${idOf(2)}@10.0.0.2:26656`
    const result = a.switch.dialPersistent([good, `${idOf(3).slice(1)}@10.0.0.3:1`])
    const reason = 'a node id has 40 hexadecimal characters, this one has 39'
    expect(result).toEqual({ ok: false, error: `${idOf(3).slice(1)}@10.0.0.3:1: ${reason}` })
    expect(a.switch.persistentPeers()).toEqual([])
  })

  test('admission: inbound peers are limited, known ids are not', async () => {
    const world = makeMemoryWorld()
    const config = { maxInbound: 2, unconditionalIds: [idOf(5)] }
    const a = await start(world, 1, { config })
    // Not there yet, so it is the one who dials.
    a.switch.dialPersistent([`${idOf(6)}@10.0.0.6:26656`])
    for (const number of [2, 3, 4, 5, 6]) {
      const node = await start(world, number)
      node.switch.dialPersistent([a.address()])
      await world.settle()
    }
    const ids = a.switch.peers().map(({ id }) => id)
    expect(ids).toEqual([2, 3, 5, 6].map(idOf))
    expect(codes(a, 'handshake failed')).toEqual(['P2P_TOO_MANY_INBOUND'])
  })

  test('duplicates: a second connection is refused', async () => {
    const world = makeMemoryWorld()
    const [a, b] = [await start(world, 1), await start(world, 2)]
    await join(world, a, b)
    world.clock.advance(20_000)
    // The same key, knocking from elsewhere while the first connection answers.
    const twin = await start(world, 2, { config: { listenAddress: '10.0.0.2:7' } })
    twin.switch.dialPersistent([a.address()])
    await world.until(() => codes(a, 'handshake failed').length > 0)
    expect(codes(a, 'handshake failed')[0]).toBe('P2P_DUPLICATE')
    await twin.switch.stop()
    await world.settle()
    world.clock.advance(6000)
    await world.settle()
    expect(isJoined(a, b)).toBe(true)
  })
})

/** Keeps what deferred calls throw, where a real loop would end the process. */
class CatchingClock extends MemoryClock {
  readonly caught: unknown[] = []

  override defer(f: () => void): void {
    super.defer(() => {
      try {
        f()
      } catch (error) {
        this.caught.push(error)
      }
    })
  }
}

describe('switch and reactors', () => {
  test('reactors: a replaced peer goes before the new one comes', async () => {
    const world = makeMemoryWorld()
    const [low, high] = idOf(1) < idOf(2) ? [1, 2] : [2, 1]
    const [a, b] = [await start(world, high), await start(world, low)]
    const { toB } = await join(world, a, b)
    // The same key, dialling from elsewhere: the connection of the smaller id is the better one.
    const twin = await start(world, low, { config: { listenAddress: '10.0.0.9:9' }, random: 99 })
    twin.switch.dialPersistent([a.address()])
    await world.until(() => a.reactor.added.length === 2)
    const reason = 'replaced by the connection dialled the other way'
    expect(a.reactor.removed).toEqual([{ peer: toB, reason }])
    expect(a.switch.peers().map(({ outbound }) => outbound)).toEqual([false])
    await world.until(() => b.switch.peers().length === 0)
  })

  test('reactors: a violation bans for a minute, a dismissal does not', async () => {
    const world = makeMemoryWorld()
    const [a, b] = [await start(world, 1), await start(world, 2)]
    const { toA } = await join(world, a, b)
    b.switch.stopPeer(toA, 'two proposals', 'violation')
    b.switch.stopPeer(toA, 'again', 'violation')
    await world.until(() => a.switch.peers().length === 0)
    expect(b.reactor.removed).toEqual([{ peer: toA, reason: 'two proposals' }])
    expect(codes(b, 'peer down')).toEqual(['P2P_VIOLATION'])
    for (let i = 0; i < 30; i++) {
      world.clock.advance(1000)
      await world.settle()
    }
    expect(a.switch.peers()).toEqual([])
    expect(codes(b, 'handshake failed')).toContain('P2P_BANNED')
    for (let i = 0; i < 45 && !isJoined(a, b); i++) {
      world.clock.advance(1000)
      await world.settle()
    }
    const { toA: back } = { toA: b.switch.peers()[0]! }
    b.switch.stopPeer(back, 'not needed', 'dismissal')
    await world.settle()
    world.clock.advance(130)
    await world.until(() => isJoined(a, b))
  })

  test('reactors: one that stops a peer at once leaves the others untold', async () => {
    const world = makeMemoryWorld()
    const first = new RecordingReactor([{ ...new RecordingReactor().channels[0]!, id: 1 }])
    const a = makeNode(world, 1, { reactor: first })
    const second = new RecordingReactor()
    a.switch.addReactor(second)
    started.push(a)
    await a.switch.start()
    first.onAdd = (peer) => a.switch.stopPeer(peer, 'not you', 'dismissal')
    const b = await start(world, 2)
    b.switch.dialPersistent([a.address()])
    await world.until(() => first.removed.length > 0)
    expect([first.added.length, first.removed.length]).toEqual([1, 1])
    expect([second.added, second.removed]).toEqual([[], []])
  })

  test('reactors: a decoder that throws ends the peer only', async () => {
    const world = makeMemoryWorld()
    const [a, b] = [await start(world, 1), await start(world, 2)]
    const { toB } = await join(world, a, b)
    b.reactor.onMessage = () => {
      throw new ProtoError('PROTO_VARINT', 'too long', 0)
    }
    toB.send(0x20, Uint8Array.of(1))
    await world.until(() => b.reactor.removed.length === 1)
    expect(codes(b, 'peer down')).toEqual(['P2P_BAD_MESSAGE'])
  })

  test('reactors: a bug in one is not taken for a fault of the peer', async () => {
    const clock = new CatchingClock()
    const world = makeMemoryWorld(clock)
    const [a, b] = [await start(world, 1), await start(world, 2)]
    const { toB } = await join(world, a, b)
    const bug = new Error('bug')
    b.reactor.onMessage = () => {
      throw bug
    }
    toB.send(0x20, Uint8Array.of(1))
    await world.until(() => clock.caught.length > 0)
    expect(clock.caught).toEqual([bug])
    expect(b.reactor.removed).toEqual([])
  })

  test('send: a peer that does not list the channel refuses', async () => {
    const world = makeMemoryWorld()
    const [a, b] = [await start(world, 1), await start(world, 2)]
    const deaf = await start(world, 3, { nodeInfo: { channels: Uint8Array.of(0x30) } })
    a.switch.dialPersistent([b.address(), deaf.address()])
    await world.until(() => a.switch.peers().length === 2)
    const taken = a.switch.peers().flatMap((peer) => {
      return [peer.send(0x20, Uint8Array.of(5)), peer.send(0x30, Uint8Array.of(6))]
    })
    expect(taken.filter((isTaken) => !isTaken)).toEqual([false])
    await world.until(() => b.reactor.messages.length === 2 && deaf.reactor.messages.length === 1)
    expect(concatBytes(...deaf.reactor.messages.map(({ message }) => message))[0]).toBe(6)
  })

  test('stop: tells reactors once, frees the address and fires nothing later', async () => {
    const world = makeMemoryWorld()
    const [a, b] = [await start(world, 1), await start(world, 2)]
    await join(world, a, b)
    a.switch.dialPersistent([`${idOf(9)}@10.0.0.9:1`])
    await a.switch.stop()
    await a.switch.stop()
    await b.switch.stop()
    expect(a.reactor.removed).toHaveLength(1)
    await world.settle()
    expect(world.clock.nextTimerMs()).toBeNull()
    await start(world, 1)
  })
})
