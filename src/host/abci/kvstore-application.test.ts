// The kvstore's rules for transactions and validators, beyond the recorded chain.

import { describe, expect, test } from 'vitest'
import { fromUtf8, toBase64, toUtf8 } from '../../core/bytes/index.ts'
import { addressOf, nobleCrypto } from '../../core/crypto/index.ts'
import type { PublicKey } from '../../core/proto/index.ts'
import { defaultConsensusParams } from '../../core/types/index.ts'
import {
  CODE_IMPOSSIBLE_CHANGE,
  KvStoreApplication,
  serializeApplication,
  type Misbehavior,
} from './index.ts'
import { finalizeRequest, prepareRequest, processRequest } from './requests.fixture.ts'

const keyOf = (fill: number): PublicKey => ({
  type: 'ed25519',
  bytes: new Uint8Array(32).fill(fill),
})
const change = (fill: number, power: number | string): Uint8Array =>
  toUtf8(`val=ed25519!${toBase64(keyOf(fill).bytes)}!${power}`)

function started(): KvStoreApplication {
  const app = KvStoreApplication.inMemory(nobleCrypto)
  app.initChain({
    time: 0n,
    chainId: 'c',
    consensusParams: defaultConsensusParams,
    validators: [1, 2].map((fill) => ({ pubKey: keyOf(fill), power: 10n })),
    appStateBytes: new Uint8Array(0),
    initialHeight: 1n,
  })
  return app
}

const offence = (fill: number): Misbehavior => ({
  kind: 'duplicate-vote',
  validator: { address: addressOf(nobleCrypto, keyOf(fill)), power: 10n },
  height: 1n,
  time: 0n,
  totalVotingPower: 20n,
})

describe('kvstore', () => {
  test('accepts one separator with something on both sides', () => {
    const app = started()
    const code = (tx: string): number => app.checkTx({ tx: toUtf8(tx), kind: 'new' }).code
    expect(['a=b', 'a:b', 'ключ=значение'].map(code)).toEqual([0, 0, 0])
    expect(['', 'a', '=', 'a=', '=b', ':b', 'a:', 'a=b=c', 'a:b:c', 'a=b:c'].map(code)).toEqual(
      Array.from({ length: 10 }, () => 2),
    )
  })

  test('accepts validator changes of its form only', () => {
    const app = started()
    const code = (tx: Uint8Array): number => app.checkTx({ tx, kind: 'new' }).code
    const short = toUtf8(`val=ed25519!${toBase64(new Uint8Array(31))}!1`)
    expect([change(3, 5), change(3, '+5'), change(2, '-0')].map(code)).toEqual([0, 0, 0])
    const bad = [change(3, -1), change(3, ''), change(3, '1x'), change(3, `${2n ** 63n}`), short]
    expect(bad.map(code)).toEqual([2, 2, 2, 2, 2])
    expect(
      ['val=', 'val=a!b', 'val=bls!AAAA!1', 'val=x!y!1!2'].map((tx) => code(toUtf8(tx))),
    ).toEqual([2, 2, 2, 2])
  })

  test('takes no change into the mempool that no proposer would take', async () => {
    const app = started()
    const check = (tx: Uint8Array, kind: 'new' | 'recheck'): unknown => {
      const { code, log } = app.checkTx({ tx, kind })
      return [code, log]
    }
    const last = [CODE_IMPOSSIBLE_CHANGE, 'the last validator cannot be removed']
    const stranger = [CODE_IMPOSSIBLE_CHANGE, 'the key to remove is of no validator']
    expect(check(change(3, 0), 'new')).toEqual(stranger)
    expect(check(change(3, `${2n ** 60n}`), 'new')).toEqual([
      CODE_IMPOSSIBLE_CHANGE,
      expect.stringContaining('the total voting power would be 1152921504606846996, above'),
    ])
    const removals = [change(1, 0), change(2, 0)]
    expect(removals.map((tx) => check(tx, 'new'))).toEqual([
      [0, ''],
      [0, ''],
    ])
    expect(app.prepareProposal(prepareRequest(removals))).toHaveLength(1)
    app.finalizeBlock(finalizeRequest(1n, [change(1, 0)]))
    await app.commit()
    expect(removals.map((tx) => check(tx, 'recheck'))).toEqual([stranger, last])
    expect(app.prepareProposal(prepareRequest(removals))).toEqual([])
  })

  test('has the mempool ask again after a change of the validators, and only then', async () => {
    const app = started()
    const seen = serializeApplication(app)
    const commit = async (height: bigint, txs: Uint8Array[]): Promise<unknown> => {
      app.finalizeBlock(finalizeRequest(height, txs))
      await app.commit()
      return seen.isCheckStateless
    }
    expect(seen.isCheckStateless).toBe(true)
    expect(await commit(1n, [toUtf8('a=b')])).toBe(true)
    expect(await commit(2n, [change(3, 5)])).toBe(false)
    expect(await commit(3n, [toUtf8('a=c')])).toBe(true)
  })

  test('proposes `=` for `:` and leaves out what would halt the chain', () => {
    const app = started()
    const txs = [
      toUtf8('a:b'),
      toUtf8('bad'),
      change(3, 5),
      change(3, 6),
      change(4, 0),
      change(1, 0),
    ]
    const proposed = app.prepareProposal(prepareRequest(txs)).map(fromUtf8)
    expect(proposed).toEqual(['a=b', fromUtf8(change(3, 5)), fromUtf8(change(1, 0))])
    const punished = app.prepareProposal(
      prepareRequest([change(1, 5)], { misbehavior: [offence(1)] }),
    )
    expect(punished).toEqual([])
  })

  test('rejects blocks whose validator changes are impossible', () => {
    const app = started()
    const verdict = (...txs: Uint8Array[]): string => app.processProposal(processRequest(txs))
    expect(verdict(change(3, 5), toUtf8('a:b'))).toBe('accept')
    expect(verdict(toUtf8('bad'))).toBe('reject')
    expect(verdict(change(3, 5), change(3, 6))).toBe('reject')
    expect(verdict(change(4, 0))).toBe('reject')
    expect(verdict(change(1, 0), change(2, 0))).toBe('reject')
    expect(verdict(change(3, `${2n ** 62n}`))).toBe('reject')
    const misbehavior = [offence(1), offence(1)]
    expect(app.processProposal(processRequest([], { misbehavior }))).toBe('reject')
  })

  test('takes one vote of power for a duplicate vote, and passes over strangers', () => {
    const app = started()
    const misbehavior = [offence(2), offence(9)]
    const { validatorUpdates } = app.finalizeBlock(finalizeRequest(1n, [], { misbehavior }))
    expect(validatorUpdates).toEqual([{ pubKey: keyOf(2), power: 9n }])
  })

  test('answers the latest committed value whatever height is asked', async () => {
    const app = started()
    const ask = (data: string): unknown =>
      app.query({ data: toUtf8(data), path: '', height: 99n, prove: false })
    app.finalizeBlock(finalizeRequest(1n, [toUtf8('a=b')]))
    expect(await ask('a')).toMatchObject({ log: 'does not exist', value: null, height: 0n })
    await app.commit()
    expect(await ask('a')).toMatchObject({
      log: 'exists',
      value: toUtf8('b'),
      height: 1n,
      index: 0n,
    })
  })
})
