// Blocks of free ports.

import { createServer } from 'node:net'
import type { AddressInfo, Server } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { freePortBlock } from './free-ports.ts'

const listen = (port: number, host: string): Promise<Server> =>
  new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen({ port, host }, () => {
      onTestFinished(() => void server.close())
      resolve(server)
    })
  })

describe('free ports', () => {
  test.each(['127.0.0.1', '0.0.0.0'])(
    'ports: one taken on %s moves the whole block',
    async (host) => {
      const server = await listen(0, host)
      const taken = (server.address() as AddressInfo).port
      const base = await freePortBlock(taken - 11, [0, 1, 10, 11])
      expect((base - (taken - 11)) % 100).toBe(0)
      expect(base).toBeGreaterThan(taken - 11)
    },
  )

  test('ports: beyond the last one none is free', async () => {
    await expect(freePortBlock(65_530, [0, 10])).rejects.toThrow(
      'no block of free ports from 65530',
    )
  })
})
