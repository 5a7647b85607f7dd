// The library: a replicated application in one process, as the examples of the documents have it.
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test, vi } from 'vitest'
import { defineApp, devnet, TxRejectedError } from 'quadrille'

type Transfer = { from: string; to: string; amount: number }
const ledger = defineApp({
  name: 'ledger',
  state: (): Map<string, number> => new Map([['alice', 100]]),
  check(accounts, { from, amount }: Transfer) {
    if ((accounts.get(from) ?? 0) < amount) throw new Error('insufficient funds')
  },
  apply(accounts, { from, to, amount }, ctx) {
    accounts.set(from, (accounts.get(from) ?? 0) - amount)
    accounts.set(to, (accounts.get(to) ?? 0) + amount)
    ctx.emit('transfer', { to, amount })
  },
})

describe('devnet', () => {
  test('examples/ledger.ts: runs as it stands, in at most 15 lines', async () => {
    const file = fileURLToPath(new URL('../../examples/ledger.ts', import.meta.url))
    expect(readFileSync(file, 'utf8').trimEnd().split('\n').length).toBeLessThanOrEqual(15)
    const log = vi.spyOn(console, 'log').mockImplementation(() => undefined)
    await import(file)
    expect(log.mock.calls).toEqual([['final, and bob has', 7]])
    log.mockRestore()
  })

  test('submit: resolves on final and every node has the same state', async () => {
    await using net = await devnet(ledger, { validators: 4 })
    const receipts = await Promise.all(
      Array.from({ length: 5 }, (_, i) =>
        net.nodes.map((node, j) => node.submit({ from: 'alice', to: `to${4 * i + j}`, amount: 1 })),
      ).flat(),
    )
    const last = receipts.reduce((top, { height }) => (height > top ? height : top), 0n)
    for (const node of net.nodes) {
      for await (const block of node.blocks({ from: last })) {
        expect(block.height).toBe(last)
        break
      }
      expect(node.state.get('alice')).toBe(80)
      expect(node.state.get('to19')).toBe(1)
    }
    expect(receipts[3]?.events).toEqual([
      { type: 'transfer', attributes: { to: 'to3', amount: '1' } },
    ])
  })

  test('submit: what the application refuses is a TxRejectedError with its words', async () => {
    await using net = await devnet(ledger, { validators: 1 })
    const refused = net.nodes[0]?.submit({ from: 'bob', to: 'eve', amount: 1e9 })
    await expect(refused).rejects.toThrow(TxRejectedError)
    await expect(refused).rejects.toMatchObject({ code: 'TX_REJECTED', log: 'insufficient funds' })
  })

  test('blocks: a reader that starts late reads every block from the first, in order', async () => {
    await using net = await devnet(ledger, { validators: 2 })
    for (let i = 1; i <= 3; i++) await net.nodes[0]?.submit({ from: 'alice', to: 'bob', amount: i })
    const amounts: number[] = []
    const heights: bigint[] = []
    for await (const block of net.nodes[1]?.blocks({ from: 'earliest' }) ?? []) {
      heights.push(block.height)
      amounts.push(...block.txs.map((tx) => tx.amount))
      if (amounts.length === 3) break
    }
    expect(amounts).toEqual([1, 2, 3])
    expect(heights).toEqual(heights.map((_, i) => BigInt(i + 1)))
  })

  test('blocks: an aborted signal and a stopped node both end the stream quietly', async () => {
    const net = await devnet(ledger, { validators: 1 })
    const abort = new AbortController()
    const seen: bigint[] = []
    for await (const block of net.nodes[0]?.blocks({ signal: abort.signal }) ?? []) {
      seen.push(block.height)
      abort.abort()
    }
    expect(seen).toHaveLength(1)
    const rest = (async () => {
      for await (const _ of net.nodes[0]?.blocks() ?? []) await net.stop()
    })()
    await rest
    await net.stop()
  })

  test('devnet: a number of validators that cannot be is refused with a code', async () => {
    for (const validators of [0, -1, 1.5, 101, Number.NaN]) {
      await expect(devnet(ledger, { validators })).rejects.toMatchObject({
        code: 'DEVNET_VALIDATORS',
      })
    }
  })

  test('quadrille: leaves nothing behind that keeps a process alive', () => {
    const script = `
      import { defineApp, devnet } from 'quadrille'
      const app = defineApp({ name: 'n', state: { n: 0 }, apply(s, tx) { s.n += tx } })
      const net = await devnet(app, { validators: 4 })
      await net.nodes[0].submit(5)
      console.log(net.nodes[0].state.n)
      await net.stop()`
    const cwd = fileURLToPath(new URL('../..', import.meta.url))
    const args = ['--input-type=module', '-e', script]
    const output = execFileSync(process.execPath, args, { cwd, encoding: 'utf8', timeout: 20_000 })
    expect(output).toBe('5\n')
  })
})
