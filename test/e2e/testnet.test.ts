// The homes of `quadrille testnet`, started as four processes without a change.

import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { RpcClient } from '../network/rpc-client.ts'
import { folderForTest, quadrille, RunningCommand } from './command.ts'
import { freePortBlock } from './port-block.ts'

describe('testnet', () => {
  test('testnet: four homes start as four processes, commit, stop and go on', async () => {
    const folder = folderForTest()
    const port = await freePortBlock()
    const made = await quadrille(['testnet', '--v', '4', '--o', folder, '--p2p-port', String(port)])
    expect([made.code, made.err]).toEqual([0, ''])
    const homes = [0, 1, 2, 3].map((i) => join(folder, `node${i}`))
    for (const home of homes) expect(made.out).toContain(`quadrille start --home ${home}\n`)

    const env = { CMT_CONSENSUS_TIMEOUT_COMMIT: '200ms' }
    const start = (home: string): RunningCommand =>
      new RunningCommand(['start', '--home', home], { env })
    const nodes = homes.map(start)
    const rpcs = homes.map((_, i) => new RpcClient(port + 10 * i + 1))
    await Promise.all(nodes.map((node) => node.line(/rpc +listening/)))
    const height = await rpcs[0]!.commit('colour=blue')
    await Promise.all(rpcs.map((rpc) => rpc.reached(height + 1)))
    expect(await Promise.all(rpcs.map((rpc) => rpc.query('colour')))).toEqual(
      homes.map(() => 'blue'),
    )
    const blocks = await Promise.all(rpcs.map((rpc) => rpc.block(height)))
    expect(new Set(blocks.map(({ block_id: { hash } }) => hash)).size).toBe(1)

    for (const node of nodes) node.signal('SIGTERM')
    for (const { code, out, err } of await Promise.all(nodes.map((node) => node.ended))) {
      expect([code, err]).toEqual([0, ''])
      expect(out).not.toMatch(/ ERROR /)
    }
    const again = homes.map(start)
    await again[3]!.line(/rpc +listening/)
    await rpcs[3]!.reached(height + 3)
    expect(await rpcs[3]!.query('colour')).toBe('blue')
    for (const node of again) node.signal('SIGTERM')
    for (const { code } of await Promise.all(again.map((node) => node.ended))) expect(code).toBe(0)
  })
})
