// Applications written with defineApp: receipts, determinism, and their state across restarts.

import { describe, expect, test } from 'vitest'
import { fromUtf8, toBase64, toHex, toUtf8 } from '../../core/bytes/index.ts'
import { nobleCrypto } from '../../core/crypto/index.ts'
import { MemoryKeyValueStore } from '../memory/index.ts'
import {
  CODE_TX_FAILED,
  CODE_TX_MALFORMED,
  defineApp,
  DefinedApplication,
  encodeAppTx,
  type AppDef,
  type StandardSchema,
} from './index.ts'
import {
  finalizeRequest,
  initChainRequest,
  prepareRequest,
  processRequest,
} from './requests.fixture.ts'

type Balances = Map<string, number>
interface Transfer {
  readonly from: string
  readonly to: string
  readonly amount: number
}

const ledger: AppDef<Balances, Transfer> = {
  name: 'ledger',
  state: () => new Map([['alice', 100]]),
  check(balances, tx) {
    if ((balances.get(tx.from) ?? 0) < tx.amount) throw new Error('insufficient funds')
  },
  apply(balances, tx, ctx) {
    balances.set(tx.from, (balances.get(tx.from) ?? 0) - tx.amount)
    if (tx.to === 'nobody') throw new Error('no such account')
    balances.set(tx.to, (balances.get(tx.to) ?? 0) + tx.amount)
    ctx.emit('transfer', { from: tx.from, amount: tx.amount, at: ctx.height })
  },
}

const open = <S, T>(
  def: AppDef<S, T>,
  store: MemoryKeyValueStore | null = null,
): Promise<DefinedApplication<S, T>> =>
  DefinedApplication.open(defineApp(def), { crypto: nobleCrypto, store })

const transfer = (from: string, to: string, amount: number): Uint8Array =>
  encodeAppTx({ from, to, amount })

const key = new Uint8Array(32).fill(5)

describe('defined application', () => {
  test('executes transactions, and checks each against the state it then meets', async () => {
    const app = await open(ledger)
    const txs = [transfer('alice', 'bob', 70), transfer('alice', 'eve', 70)]
    expect(txs.map((tx) => app.checkTx({ tx, kind: 'new' }).code)).toEqual([0, 0])
    const { txResults } = app.finalizeBlock(finalizeRequest(1n, txs))
    expect(txResults.map(({ code, log }) => [code, log])).toEqual([
      [0, ''],
      [CODE_TX_FAILED, 'insufficient funds'],
    ])
    expect(txResults[0]?.events).toEqual([
      {
        type: 'transfer',
        attributes: [
          { key: 'from', value: 'alice', index: true },
          { key: 'amount', value: '70', index: true },
          { key: 'at', value: '1', index: true },
        ],
      },
    ])
    await app.commit()
    expect([...app.state]).toEqual([
      ['alice', 30],
      ['bob', 70],
    ])
  })

  test('a transaction that throws half-way leaves nothing but a failed receipt', async () => {
    const app = await open(ledger)
    const before = app.info().lastBlockAppHash
    const given = app.finalizeBlock(finalizeRequest(1n, [transfer('alice', 'nobody', 1)]))
    expect(given.txResults).toMatchObject([
      { code: CODE_TX_FAILED, log: 'no such account', codespace: 'ledger', events: [] },
    ])
    expect(toHex(given.appHash)).toBe(toHex(before))
    expect(app.state.get('alice')).toBe(100)
  })

  test('the app hash is the SHA-256 of the canonical state, and of the penalties', async () => {
    const state = '{"$map":[["alice",100]]}'
    const plain = await open({ ...ledger, slashing: false })
    expect(plain.initChain(initChainRequest()).appHash).toEqual(nobleCrypto.sha256(toUtf8(state)))
    const app = await open(ledger)
    const { appHash } = app.initChain(initChainRequest())
    const { value } = app.query({ data: toUtf8(''), path: '/slashing', height: 0n, prove: false })
    const penalties = toHex(nobleCrypto.sha256(value ?? toUtf8('')))
    expect(appHash).toEqual(nobleCrypto.sha256(toUtf8(`${state}\n${penalties}`)))
  })

  test('refuses what is no canonical JSON, in mempool, blocks and proposals', async () => {
    const app = await open(ledger)
    const bad = ['{"to":"b","from":"a","amount":1}', '{"a": 1}', 'x', ''].map((text) =>
      toUtf8(text),
    )
    for (const tx of bad) {
      expect(app.checkTx({ tx, kind: 'new' }).code).toBe(CODE_TX_MALFORMED)
      expect(app.processProposal(processRequest([tx]))).toBe('reject')
    }
    const { txResults } = app.finalizeBlock(finalizeRequest(1n, bad))
    expect(txResults.map(({ code }) => code)).toEqual([2, 2, 2, 2])
    const mixed = [...bad, transfer('alice', 'bob', 1), transfer('bob', 'eve', 1)]
    expect(app.prepareProposal(prepareRequest(mixed))).toEqual([transfer('alice', 'bob', 1)])
  })

  test('asks the schema, and refuses one that answers by a promise', async () => {
    const schema = (validate: (value: unknown) => unknown): StandardSchema<Transfer> => ({
      '~standard': {
        version: 1,
        vendor: 'test',
        validate: validate as StandardSchema<Transfer>['~standard']['validate'],
      },
    })
    const tx = transfer('alice', 'bob', 1)
    const strict = await open({
      ...ledger,
      tx: schema(() => ({ issues: [{ message: 'amount is odd' }] })),
    })
    expect(strict.checkTx({ tx, kind: 'new' })).toMatchObject({ code: 2, log: 'amount is odd' })
    const later = await open({ ...ledger, tx: schema(() => Promise.resolve({ value: 1 })) })
    expect(later.checkTx({ tx, kind: 'new' }).log).toContain('asynchronous')
    const mapping = await open({
      ...ledger,
      tx: schema((value) => ({ value: { ...(value as Transfer), to: 'carol' } })),
    })
    mapping.finalizeBlock(finalizeRequest(1n, [tx]))
    expect(mapping.state.get('carol')).toBe(1)
  })

  test('random numbers depend on block and place only, and differ between them', async () => {
    const draws: AppDef<{ drawn: number[] }, null> = {
      name: 'dice',
      state: { drawn: [] },
      check: (_state, _tx, ctx) => void ctx.random(),
      apply: (state, _tx, ctx) => void state.drawn.push(ctx.random(), ctx.random()),
      endBlock: (state, ctx) => void state.drawn.push(ctx.random()),
    }
    const play = async (): Promise<readonly number[]> => {
      const app = await open(draws)
      const txs = [encodeAppTx(null), encodeAppTx(null)]
      app.finalizeBlock(finalizeRequest(1n, txs))
      await app.commit()
      app.finalizeBlock(finalizeRequest(2n, txs))
      return [...app.state.drawn]
    }
    const first = await play()
    expect(await play()).toEqual(first)
    expect(new Set(first).size).toBe(10)
    expect(first.every((number) => number >= 0 && number < 1)).toBe(true)
  })

  test('sees block, proposer and offences, and changes validators', async () => {
    const seen: unknown[] = []
    const app = await open<{ n: number }, number>({
      name: 'watch',
      state: { n: 0 },
      apply(state, tx, ctx) {
        state.n += tx
        ctx.updateValidator(toBase64(key), BigInt(tx))
      },
      endBlock: (_state, ctx) =>
        void seen.push(ctx.height, ctx.time.toISOString(), ctx.proposer, ctx.faults),
    })
    const validator = { address: Uint8Array.of(0xcd), power: 7n }
    const { validatorUpdates } = app.finalizeBlock(
      finalizeRequest(3n, [encodeAppTx(1), encodeAppTx(2)], {
        misbehavior: [
          { kind: 'duplicate-vote', validator, height: 2n, time: 0n, totalVotingPower: 9n },
        ],
      }),
    )
    expect(validatorUpdates).toEqual([{ pubKey: { type: 'ed25519', bytes: key }, power: 2n }])
    expect(seen).toEqual([
      3n,
      '2023-11-14T22:13:20.000Z',
      'AB',
      [{ kind: 'equivocation', validator: 'CD', height: 2n, votingPower: 7n }],
    ])
  })

  test('a check that answers later is refused, and what it finds harms nobody', async () => {
    const late: unknown = async () => {
      await Promise.resolve()
      throw new Error('too late')
    }
    const app = await open<{ n: number }, number>({
      name: 'late',
      state: { n: 0 },
      check: late as () => void,
      apply: () => undefined,
    })
    const { code, log } = app.checkTx({ tx: encodeAppTx(1), kind: 'new' })
    expect([code === 0, log]).toEqual([false, 'a check cannot be asynchronous'])
    // A rejection that nobody handles would end the test run.
    await new Promise((resolve) => setImmediate(resolve))
  })

  test('a check that tries to change the state is refused and changes nothing', async () => {
    const app = await open<{ n: number }, number>({
      name: 'sly',
      state: { n: 0 },
      check: (state) => void ((state as { n: number }).n = 1),
      apply: () => undefined,
    })
    expect(app.checkTx({ tx: encodeAppTx(1), kind: 'new' }).log).toContain('cannot be changed here')
    expect(app.state.n).toBe(0)
  })

  test('goes on from its store with the same state, the same order and the same hash', async () => {
    const store = new MemoryKeyValueStore()
    const app = await open(ledger, store)
    app.finalizeBlock(finalizeRequest(1n, [transfer('alice', 'bob', 7)]))
    const { appHash } = app.finalizeBlock(finalizeRequest(1n, [transfer('alice', 'zoe', 7)]))
    await app.commit()
    const again = await open(ledger, store)
    expect(again.info()).toMatchObject({ lastBlockHeight: 1n, lastBlockAppHash: appHash })
    expect([...again.state]).toEqual([
      ['alice', 93],
      ['zoe', 7],
    ])
  })

  test('a block executed again before its commit replaces the first attempt', async () => {
    const app = await open(ledger)
    app.finalizeBlock(finalizeRequest(1n, [transfer('alice', 'bob', 7)]))
    app.finalizeBlock(finalizeRequest(1n, [transfer('alice', 'bob', 8)]))
    expect(app.state.get('alice')).toBe(92)
  })

  test('answers queries for the whole state and for a value inside it', async () => {
    const app = await open(ledger)
    const ask = (data: string): [string, string | null] => {
      const { log, value } = app.query({ data: toUtf8(data), path: '', height: 0n, prove: false })
      return [log, value === null ? null : fromUtf8(value)]
    }
    expect(ask('')).toEqual(['exists', '{"$map":[["alice",100]]}'])
    expect(ask('["alice"]')).toEqual(['exists', '100'])
    expect(ask('["bob"]')).toEqual(['does not exist', null])
    expect(ask('alice')).toEqual(['the query data must be a JSON list of keys', null])
  })
})
