// The multiplexed connection: order, sharing between channels, signs of life, bounds and faults.

import { describe, expect, test } from 'vitest'
import { concatBytes, equalBytes } from '../../core/bytes/index.ts'
import { encodeDelimited, encodePacket } from '../../core/proto/index.ts'
import type { Packet } from '../../core/proto/index.ts'
import { MemoryClock } from '../memory/index.ts'
import { MConnection, MEMORY_LIMITS, MESSAGE_OVERHEAD } from './index.ts'
import type { ChannelDescriptor, ConnError } from './index.ts'

const MIB = 1024 * 1024
const channel = (id: number, priority: number, size = MIB): ChannelDescriptor => ({
  id,
  priority,
  recvMessageCapacity: size,
  sendQueueBytes: MIB,
})

interface End {
  readonly connection: MConnection
  readonly clock: MemoryClock
  readonly messages: { channelId: number; message: Uint8Array }[]
  readonly timeouts: ConnError[]
  pendings: number
}

function makeEnd(channels: readonly ChannelDescriptor[], clock = new MemoryClock()): End {
  const messages: End['messages'] = []
  const timeouts: ConnError[] = []
  const connection = new MConnection({
    channels,
    clock,
    onMessage: (channelId, message) => void messages.push({ channelId, message }),
    onPending: () => void end.pendings++,
    onTimeout: (error) => void timeouts.push(error),
  })
  const end: End = { connection, clock, messages, timeouts, pendings: 0 }
  return end
}

/** Carries everything that waits from one end to the other, `room` bytes at a time. */
function carry(from: End, to: End, room = 1024): ConnError | null {
  const target = new Uint8Array(room)
  for (let n = from.connection.pull(target); n > 0; n = from.connection.pull(target)) {
    const error = to.connection.receive(target.subarray(0, n))
    if (error !== null) return error
  }
  return null
}

const bytesOf = (size: number, first = 0): Uint8Array =>
  Uint8Array.from({ length: size }, (_, i) => first + i * 13)

const packet = (value: Packet): Uint8Array => encodeDelimited(encodePacket(value))
const piece = (channelId: number, size: number, eof = false): Uint8Array =>
  packet({ kind: 'msg', channelId, eof, data: bytesOf(size) })

const TWO = [channel(0x20, 6), channel(0x30, 5)]

describe('mconnection messages', () => {
  test('messages: all sizes arrive whole and in order on their channel, frames of any size', () => {
    for (const room of [3, 100, 1024]) {
      const [a, b] = [makeEnd(TWO), makeEnd(TWO)]
      const sizes = [0, 1, 1023, 1024, 1025, 2048, 5000, 100_000]
      const sent = sizes.map((size, i) => bytesOf(size, i))
      for (const message of sent) expect(a.connection.send(0x20, message)).toBe(true)
      expect(carry(a, b, room)).toBeNull()
      expect(b.messages.map(({ message }) => message.length)).toEqual(sizes)
      expect(b.messages.every(({ message }, i) => equalBytes(message, sent[i]!))).toBe(true)
    }
  })

  test('messages: what is handed out keeps nothing else alive', () => {
    const [a, b] = [makeEnd(TWO), makeEnd(TWO)]
    for (const size of [3, 5000]) a.connection.send(0x20, bytesOf(size))
    carry(a, b)
    expect(b.messages.map(({ message }) => message.buffer.byteLength)).toEqual([3, 5000])
  })

  test('messages: packets of channels interleave by priority', () => {
    const [a, b] = [
      makeEnd([channel(1, 10), channel(2, 1)]),
      makeEnd([channel(1, 10), channel(2, 1)]),
    ]
    a.connection.send(2, bytesOf(200_000))
    for (let i = 0; i < 100; i++) a.connection.send(1, bytesOf(2000, i))
    const target = new Uint8Array(110_000)
    b.connection.receive(target.subarray(0, a.connection.pull(target)))
    // Ten bytes in eleven belong to channel 1: 100,000 of them make 50 messages less the packets
    // begun.
    const arrived = b.messages.filter(({ channelId }) => channelId === 1).length
    expect(arrived).toBeGreaterThanOrEqual(46)
    expect(arrived).toBeLessThanOrEqual(50)
    carry(a, b)
    expect(b.messages.at(-1)?.channelId).toBe(2)
    expect(b.messages).toHaveLength(101)
  })

  test('messages: a channel is not charged for its past for ever', () => {
    const clock = new MemoryClock()
    const a = makeEnd([channel(1, 1), channel(2, 1)], clock)
    a.connection.send(1, bytesOf(500_000))
    a.connection.pull(new Uint8Array(600_000))
    const before = a.connection.stats()[0]?.recentlySent ?? 0
    clock.advance(20_000)
    a.connection.send(2, bytesOf(10))
    a.connection.pull(new Uint8Array(1000))
    expect(a.connection.stats()[0]?.recentlySent).toBe(Math.floor(before * 0.8 ** 10))
  })

  test('messages: pending is told on a send and not on a refusal', () => {
    const a = makeEnd(TWO)
    expect(a.connection.hasPending).toBe(false)
    expect(a.connection.send(0x99, bytesOf(1))).toBe(false)
    expect(a.pendings).toBe(0)
    a.connection.send(0x20, bytesOf(1))
    expect([a.pendings, a.connection.hasPending]).toEqual([1, true])
    a.connection.pull(new Uint8Array(100))
    expect(a.connection.hasPending).toBe(false)
  })
})

describe('mconnection bounds', () => {
  test('send queue: is bounded in bytes, small messages counting their overhead', () => {
    const a = makeEnd(TWO)
    let count = 0
    while (a.connection.send(0x20, bytesOf(4))) count++
    expect(count).toBe(Math.floor(MIB / (4 + MESSAGE_OVERHEAD)))
    expect(a.connection.canSend(0x30)).toBe(true)
  })

  test('send queue: room is told once, when half is free and the refused message fits', () => {
    const a = makeEnd(TWO)
    const message = bytesOf(100_000)
    while (a.connection.send(0x20, message));
    expect(a.connection.takeRoomRegained()).toEqual([])
    const target = new Uint8Array(400_000)
    a.connection.pull(target)
    expect(a.connection.takeRoomRegained()).toEqual([])
    a.connection.pull(target)
    expect(a.connection.takeRoomRegained()).toEqual([0x20])
    expect(a.connection.takeRoomRegained()).toEqual([])
  })

  test('send queue: a message beyond the channel is taken when nothing else waits', () => {
    const a = makeEnd(TWO)
    a.connection.send(0x20, bytesOf(1))
    expect(a.connection.send(0x20, bytesOf(MIB + 1))).toBe(false)
    a.connection.pull(new Uint8Array(100))
    expect(a.connection.takeRoomRegained()).toEqual([0x20])
    expect(a.connection.send(0x20, bytesOf(MIB + 1))).toBe(true)
  })

  test('memory: the shares add up to less than 32 MiB', () => {
    const { send, receive, large } = MEMORY_LIMITS
    expect(send + receive + large).toBeLessThan(32 * MIB)
  })

  test('memory: no queue and no unfinished message of any channel passes the shares', () => {
    const channels = [1, 2, 3, 4, 5, 6, 7, 8].map((id) => ({
      ...channel(id, 1, 100 * MIB),
      sendQueueBytes: 100 * MIB,
    }))
    const a = makeEnd(channels)
    let most = 0
    for (const { id } of channels) while (a.connection.send(id, new Uint8Array(100_000)));
    expect(a.connection.send(1, new Uint8Array(21 * MIB))).toBe(false)
    let error: ConnError | null = null
    const pieces = channels.map(({ id }) => piece(id, 1024))
    for (let i = 0; i < 40_000 && error === null; i++) {
      error = a.connection.receive(pieces[i % 8]!)
      most = Math.max(most, a.connection.heldBytes)
    }
    expect(error?.code).toBe('CONN_REASSEMBLY_FULL')
    expect(most).toBeGreaterThan(MEMORY_LIMITS.send)
    const { send, receive, large } = MEMORY_LIMITS
    expect(most).toBeLessThanOrEqual(send + receive + large)
    a.connection.stop()
    expect(a.connection.heldBytes).toBe(0)
  })

  test('memory: one never-ending message takes the large share and then the connection', () => {
    const a = makeEnd([channel(0x40, 5, 200 * MIB), channel(0x60, 5, 200 * MIB)])
    let error: ConnError | null = null
    let most = 0
    const part = piece(0x40, 1024)
    for (let i = 0; i < 40_000 && error === null; i++) {
      error = a.connection.receive(part)
      most = Math.max(most, a.connection.heldBytes)
    }
    expect(error?.code).toBe('CONN_REASSEMBLY_FULL')
    expect(most).toBeLessThanOrEqual(MEMORY_LIMITS.large + MEMORY_LIMITS.receive)
  })

  test('memory: the largest block of CometBFT passes, beside ordinary messages both ways', () => {
    const channels = [channel(0x40, 5, 100 * MIB), channel(0x21, 10)]
    const [a, b] = [makeEnd(channels), makeEnd(channels)]
    const block = new Uint8Array(22_020_096 + 100).fill(7)
    expect(a.connection.send(0x40, block)).toBe(true)
    for (let i = 0; i < 10; i++) a.connection.send(0x21, bytesOf(66_000, i))
    expect(carry(a, b)).toBeNull()
    const received = b.messages.at(-1)?.message
    expect(received?.length).toBe(block.length)
    expect(equalBytes(received!, block)).toBe(true)
    expect(b.messages).toHaveLength(11)
    expect(a.connection.heldBytes).toBe(0)
    expect(b.connection.heldBytes).toBeLessThanOrEqual(2 * 128 * 1024)
  })

  test('memory: a large message waits for one coming in, and is told of room', () => {
    const a = makeEnd([channel(0x40, 5, 100 * MIB)])
    const part = piece(0x40, 1024)
    for (let i = 0; i < 2100; i++) a.connection.receive(part)
    const block = new Uint8Array(3 * MIB)
    expect(a.connection.send(0x40, block)).toBe(false)
    expect(a.connection.takeRoomRegained()).toEqual([])
    a.connection.receive(piece(0x40, 1, true))
    expect(a.connection.takeRoomRegained()).toEqual([0x40])
    expect(a.connection.send(0x40, block)).toBe(true)
  })
})

describe('mconnection faults', () => {
  const faultOf = (...pieces: readonly Uint8Array[]): string | undefined =>
    makeEnd([channel(0x20, 6, 2000)]).connection.receive(concatBytes(...pieces))?.code

  test('faults: unknown channels, packets and garbage are told apart', () => {
    expect(faultOf(piece(0x21, 5, true))).toBe('CONN_UNKNOWN_CHANNEL')
    expect(faultOf(piece(-1, 5, true))).toBe('CONN_UNKNOWN_CHANNEL')
    expect(faultOf(Uint8Array.of(2, 0x22, 0))).toBe('CONN_BAD_PACKET')
    expect(faultOf(Uint8Array.of(0))).toBe('CONN_BAD_PACKET')
    expect(faultOf(Uint8Array.of(3, 0x1a, 0x7f, 0))).toBe('CONN_BAD_PACKET')
    expect(faultOf(new Uint8Array(100).fill(0xff))).toBe('CONN_OVERSIZED_PACKET')
  })

  test('faults: a packet of one byte more than a full one', () => {
    expect(faultOf(piece(0x20, 1024))).toBeUndefined()
    expect(faultOf(piece(0x20, 1024, true))).toBeUndefined()
    expect(faultOf(piece(0x20, 1025, true))).toBe('CONN_OVERSIZED_PACKET')
  })

  test('faults: a message of exactly its capacity passes, one byte more does not', () => {
    expect(faultOf(piece(0x20, 1000), piece(0x20, 1000, true))).toBeUndefined()
    expect(faultOf(piece(0x20, 1000), piece(0x20, 1001, true))).toBe('CONN_OVERSIZED_MESSAGE')
  })

  test('faults: nothing is handed out after the connection was stopped in a message', () => {
    const a = makeEnd(TWO)
    const seen: number[] = []
    const connection: MConnection = new MConnection({
      channels: TWO,
      clock: a.clock,
      onMessage: (channelId) => {
        seen.push(channelId)
        connection.stop()
      },
      onPending: () => {},
      onTimeout: () => {},
    })
    expect(connection.receive(concatBytes(piece(0x20, 1, true), piece(0x30, 1, true)))).toBeNull()
    expect(seen).toEqual([0x20])
    expect(connection.send(0x20, bytesOf(1))).toBe(false)
  })
})

describe('mconnection signs of life', () => {
  test('ping: is sent after 60 s and answered by one pong however many come', () => {
    const clock = new MemoryClock()
    const [a, b] = [makeEnd(TWO, clock), makeEnd(TWO, clock)]
    clock.advance(59_999)
    expect(a.connection.hasPending).toBe(false)
    clock.advance(1)
    expect(carry(a, b)).toBeNull()
    for (let i = 0; i < 1000; i++) b.connection.receive(packet({ kind: 'ping' }))
    const target = new Uint8Array(1024)
    expect([...target.subarray(0, b.connection.pull(target))]).toEqual([
      ...packet({ kind: 'pong' }),
      ...packet({ kind: 'ping' }),
    ])
  })

  test('pong: in time keeps the connection, later than 45 s ends it', () => {
    const clock = new MemoryClock()
    const a = makeEnd(TWO, clock)
    clock.advance(60_000 + 44_999)
    a.connection.receive(packet({ kind: 'pong' }))
    clock.advance(15_001 + 44_999)
    expect(a.timeouts).toEqual([])
    clock.advance(1)
    expect(a.timeouts).toEqual([{ code: 'CONN_PONG_TIMEOUT', timeoutMs: 45_000 }])
  })

  test('probe: asks at once with a deadline of its own', () => {
    const clock = new MemoryClock()
    const a = makeEnd(TWO, clock)
    a.connection.probe(5000)
    expect(a.connection.hasPending).toBe(true)
    clock.advance(5000)
    expect(a.timeouts).toEqual([{ code: 'CONN_PONG_TIMEOUT', timeoutMs: 5000 }])
  })

  test('stop: no deadline fires afterwards', () => {
    const clock = new MemoryClock()
    const a = makeEnd(TWO, clock)
    a.connection.probe(5000)
    a.connection.stop()
    expect(clock.nextTimerMs()).toBeNull()
  })
})
