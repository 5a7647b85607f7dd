// The shared log of outgoing transactions stays short and its positions stay good.

import { expect, test } from 'vitest'
import { PooledTx } from './index.ts'
import { OutgoingLog } from './outgoing-log.ts'
import { TxList } from './tx-list.ts'

const entry = (key: number): PooledTx =>
  new PooledTx({
    tx: new Uint8Array(1),
    key: `${key}`,
    gasWanted: 0n,
    height: 0n,
    sender: null,
  })

test('outgoing log: positions survive the cleaning of what has left the mempool', () => {
  const held = new TxList()
  const log = new OutgoingLog(held)
  const last = entry(0)
  held.add(last)
  log.append(last)
  for (let i = 1; i <= 10_000; i++) {
    const one = entry(i)
    held.add(one)
    log.append(one)
    if (i % 10 !== 0) held.remove(one.key)
    expect(log.length).toBeLessThanOrEqual(2 * held.size + 260)
  }
  const seen: string[] = []
  const stopped = log.readFrom(0, ({ key }) => seen.push(key) < 3)
  expect(seen).toEqual(['0', '10', '20'])
  expect(stopped).toBe(20)
  const rest: number[] = []
  expect(log.readFrom(stopped, (_, at) => rest.push(at) > 0)).toBe(10_001)
  expect(rest.length).toBe(held.size - 2)
  expect([rest[0], rest.at(-1)]).toEqual([20, 10_000])
})
