// The mempool: what enters, in which order it leaves, and what a block changes.

import { describe, expect, test } from 'vitest'
import { fromUtf8 } from '../../core/bytes/index.ts'
import { nobleCrypto } from '../../core/crypto/index.ts'
import type { CheckTxRequest, CheckTxResponse } from '../abci/index.ts'
import { silentLogger } from '../memory/index.ts'
import { Mempool } from './index.ts'
import { commit, makeWorld, response, settle, tx } from './mempool.fixture.ts'

const texts = (txs: readonly Uint8Array[]): string[] => txs.map(fromUtf8)

describe('mempool', () => {
  test('keeps the order of arrival and asks the application once', () => {
    const { mempool, asked } = makeWorld()
    for (const text of ['c', 'a', 'b', 'a']) void mempool.checkTx(tx(text))
    expect(texts(mempool.reapMaxTxs(-1))).toEqual(['c', 'a', 'b'])
    expect(asked.length).toBe(3)
    expect([mempool.size, mempool.sizeBytes]).toEqual([3, 3])
  })

  test('refuses in the words of CometBFT', () => {
    const { mempool } = makeWorld({ size: 2, maxTxBytes: 8, maxTxsBytes: 10 })
    expect(mempool.checkTx(tx('123456789'))).toMatchObject({
      error: { kind: 'too-large', reason: 'Tx too large. Max size is 8, but got 9' },
    })
    void mempool.checkTx(tx('1'))
    expect(mempool.checkTx(tx('1'))).toEqual({
      ok: false,
      error: { kind: 'in-cache', reason: 'tx already exists in cache' },
    })
    mempool.flush()
    void mempool.checkTx(tx('12345678'))
    expect(mempool.checkTx(tx('123'))).toMatchObject({
      error: {
        kind: 'full',
        reason: 'mempool is full: number of txs 1 (max: 2), total txs bytes 8 (max: 10)',
      },
    })
    void mempool.checkTx(tx('1'))
    expect(mempool.checkTx(tx('2'))).toMatchObject({ error: { kind: 'full', numTxs: 2 } })
    expect(mempool.counts).toMatchObject({ rejectedTxs: 3, alreadyReceivedTxs: 1 })
  })

  test('a refusal by the application is an answer, and may be tried again', () => {
    const world = makeWorld()
    world.answer = () => response(7)
    expect(world.mempool.checkTx(tx('a'))).toMatchObject({ ok: true, value: { code: 7 } })
    expect(world.mempool.size).toBe(0)
    world.answer = () => response(0)
    expect(world.mempool.checkTx(tx('a'))).toMatchObject({ ok: true, value: { code: 0 } })
    expect(world.mempool.size).toBe(1)
    const keeping = makeWorld({ keepInvalidTxsInCache: true })
    keeping.answer = () => response(7)
    void keeping.mempool.checkTx(tx('a'))
    expect(keeping.mempool.checkTx(tx('a'))).toMatchObject({ error: { kind: 'in-cache' } })
  })

  test('an application that throws costs one transaction, not the node', async () => {
    const world = makeWorld()
    world.answer = () => {
      throw new Error('bug')
    }
    const error = { kind: 'application-failed', reason: 'appConn mempool: bug' }
    expect(world.mempool.checkTx(tx('a'))).toMatchObject({ error })
    world.answer = () => Promise.reject(new Error('bug'))
    expect(await world.mempool.checkTx(tx('a'))).toMatchObject({ error })
  })

  test('reaps as many as fit by encoded bytes and by gas', () => {
    const world = makeWorld()
    for (let i = 0; i < 5; i++) void world.mempool.checkTx(tx(`tx-${i}`))
    const count = (bytes: bigint, gas: bigint): number =>
      world.mempool.reapMaxBytesMaxGas(bytes, gas).length
    expect([count(-1n, -1n), count(11n, -1n), count(12n, -1n)]).toEqual([5, 1, 2])
    expect([count(-1n, 3n), count(0n, -1n), count(-1n, 0n), count(12n, 1n)]).toEqual([3, 0, 0, 1])
    const long = makeWorld()
    void long.mempool.checkTx(new Uint8Array(200))
    expect(long.mempool.reapMaxBytesMaxGas(202n, -1n).length).toBe(0)
    expect(long.mempool.reapMaxBytesMaxGas(203n, -1n).length).toBe(1)
  })

  test('a block takes its transactions out for good, unless they failed', async () => {
    const world = makeWorld()
    for (const text of ['a', 'b', 'c']) void world.mempool.checkTx(tx(text))
    await commit(world, [tx('a'), tx('x')])
    await settle(world.clock)
    expect(texts(world.mempool.reapMaxTxs(2))).toEqual(['b', 'c'])
    for (const text of ['a', 'x']) {
      expect(world.mempool.checkTx(tx(text))).toMatchObject({ error: { kind: 'in-cache' } })
    }
    await commit(world, [tx('b')], 1)
    await settle(world.clock)
    expect(world.mempool.checkTx(tx('b'))).toMatchObject({ ok: true })
    expect(world.mempool.sizeBytes).toBe(2)
  })

  test('rechecks the rest later, in order, and drops what no longer holds', async () => {
    const world = makeWorld()
    for (const text of ['a', 'b', 'c']) void world.mempool.checkTx(tx(text))
    world.answer = ({ tx: asked }) => response(fromUtf8(asked) === 'b' ? 3 : 0)
    world.asked.length = 0
    await commit(world, [])
    expect(world.asked).toEqual([])
    const late = world.mempool.checkTx(tx('d'))
    await settle(world.clock)
    expect(await late).toMatchObject({ ok: true })
    expect(world.asked.map(({ tx: asked, kind }) => `${kind} ${fromUtf8(asked)}`)).toEqual([
      'recheck a',
      'recheck b',
      'recheck c',
      'new d',
    ])
    expect(texts(world.mempool.reapMaxTxs(-1))).toEqual(['a', 'c', 'd'])
    expect(world.mempool.counts).toMatchObject({ recheckTimes: 3, evictedTxs: 1 })
    world.answer = () => response(0)
    expect(world.mempool.checkTx(tx('b'))).toMatchObject({ ok: true })
  })

  test('does not recheck for an application whose checks know no state', async () => {
    const world = makeWorld()
    const application = { checkTx: world.answer, isCheckStateless: true }
    const { clock } = world
    const mempool = new Mempool({ application, crypto: nobleCrypto, clock, logger: silentLogger })
    void mempool.checkTx(tx('a'))
    await commit({ ...world, mempool }, [])
    await settle(clock)
    expect([mempool.size, mempool.counts.recheckTimes]).toEqual([1, 0])
  })

  test('makes up for a recheck cut short, though the next block asks for none', async () => {
    const world = makeWorld()
    const { clock } = world
    let isCheckStateless = false
    let checkTx = world.answer
    const application = {
      checkTx: (request: CheckTxRequest) => checkTx(request),
      get isCheckStateless() {
        return isCheckStateless
      },
    }
    const mempool = new Mempool({ application, crypto: nobleCrypto, clock, logger: silentLogger })
    for (const text of ['a', 'b', 'c']) void mempool.checkTx(tx(text))
    let finish: () => void = () => undefined
    checkTx = () => new Promise((resolve) => (finish = () => resolve(response(0))))
    await commit({ ...world, mempool }, [])
    clock.advance(0)
    isCheckStateless = true
    checkTx = world.answer
    const next = commit({ ...world, mempool }, [])
    finish()
    await next
    await settle(clock)
    expect(mempool.counts.recheckTimes).toBe(4)
    await commit({ ...world, mempool }, [])
    await settle(clock)
    expect(mempool.counts.recheckTimes).toBe(4)
  })

  test('a recheck works in stretches between which the loop has its turn', async () => {
    const world = makeWorld({ recheckBudgetMs: 2 })
    for (let i = 0; i < 100; i++) void world.mempool.checkTx(tx(`${i}`))
    let turns = 0
    const turn = (): void => {
      turns++
      world.clock.setTimer(0.1, turn)
    }
    const { monotonicMs } = world.clock
    let reads = 0
    world.clock.monotonicMs = () => monotonicMs.call(world.clock) + reads++
    await commit(world, [])
    turn()
    for (let i = 0; i < 50; i++) {
      world.clock.advance(0.1)
      await Promise.resolve()
    }
    expect(world.mempool.counts.recheckTimes).toBe(100)
    expect(turns).toBeGreaterThan(3)
  })

  test('a recheck that is not through before the next block sheds load until one is', async () => {
    const world = makeWorld()
    for (const text of ['a', 'b', 'c']) void world.mempool.checkTx(tx(text))
    let finish: () => void = () => undefined
    world.answer = () => new Promise((resolve) => (finish = () => resolve(response(0))))
    await commit(world, [])
    world.clock.advance(0)
    const next = commit(world, [])
    expect(world.mempool.checkTx(tx('new'))).toMatchObject({
      error: {
        kind: 'rechecking',
        reason:
          'mempool is still rechecking after a new committed block, so it is considered as full',
      },
    })
    finish()
    await next
    world.answer = () => response(0)
    await settle(world.clock)
    expect(world.mempool.checkTx(tx('new'))).toMatchObject({ ok: true })
    expect(world.mempool.counts.recheckTimes).toBe(4)
  })

  test('a commit waits for checks under way, and checks wait for the commit', async () => {
    const world = makeWorld()
    let finish: (answer: CheckTxResponse) => void = () => undefined
    world.answer = () => new Promise((resolve) => (finish = resolve))
    const first = world.mempool.checkTx(tx('a'))
    let isLocked = false
    const locked = world.mempool.lock().then(() => (isLocked = true))
    await settle(world.clock)
    expect(isLocked).toBe(false)
    finish(response(0))
    await locked
    expect(await first).toMatchObject({ ok: true })
    world.answer = () => response(0)
    const second = world.mempool.checkTx(tx('b'))
    expect(world.mempool.size).toBe(1)
    world.mempool.unlock()
    expect(await second).toMatchObject({ ok: true })
    expect(texts(world.mempool.reapMaxTxs(-1))).toEqual(['a', 'b'])
  })

  test('what waits for the application counts as held', () => {
    const world = makeWorld({ size: 2 })
    world.answer = () => new Promise(() => undefined)
    void world.mempool.checkTx(tx('a'))
    void world.mempool.checkTx(tx('b'))
    expect(world.mempool.checkTx(tx('c'))).toMatchObject({ error: { kind: 'full', numTxs: 2 } })
  })

  test('tells once when there is something to propose', async () => {
    const world = makeWorld()
    let calls = 0
    world.mempool.whenTxsAvailable(() => calls++)
    await settle(world.clock)
    expect(calls).toBe(0)
    void world.mempool.checkTx(tx('a'))
    void world.mempool.checkTx(tx('b'))
    expect(calls).toBe(0)
    await settle(world.clock)
    expect(calls).toBe(1)
    world.mempool.whenTxsAvailable(() => calls++)
    await settle(world.clock)
    expect(calls).toBe(2)
  })

  test('holds a transaction to the limits of the chain', async () => {
    const world = makeWorld()
    await world.mempool.lock()
    const limits = { maxDataBytes: 10n, maxGas: 5n }
    world.mempool.update({ height: 1n, txs: [], hashes: [], results: [], limits })
    world.mempool.unlock()
    expect(world.mempool.checkTx(tx('123456789'))).toMatchObject({
      error: { kind: 'pre-check', reason: 'tx pre check: tx size is too big: 11, max: 10' },
    })
    world.answer = () => response(0, 6n)
    expect(world.mempool.checkTx(tx('a'))).toMatchObject({ ok: true, value: { code: 0 } })
    expect(world.mempool.size).toBe(0)
  })

  test.each([
    ['bytes', { maxDataBytes: 10n, maxGas: -1n }, ['gas', '12345678', 'a']],
    ['gas', { maxDataBytes: -1n, maxGas: 5n }, ['123456789', '12345678', 'a']],
    ['both', { maxDataBytes: 10n, maxGas: 5n }, ['12345678', 'a']],
  ])('lets go of what narrower limits of %s leave no room for', async (_, limits, kept) => {
    const world = makeWorld({ recheck: false, keepInvalidTxsInCache: true })
    const { mempool } = world
    world.answer = ({ tx: { length } }) => response(0, length === 3 ? 9n : 1n)
    for (const text of ['123456789', 'gas', '12345678', 'a']) void mempool.checkTx(tx(text))
    await mempool.lock()
    const late = mempool.checkTx(tx('987654321'))
    mempool.update({ height: 1n, txs: [], hashes: [], results: [], limits })
    mempool.unlock()
    const isLateKept = (await late).ok
    expect(isLateKept).toBe(limits.maxDataBytes === -1n)
    const all = isLateKept ? [...kept, '987654321'] : kept
    expect(texts(mempool.reapMaxTxs(-1))).toEqual(all)
    expect(mempool.counts.evictedTxs).toBe(4 - kept.length)
    // It was not invalid: with more room it may come again.
    await commit(world, [])
    void mempool.checkTx(tx('gas'))
    void mempool.checkTx(tx('123456789'))
    expect(new Set(texts(mempool.reapMaxTxs(-1)))).toEqual(new Set([...all, 'gas', '123456789']))
  })

  test('an application that asks for less gas than none is not believed', async () => {
    const world = makeWorld()
    await world.mempool.lock()
    const limits = { maxDataBytes: -1n, maxGas: 5n }
    world.mempool.update({ height: 1n, txs: [], hashes: [], results: [], limits })
    world.mempool.unlock()
    world.answer = () => response(0, -1n)
    void world.mempool.checkTx(tx('a'))
    expect(world.mempool.size).toBe(0)
  })

  test('keeps a copy of what came in a message, and remembers who sent it', () => {
    const { mempool } = makeWorld()
    const message = Uint8Array.of(1, 2, 3, 4)
    void mempool.checkTx(message.subarray(1, 3), 'p1')
    void mempool.checkTx(message.subarray(1, 3), 'p2')
    const entry = mempool.get(nobleCrypto.sha256(Uint8Array.of(2, 3)))
    message.fill(0)
    expect(entry?.tx).toEqual(Uint8Array.of(2, 3))
    expect(entry?.tx.buffer).not.toBe(message.buffer)
    const large = new Uint8Array(2000).fill(7)
    void mempool.checkTx(large, 'p1')
    expect(mempool.get(nobleCrypto.sha256(large))?.tx).toEqual(large)
    expect(['p1', 'p2', 'p3'].map((peer) => entry?.hasSender(peer))).toEqual([true, true, false])
    expect(entry?.isLocal).toBe(false)
  })

  test('the cache forgets the least recently seen', () => {
    const { mempool, asked } = makeWorld({ cacheSize: 2 })
    for (const text of ['a', 'b', 'a', 'c', 'b']) void mempool.checkTx(tx(text))
    expect(asked.map(({ tx: one }) => fromUtf8(one))).toEqual(['a', 'b', 'c', 'b'])
    expect(mempool.size).toBe(3)
  })

  test('a flush forgets all, the cache included', async () => {
    const world = makeWorld()
    void world.mempool.checkTx(tx('a'))
    await commit(world, [])
    const waiting = world.mempool.checkTx(tx('b'))
    world.mempool.flush()
    expect(await waiting).toMatchObject({ ok: true })
    expect(texts(world.mempool.reapMaxTxs(-1))).toEqual(['b'])
    expect(world.mempool.checkTx(tx('a'))).toMatchObject({ ok: true })
  })
})
