// A walk over the mempool ends where a newer one begins.

import { expect, test } from 'vitest'
import { MemoryClock } from '../memory/index.ts'
import { PooledTx } from './index.ts'
import { Rechecker } from './rechecker.ts'
import { settle } from './mempool.fixture.ts'

const entry = (key: string): PooledTx =>
  new PooledTx({
    tx: new Uint8Array(1),
    key,
    gasWanted: 0n,
    height: 0n,
    sender: null,
  })

test('rechecker: a walk that waits for an answer ends when a new one begins', async () => {
  const clock = new MemoryClock()
  const checked: string[] = []
  let done = 0
  let finish: () => void = () => undefined
  const rechecker = new Rechecker({
    clock,
    budgetMs: 1,
    check: ({ key }) => {
      checked.push(key)
      return key === 'a1' ? new Promise((resolve) => (finish = resolve)) : undefined
    },
    onDone: () => done++,
  })
  rechecker.start(['a1', 'a2', 'a3'].map(entry))
  await settle(clock)
  rechecker.start(['b1', 'b2'].map(entry))
  expect([rechecker.isRunning, rechecker.isOverdue]).toEqual([true, true])
  finish()
  await Promise.resolve()
  await settle(clock)
  expect(checked).toEqual(['a1', 'b1', 'b2'])
  expect([done, rechecker.isRunning, rechecker.isOverdue]).toEqual([1, false, false])
})

test('rechecker: an empty walk is one that came through', async () => {
  const clock = new MemoryClock()
  const rechecker = new Rechecker({ clock, budgetMs: 1, check: () => undefined, onDone: () => {} })
  rechecker.start([entry('a')])
  rechecker.stop()
  expect(rechecker.isOverdue).toBe(true)
  rechecker.start([])
  expect([rechecker.isRunning, rechecker.isOverdue]).toEqual([false, false])
})
