// The command `quadrille finality`: from a running node, from its home, and without either.

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { folderForTest, quadrille, RunningCommand } from './command.ts'
import type { Ended } from './command.ts'

const ANY_PORTS = ['--rpc.laddr', 'tcp://127.0.0.1:0', '--p2p.laddr', 'tcp://127.0.0.1:0']
const LISTENING = /rpc +listening url=(\S+)$/

const finality = (...args: readonly string[]): Promise<Ended> => quadrille(['finality', ...args])

describe('finality', () => {
  test('finality: a proof from node or home is verified by its file alone', async () => {
    const folder = folderForTest()
    const home = join(folder, 'home')
    const [first, file] = [join(folder, 'first.json'), join(folder, 'proof.json')]
    await quadrille(['init', '--home', home])
    const node = new RunningCommand(['start', '--home', home, ...ANY_PORTS], {
      env: { CMT_CONSENSUS_TIMEOUT_COMMIT: '50ms' },
    })
    const url = LISTENING.exec(await node.line(LISTENING))?.[1] ?? ''
    await node.line(/executed block height=4 /)
    const wrote = await finality('export', '1', '--node', url, '-o', first)
    expect(wrote).toMatchObject({ code: 0, err: '' })
    expect(wrote.out).toMatch(
      /^wrote \S+first\.json: block 1 of test-chain-\w+, decided in round 0/,
    )
    const asked = await finality('export', '3', '--node', url)
    const settings = { env: { CMT_RPC_LADDR: url.replace('http:', 'tcp:') } }
    const running = await quadrille(['finality', 'export', '3', '--home', home], settings)
    expect(running).toEqual(asked)
    const future = await finality('export', '100000', '--node', url)
    expect([future.code, future.out]).toEqual([1, ''])
    expect(future.err).toMatch(/^ERROR: .*height 100000 must be less than or equal/)
    node.signal('SIGTERM')
    await node.ended
    const read = await finality('export', '3', '--home', home, '-o', file)
    expect(read).toMatchObject({ code: 0, err: '' })
    expect(readFileSync(file, 'utf8')).toBe(asked.out)

    const genesis = `genesis:${join(home, 'config/genesis.json')}`
    const good = await finality('verify', file, '--trust', genesis)
    expect([good.code, good.err]).toEqual([0, ''])
    expect(good.out).toMatch(/^final: block 3 of test-chain-\w+, decided in round 0\n/)
    expect(good.out).toContain('by 1 of 1 validators, 10 of 10 voting power')
    const earlier = await finality('verify', file, '--json', '--trust', `proof:${first}`)
    expect(earlier.code).toBe(0)
    const { hash, chainId, ...rest } = JSON.parse(earlier.out) as Record<string, string>
    expect(rest).toMatchObject({ valid: true, height: '3', rule: 'one-third' })
    const flags = ['--chain-id', chainId ?? '', '--trust', `header:${hash}`]
    expect((await finality('verify', file, ...flags)).code).toBe(0)

    const text = readFileSync(file, 'utf8')
    const at = text.indexOf('"proof": "') + 400
    const other = text[at] === 'A' ? 'B' : 'A'
    writeFileSync(file, text.slice(0, at) + other + text.slice(at + 1))
    const bad = await finality('verify', file, '--trust', genesis)
    expect([bad.code, bad.err]).toEqual([1, ''])
    expect(bad.out).toMatch(/^not proved: .+\n$/)
    const json = await finality('verify', file, '--json', '--trust', genesis)
    expect(json.code).toBe(1)
    expect(JSON.parse(json.out)).toMatchObject({ valid: false, reason: bad.out.slice(12, -1) })
  })
})
