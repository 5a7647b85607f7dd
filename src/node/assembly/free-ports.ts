// Finds a block of TCP ports on loopback of which none is taken.

import { createServer } from 'node:net'
import { AssemblyError } from './errors.ts'

/** Distance between two tries; also the room that one network has for its nodes. */
const BLOCK = 100
const TRIES = 50
const MAX_PORT = 65_535

/**
 * The first port of the first block, from `first` on in steps of 100, in which all `offsets` are
 * free.
 * @throws AssemblyError `ASSEMBLY_ADDRESS_UNUSABLE` when fifty blocks are taken or the ports end.
 */
export async function freePortBlock(first: number, offsets: readonly number[]): Promise<number> {
  for (let i = 0; i < TRIES; i++) {
    const base = first + i * BLOCK
    if (base + Math.max(...offsets) > MAX_PORT) break
    const free = await Promise.all(offsets.map((offset) => isFree(base + offset)))
    if (free.every(Boolean)) return base
  }
  const reason = `no block of free ports from ${first} on: end what listens there`
  throw new AssemblyError('ASSEMBLY_ADDRESS_UNUSABLE', { where: '127.0.0.1', what: '', reason })
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
