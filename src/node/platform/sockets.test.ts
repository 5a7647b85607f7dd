// TCP on the loopback interface, against the contract of the network port.

import { createServer } from 'node:net'
import { expect, test } from 'vitest'
import { networkContract } from '../../host/ports/network.contract.ts'
import { tcpNetwork } from './sockets.ts'

networkContract('on TCP', () => ({
  dialler: tcpNetwork,
  listener: tcpNetwork,
  anyAddress: '127.0.0.1:0',
  passTurn: () => new Promise(setImmediate),
}))

const never = new AbortController().signal

test('sockets: an address that is not host:port is refused with its text', async () => {
  await expect(tcpNetwork.listen('nowhere', () => {})).rejects.toThrow('nowhere is not host:port')
  await expect(
    tcpNetwork.dial('127.0.0.1:70000', { signal: never, timeoutMs: 100 }),
  ).rejects.toThrow('127.0.0.1:70000 is not host:port')
})

test('sockets: a dial that is aborted under way rejects', async () => {
  const abort = new AbortController()
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const address = server.address()
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0
  const dialled = tcpNetwork.dial(`127.0.0.1:${port}`, { signal: abort.signal, timeoutMs: 2000 })
  abort.abort()
  await expect(dialled).rejects.toThrow('aborted')
  server.close()
})
