// A block of ports for `testnet`, which counts them on from one that it is told.

import { once } from 'node:events'
import { createServer } from 'node:net'

// Below the ports that systems give to outgoing connections (from 32768 on, or 49152): one of those
// would be taken by whoever dials in the moment between looking and starting.
const FIRST_PORT = 10_000
const BLOCK = 60
const BLOCKS = 200

/** The first of sixty ports of which none is in use; each process of tests looks somewhere else. */
export async function freePortBlock(): Promise<number> {
  for (let tried = 0; tried < BLOCKS; tried++) {
    const port = FIRST_PORT + BLOCK * ((process.pid + tried) % BLOCKS)
    if (await isFree(port)) return port
  }
  throw new Error(`no ${BLOCK} ports in a row are free from ${FIRST_PORT} on`)
}

async function isFree(first: number): Promise<boolean> {
  const servers = Array.from({ length: BLOCK }, (_, i) =>
    createServer().listen(first + i, '127.0.0.1'),
  )
  const heard = await Promise.allSettled(servers.map((server) => once(server, 'listening')))
  const listening = servers.filter((server) => server.listening)
  await Promise.all(listening.map((server) => once(server.close(), 'close')))
  return heard.every(({ status }) => status === 'fulfilled')
}
