// Serving blocks: one at a time as the peer reads, and never more requests than are fair.

import { describe, expect, test } from 'vitest'
import { decodeBlocksyncMessage, encodeBlocksyncMessage } from '../../core/proto/index.ts'
import type { BlocksyncMessage } from '../../core/proto/index.ts'
import { silentLogger } from '../memory/index.ts'
import type { Peer } from '../p2p/index.ts'
import { BlockServer } from './index.ts'

const BLOCKSYNC = 0x40
const HEIGHT = 100n

/** A server with 100 blocks and a peer whose queue takes `room` messages. */
function serve(room = Infinity): {
  readonly server: BlockServer
  readonly peer: Peer
  readonly kinds: () => string[]
  readonly ask: (...heights: bigint[]) => Promise<void>
  readonly drain: (room: number) => Promise<void>
  readonly stops: string[]
  readonly loads: () => number
} {
  const queue = { room }
  const sent: string[] = []
  const stops: string[] = []
  let loads = 0
  const server = new BlockServer({
    blocks: {
      base: 1n,
      height: HEIGHT,
      loadBlockBytes: async (height) => {
        loads++
        return height <= HEIGHT ? new Uint8Array(0) : null
      },
    },
    logger: silentLogger,
    stopPeer: (_peer, reason) => void stops.push(reason),
  })
  const peer = {
    id: 'a'.repeat(40),
    send: (_channelId: number, message: Uint8Array) => {
      if (queue.room-- <= 0) return false
      sent.push(kindOf(message))
      return true
    },
  } as Partial<Peer> as Peer
  const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
  server.addPeer(peer)
  return {
    server,
    peer,
    kinds: () => sent,
    ask: (...heights) => {
      for (const height of heights) {
        const request = encodeBlocksyncMessage({ kind: 'block-request', height })
        server.receive(peer, BLOCKSYNC, request)
      }
      return settle()
    },
    drain: (more) => {
      queue.room = more
      server.onDrain(peer)
      return settle()
    },
    stops,
    loads: () => loads,
  }
}

function kindOf(message: Uint8Array): BlocksyncMessage['kind'] | 'block' {
  // A block without a header is none: its message is known by its field.
  return message[0] === 0x1a ? 'block' : decodeBlocksyncMessage(message).kind
}

describe('BlockServer', () => {
  test('addPeer: the status comes unasked', () => {
    expect(serve().kinds()).toEqual(['status-response'])
  })

  test('block-request: a stored block, or word that there is none', async () => {
    const { ask, kinds } = serve()
    await ask(5n, 101n)
    expect(kinds()).toEqual(['status-response', 'block', 'no-block-response'])
  })

  test('block-request: with a full queue nothing more is read until it drains', async () => {
    const { ask, kinds, drain, loads } = serve(2)
    await ask(1n, 2n, 3n, 4n)
    expect(kinds().length).toBe(2)
    expect(loads()).toBe(2)
    await drain(1)
    expect(kinds().length).toBe(3)
    await drain(10)
    expect(kinds().length).toBe(5)
  })

  test('block-request: more than 64 open ones, or a negative height, end the peer', async () => {
    const many = serve(1)
    await many.ask(...Array.from({ length: 64 }, (_, i) => BigInt(i + 1)))
    expect(many.stops).toEqual([])
    await many.ask(65n)
    expect(many.stops).toEqual(['more than 64 block requests open'])
    const negative = serve()
    await negative.ask(-1n)
    expect(negative.stops).toEqual(['block-request: negative height'])
  })

  test('block-response: nobody asked for it, so its sender is ended', () => {
    const { server, peer, stops } = serve()
    server.receive(peer, BLOCKSYNC, Uint8Array.of(0xff, 0xff))
    expect(stops.length).toBe(1)
  })
})
