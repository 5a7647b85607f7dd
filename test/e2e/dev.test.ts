// `quadrille dev` as its user sees it: few lines, a curl line that works, blocks, Ctrl-C, and on it
// goes.

import { createServer } from 'node:net'
import type { Server } from 'node:net'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { folderForTest, RunningCommand } from './command.ts'

const BLOCK =
  /^height (\d+) +round \d+ +(\d+) txs? +hash [0-9A-F]{12} +proposer node[0-3] +after \d+\.\d\d s$/
const USUAL_PORT = 26_656

const heightOf = (line: string): number => Number(BLOCK.exec(line)?.[1])
const txsOf = (line: string): number => Number(BLOCK.exec(line)?.[2])

const ctrlCThroughNpm = (command: RunningCommand): void => {
  command.signal('SIGINT')
  command.signal('SIGINT')
}

// Nobody hears the difference whether this test or somebody else has the port.
const takeUsualPort = (): Promise<Server | null> =>
  new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(null))
    server.listen(USUAL_PORT, '127.0.0.1', () => resolve(server))
  })

describe('dev', () => {
  test('dev: shows itself in few lines, goes on after Ctrl-C, begins anew on demand', async () => {
    const cwd = folderForTest()
    const first = new RunningCommand(['dev'], { cwd })
    const blockOne = await first.line(BLOCK)
    expect(first.lines.indexOf(blockOne)).toBeLessThanOrEqual(10)
    expect(heightOf(blockOne)).toBe(1)
    expect(txsOf(blockOne)).toBeGreaterThan(0)
    expect(existsSync(join(cwd, '.quadrille/dev/node3/data/quadrille'))).toBe(true)

    const curl = /curl '(?<url>[^']+)'$/.exec(await first.line(/curl/))
    const answer = await fetch(curl?.groups?.['url'] ?? '')
    const { result } = (await answer.json()) as {
      result: { check_tx: { code: number }; tx_result: { code: number }; height: string }
    }
    expect([answer.status, result.check_tx.code, result.tx_result.code]).toEqual([200, 0, 0])
    await first.line(BLOCK, Number(result.height))
    ctrlCThroughNpm(first)
    const { code, out, err } = await first.ended
    expect([code, err]).toEqual([0, ''])
    expect(out).not.toMatch(/error/i)
    const heights = first.lines.filter((line) => BLOCK.test(line)).map(heightOf)
    expect(heights).toEqual(heights.map((_, i) => i + 1))

    const second = new RunningCommand(['dev'], { cwd })
    const next = heightOf(await second.line(BLOCK))
    expect(next).toBeGreaterThanOrEqual(heights.length + 1)
    expect(next).toBeLessThanOrEqual(heights.length + 2)
    const url = /RPC (\S+)/.exec(await second.line(/RPC/))?.[1]
    const query = await fetch(`${url}/abci_query?data="name"`)
    expect(await query.text()).toContain(Buffer.from('alice').toString('base64'))
    ctrlCThroughNpm(second)
    expect((await second.ended).code).toBe(0)

    const fresh = new RunningCommand(['dev', '--fresh'], { cwd })
    expect(heightOf(await fresh.line(BLOCK))).toBe(1)
    ctrlCThroughNpm(fresh)
    expect((await fresh.ended).code).toBe(0)
  })

  test('dev: takes the next block of ports when one is taken, and says so', async () => {
    const server = await takeUsualPort()
    onTestFinished(() => void server?.close())
    const command = new RunningCommand(['dev'], { cwd: folderForTest() })
    const line = await command.line(/^ports 26656 and up are taken: using \d+ and up$/)
    const port = Number(/using (\d+)/.exec(line)?.[1])
    expect(port).toBeGreaterThan(USUAL_PORT)
    expect((port - USUAL_PORT) % 100).toBe(0)
    expect(await command.line(/RPC/)).toContain(`http://127.0.0.1:${port + 1} `)
    await command.line(BLOCK, 2)
    ctrlCThroughNpm(command)
    expect((await command.ended).code).toBe(0)
  })

  test('dev: Ctrl-C stops it cleanly while it sets up', async () => {
    const command = new RunningCommand(['dev'], { cwd: folderForTest() })
    await command.line(/^\.\.\. writing four homes/)
    ctrlCThroughNpm(command)
    const { code, err } = await command.ended
    expect([code, err]).toEqual([0, ''])
    expect(command.lines.some((line) => BLOCK.test(line))).toBe(false)
  })

  test('dev: refuses homes that another one uses, and does not remove them', async () => {
    const cwd = folderForTest()
    const first = new RunningCommand(['dev'], { cwd })
    await first.line(BLOCK)
    for (const args of [['dev'], ['dev', '--fresh']]) {
      const second = await new RunningCommand(args, { cwd }).ended
      expect(second.code).toBe(1)
      expect(second.err).toMatch(
        /^ERROR: cannot use the home .*node\d: already in use by another process\n$/,
      )
    }
    await first.line(BLOCK, 3)
    ctrlCThroughNpm(first)
    expect((await first.ended).code).toBe(0)
  })
})
