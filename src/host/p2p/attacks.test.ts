// What a hostile peer can do to a node: end its own connection, and nothing else.

import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { concatBytes } from '../../core/bytes/index.ts'
import { encodeDelimited, encodePacket } from '../../core/proto/index.ts'
import { attack } from './attacker.fixture.ts'
import type { Attacker } from './attacker.fixture.ts'
import { dialBare, makeMemoryWorld, makeTcpWorld, startNode } from './world.fixture.ts'
import type { Node, NodeChanges, World } from './world.fixture.ts'

const MIB = 1024 * 1024
const started: Node[] = []
afterEach(async () => {
  for (const node of started.splice(0)) await node.switch.stop()
})

const start = async (world: World, number: number, changes?: NodeChanges): Promise<Node> => {
  const node = await startNode(world, number, changes)
  started.push(node)
  return node
}

const codes = (node: Node, message: string): unknown[] =>
  node.logger.lines.filter((line) => line.message === message).map(({ fields }) => fields['code'])

const packet = (channelId: number, data: Uint8Array, eof: boolean): Uint8Array =>
  encodeDelimited(encodePacket({ kind: 'msg', channelId, eof, data }))

/** A victim with an honest peer, and an attacker that is its peer too. */
const besiege = async (
  world: World,
  config = {},
): Promise<{ victim: Node; honest: Node; attacker: Attacker }> => {
  const victim = await start(world, 1, { config })
  const honest = await start(world, 2)
  honest.switch.dialPersistent([victim.address()])
  await world.until(() => victim.switch.peers().length === 1)
  const attacker = await attack(world, victim, 66)
  await world.until(() => victim.switch.peers().length === 2)
  return { victim, honest, attacker }
}

/** The attacker is gone and banned for the reason; the honest peer has noticed nothing. */
const expectOnlyAttackerGone = async (
  world: World,
  siege: { victim: Node; honest: Node; attacker: Attacker },
  code: string,
): Promise<void> => {
  const { victim, honest, attacker } = siege
  await world.until(() => attacker.closedBecause !== null && victim.reactor.removed.length > 0)
  expect(codes(victim, 'peer down')).toEqual([code])
  expect(victim.switch.peers().map(({ id }) => id)).toEqual([honest.id])
  for (const peer of honest.switch.peers()) peer.send(0x20, Uint8Array.of(1, 2, 3))
  await world.until(() => victim.reactor.messages.some(({ peer }) => peer.id === honest.id))
}

for (const [name, makeWorld] of [
  ['in memory', makeMemoryWorld],
  ['on TCP', makeTcpWorld],
] as const) {
  describe(`attacks by a peer ${name}`, () => {
    const attacks: readonly (readonly [string, string, Uint8Array])[] = [
      ['an unknown channel', 'CONN_UNKNOWN_CHANNEL', packet(0x77, Uint8Array.of(1), true)],
      ['an unknown packet', 'CONN_BAD_PACKET', Uint8Array.of(2, 0x22, 0)],
      ['an oversized packet', 'CONN_OVERSIZED_PACKET', packet(0x20, new Uint8Array(1025), true)],
      ['garbage in frames', 'CONN_OVERSIZED_PACKET', new Uint8Array(5000).fill(0xee)],
      ['a truncated packet', 'CONN_BAD_PACKET', Uint8Array.of(4, 0x1a, 9, 8, 0x20)],
    ]
    for (const [what, code, bytes] of attacks) {
      test(`${what}: ends the connection of its sender and bans it`, async () => {
        const world = makeWorld()
        const siege = await besiege(world)
        siege.attacker.connection.write(bytes)
        await expectOnlyAttackerGone(world, siege, code)
        const again = await attack(world, siege.victim, 66)
        await world.until(() => again.closedBecause !== null)
        expect(codes(siege.victim, 'handshake failed')).toContain('P2P_BANNED')
      })
    }

    test('bytes that are no frame: end the connection', async () => {
      const world = makeWorld()
      const siege = await besiege(world)
      siege.attacker.stream.write(new Uint8Array(1044).fill(9))
      await expectOnlyAttackerGone(world, siege, 'CONN_BAD_FRAME')
      expect(siege.honest.reactor.removed).toEqual([])
    })

    test('a message without end: ends at the capacity of its channel', async () => {
      const world = makeWorld()
      const siege = await besiege(world)
      const piece = packet(0x20, new Uint8Array(1024), false)
      const many = concatBytes(...Array.from({ length: 200 }, () => piece))
      for (let i = 0; i < 10; i++) siege.attacker.connection.write(many)
      await expectOnlyAttackerGone(world, siege, 'CONN_OVERSIZED_MESSAGE')
      expect(siege.honest.reactor.removed).toEqual([])
    })

    test('messages without end on three channels: cost less than 32 MiB', async () => {
      const world = makeWorld()
      const siege = await besiege(world)
      const { victim, attacker } = siege
      // So that the channels with a capacity of 1 MiB come close to it and no further.
      const pieces = Array.from({ length: 60 }, (_, i) => {
        const channelId = [0x20, 0x30][i % 30] ?? 0x40
        return packet(channelId, new Uint8Array(1000), false)
      })
      const many = concatBytes(...pieces, ...pieces, ...pieces, ...pieces)
      const peer = victim.switch.peers().find(({ id }) => id === attacker.id)
      let most = 0
      for (let i = 0; i < 200 && attacker.closedBecause === null; i++) {
        attacker.connection.write(many)
        await world.until(() => attacker.stream.bufferedBytes === 0)
        most = Math.max(most, peer?.stats().heldBytes ?? 0)
      }
      await expectOnlyAttackerGone(world, siege, 'CONN_REASSEMBLY_FULL')
      expect(most).toBeGreaterThan(20 * MIB)
      expect(most).toBeLessThan(32 * MIB)
    })

    test('a peer that never reads: costs its queues, others are served', async () => {
      const world = makeWorld()
      const { victim, honest, attacker } = await besiege(world)
      const peer = victim.switch.peers().find(({ id }) => id === attacker.id)
      attacker.stream.pause()
      let refusals = 0
      let most = 0
      let sent = 0
      for (let i = 0; i < 2000; i++) {
        for (const channelId of [0x20, 0x30, 0x40]) {
          if (peer?.send(channelId, new Uint8Array(30_000)) === true) sent++
          else refusals++
        }
        await new Promise(setImmediate)
        most = Math.max(most, peer?.stats().heldBytes ?? 0)
      }
      expect(refusals).toBeGreaterThan(1000)
      expect(sent).toBeGreaterThan(100)
      expect(most).toBeLessThan(8 * MIB)
      for (const peer of victim.switch.peers()) peer.send(0x20, Uint8Array.of(4))
      await world.until(() => honest.reactor.messages.length > 0)
    })
  })
}

describe('a connection that is dead at the other end', () => {
  test('a peer that knocks again: ends its old connection unless that one answers', async () => {
    const world = makeMemoryWorld()
    const { victim, honest } = await besiege(world)
    world.clock.advance(20_000)
    // Like a machine that lost its power: it shakes hands again and answers nothing on the old
    // stream.
    const again = await attack(world, victim, 66)
    await world.until(() => again.closedBecause !== null)
    expect(codes(victim, 'handshake failed')).toEqual(['P2P_DUPLICATE'])
    await world.settle()
    world.clock.advance(5000)
    expect(codes(victim, 'peer down')).toEqual(['CONN_PONG_TIMEOUT'])
    expect(victim.switch.peers().map(({ id }) => id)).toEqual([honest.id])
    await attack(world, victim, 66)
    await world.until(() => victim.switch.peers().length === 2)
  })
})

describe('attacks in the handshake', () => {
  test('a message in the same frame as the NodeInfo is not lost', async () => {
    const world = makeMemoryWorld()
    const victim = await start(world, 1)
    await attack(world, victim, 66, { behind: packet(0x20, Uint8Array.of(5), true) })
    await world.until(() => victim.reactor.messages.length === 1)
    expect(victim.reactor.messages[0]?.message).toEqual(Uint8Array.of(5))
  })

  test('a peer that never reads: is dropped after 45 s, not banned', async () => {
    const world = makeMemoryWorld()
    const siege = await besiege(world)
    const { victim, attacker } = siege
    attacker.stream.pause()
    const peer = victim.switch.peers().find(({ id }) => id === attacker.id)
    for (let i = 0; i < 10; i++) peer?.send(0x40, new Uint8Array(100_000))
    await world.settle()
    world.clock.advance(44_999)
    expect(victim.switch.peers()).toHaveLength(2)
    world.clock.advance(1)
    expect(codes(victim, 'peer down')).toEqual(['P2P_WRITE_STALLED'])
    await attack(world, victim, 66)
    await world.until(() => victim.switch.peers().length === 2)
  })

  test('slowloris: a byte every second does not outlast the deadlines', async () => {
    const world = makeMemoryWorld()
    const victim = await start(world, 1)
    const probe = await dialBare(world, victim)
    await world.settle()
    for (let second = 0; second < 3; second++) {
      probe.stream.write(Uint8Array.of(second === 0 ? 34 : 10))
      await world.settle()
      world.clock.advance(1000)
    }
    await world.until(() => probe.closedBecause !== null)
    expect(codes(victim, 'handshake failed')).toEqual(['P2P_HANDSHAKE_TIMEOUT'])
  })

  test('silence after the key and after the identity is cut within 9 s in all', async () => {
    const world = makeMemoryWorld()
    const victim = await start(world, 1)
    const key = await dialBare(world, victim)
    key.stream.write(concatBytes(Uint8Array.of(34, 10, 32), new Uint8Array(32).fill(9)))
    const mute = await attack(world, victim, 66, { instead: new Uint8Array(0) })
    await world.settle()
    world.clock.advance(6000)
    await world.settle()
    expect([key.closedBecause, mute.closedBecause]).not.toContain(null)
    const steps = victim.logger.lines.map(({ fields }) => fields['reason']).slice(-2)
    expect(new Set(steps)).toEqual(
      new Set(['the handshake took too long at auth', 'the handshake took too long at node-info']),
    )
    expect(world.clock.nextTimerMs()).toBeNull()
  })

  test('text, long NodeInfos and garbage NodeInfos end the handshake', async () => {
    const world = makeMemoryWorld()
    const victim = await start(world, 1)
    const text = await dialBare(world, victim)
    text.stream.write(new TextEncoder().encode('GET /status HTTP/1.1\r\n\r\n'))
    const long = await attack(world, victim, 66, { instead: Uint8Array.of(0xff, 0x7f) })
    const garbage = await attack(world, victim, 67, { instead: Uint8Array.of(3, 0xff, 0xff, 0xff) })
    await world.until(() => [text, long, garbage].every((one) => one.closedBecause !== null))
    expect(codes(victim, 'handshake failed').map(String).toSorted()).toEqual([
      'CONN_BAD_HELLO',
      'CONN_OVERSIZED_PACKET',
      'P2P_BAD_NODE_INFO',
    ])
    expect(victim.reactor.added).toEqual([])
  })

  test('half-open connections: the oldest silent one makes way for each new one', async () => {
    const world = makeMemoryWorld()
    const victim = await start(world, 1, { config: { maxHandshakes: 3 } })
    const speaking = await dialBare(world, victim)
    speaking.stream.write(concatBytes(Uint8Array.of(34, 10, 32), new Uint8Array(32).fill(9)))
    await world.settle()
    const silent = [await dialBare(world, victim), await dialBare(world, victim)]
    await dialBare(world, victim)
    await world.settle()
    expect(speaking.closedBecause).toBeNull()
    expect(silent.map(({ closedBecause }) => closedBecause !== null)).toEqual([true, false])
  })

  test('half-open flood: 600 connections do not keep an honest peer out', async () => {
    const world = makeTcpWorld()
    const victim = await start(world, 1, { config: { maxHandshakes: 200 } })
    const [host = '', port = ''] = victim.switch.listenAddress.slice('tcp://'.length).split(':')
    const sockets = new Set<Socket>()
    let isOver = false
    const flood = (): void => {
      if (isOver) return
      const socket = connect({ host, port: Number(port) })
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => {
        sockets.delete(socket)
        setImmediate(flood)
      })
    }
    for (let i = 0; i < 600; i++) flood()
    await world.until(() => codes(victim, 'handshake failed').includes('P2P_CROWDED'))
    const honest = await start(world, 2)
    honest.switch.dialPersistent([victim.address()])
    await world.until(() => victim.switch.peers().length === 1)
    expect(codes(victim, 'handshake failed')).toContain('P2P_CROWDED')
    isOver = true
    for (const socket of sockets) socket.destroy()
  })
})
