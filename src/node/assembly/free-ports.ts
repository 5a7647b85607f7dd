// Finds a block of TCP ports on loopback of which none is taken.
import { createServer } from 'node:net'

/** Distance between two tries; also the room that one network has for its nodes. */
const BLOCK = 100
const TRIES = 50

/**
 * The first port of the first block, from `first` on in steps of 100, in which all `offsets` are
 * free. Throws when fifty blocks are taken.
 */
export async function freePortBlock(first: number, offsets: readonly number[]): Promise<number> {
  for (let i = 0; i < TRIES; i++) {
    const base = first + i * BLOCK
    const free = await Promise.all(offsets.map((offset) => isFree(base + offset)))
    if (free.every(Boolean)) return base
  }
  throw new Error(`no free block of ports from ${first} on: end what listens there`)
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen({ host: '127.0.0.1', port, exclusive: true }, () => {
      server.close(() => resolve(true))
    })
  })
}
