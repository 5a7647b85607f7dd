// Applications written with defineApp: what offences in blocks cost validators, by whose policy.

import { describe, expect, test } from 'vitest'
import { fromUtf8, toBase64, toHexUpper, toUtf8 } from '../../core/bytes/index.ts'
import { addressOf, nobleCrypto } from '../../core/crypto/index.ts'
import type { FinalizeBlockResponse, ValidatorUpdate } from '../../core/proto/index.ts'
import { DEFAULT_SLASHING_POLICY } from '../../core/types/index.ts'
import { MemoryKeyValueStore } from '../memory/index.ts'
import { defineApp, DefinedApplication, encodeAppTx } from './index.ts'
import type { AppDef, Misbehavior } from './index.ts'
import { finalizeRequest, initChainRequest } from './requests.fixture.ts'

const validators: readonly ValidatorUpdate[] = [1, 2, 3, 4].map((byte) => ({
  pubKey: { type: 'ed25519', bytes: new Uint8Array(32).fill(byte) },
  power: 10n,
}))
const keyAt = (index: number): ValidatorUpdate['pubKey'] => {
  const { pubKey } = validators[index] ?? {}
  if (pubKey === undefined) throw new RangeError(`no validator ${index}`)
  return pubKey
}
const misbehavior = (
  index: number,
  kind: Misbehavior['kind'] = 'duplicate-vote',
  height = 3n,
): Misbehavior => ({
  kind,
  validator: { address: addressOf(nobleCrypto, keyAt(index)), power: 10n },
  height,
  time: 0n,
  totalVotingPower: 40n,
})

interface Power {
  readonly index: number
  readonly power: number
}

/** Counts, and gives powers away to whoever asks. */
const app: AppDef<{ n: number }, Power> = {
  name: 'powers',
  state: { n: 0 },
  apply(state, { index, power }, ctx) {
    state.n += 1
    ctx.updateValidator(toBase64(keyAt(index).bytes), BigInt(power))
  },
}
const open = async (
  change: Partial<typeof app> = {},
  store: MemoryKeyValueStore | null = null,
  start: Parameters<typeof initChainRequest>[0] = {},
): Promise<DefinedApplication<{ n: number }, Power>> => {
  const opened = await DefinedApplication.open(defineApp({ ...app, ...change }), {
    crypto: nobleCrypto,
    store,
  })
  if (opened.info().lastBlockHeight === 0n) {
    opened.initChain(initChainRequest({ validators, ...start }))
  }
  return opened
}
const told = ({ validatorUpdates }: FinalizeBlockResponse): [number, bigint][] =>
  validatorUpdates.map(({ pubKey, power }) => [(pubKey.bytes[0] ?? 0) - 1, power])
const textOf = (events: FinalizeBlockResponse['events']): string[] =>
  events.map(({ type, attributes }) =>
    [type, ...attributes.map(({ key, value }) => `${key}=${value}`)].join(' '),
  )

describe('defined application: slashing', () => {
  test('an equivocator loses all power, by default, and the world is told', async () => {
    const powers = await open()
    const given = powers.finalizeBlock(finalizeRequest(4n, [], { misbehavior: [misbehavior(3)] }))
    expect(told(given)).toEqual([[3, 0n]])
    const address = toHexUpper(addressOf(nobleCrypto, keyAt(3)))
    expect(textOf(given.events)).toEqual([
      `slash validator=${address} kind=equivocation height=3 cut=10 power=0 jailedUntil=0 ` +
        'tombstoned=true',
    ])
  })

  test('penalties are part of the app hash, whatever the order of offences', async () => {
    const offences = [misbehavior(1, 'downtime'), misbehavior(2), misbehavior(2)]
    const [here, there, elsewhere] = [await open(), await open(), await open()]
    const hashes = [
      here.finalizeBlock(finalizeRequest(4n, [], { misbehavior: offences })).appHash,
      there.finalizeBlock(finalizeRequest(4n, [], { misbehavior: offences.toReversed() })).appHash,
      elsewhere.finalizeBlock(finalizeRequest(4n, [])).appHash,
    ]
    expect(hashes[1]).toEqual(hashes[0])
    expect(hashes[2]).not.toEqual(hashes[0])
  })

  test('a transaction of the same block cannot give the power back', async () => {
    const powers = await open()
    const txs = [encodeAppTx({ index: 3, power: 70 }), encodeAppTx({ index: 2, power: 70 })]
    const given = powers.finalizeBlock(finalizeRequest(4n, txs, { misbehavior: [misbehavior(3)] }))
    expect(new Map(told(given))).toEqual(
      new Map([
        [3, 0n],
        [2, 70n],
      ]),
    )
  })

  test('a block executed again before its commit punishes once', async () => {
    const powers = await open({
      slashing: { equivocation: { fraction: [1, 2], tombstone: false } },
    })
    const request = finalizeRequest(4n, [], { misbehavior: [misbehavior(0)] })
    const first = powers.finalizeBlock(request)
    expect(told(first)).toEqual([[0, 5n]])
    expect(powers.finalizeBlock(request)).toEqual(first)
    await powers.commit()
    const later = finalizeRequest(5n, [], { misbehavior: [misbehavior(0)] })
    expect(told(powers.finalizeBlock(later))).toEqual([])
  })

  test('with slashing: false the application is told and punishes by itself', async () => {
    const powers = await open({
      slashing: false,
      endBlock(_state, ctx) {
        for (const { kind, votingPower } of ctx.faults) {
          if (kind === 'downtime') ctx.updateValidator(toBase64(keyAt(0).bytes), votingPower - 4n)
        }
      },
    })
    const offences = [misbehavior(3), misbehavior(0, 'downtime')]
    const given = powers.finalizeBlock(finalizeRequest(4n, [], { misbehavior: offences }))
    expect(told(given)).toEqual([[0, 6n]])
    const asked = powers.query({ data: toUtf8(''), path: '/slashing', height: 0n, prove: false })
    expect(asked.log).toBe('does not exist')
  })

  test('the policy of the genesis comes before that of the application', async () => {
    const lenient = { fraction: [1, 10], jailBlocks: 2, tombstone: false } as const
    const slashing = { ...DEFAULT_SLASHING_POLICY, equivocation: lenient }
    const powers = await open({ slashing: { equivocation: {} } }, null, { slashing })
    const blocks = [4n, 5n, 6n].map((height) => {
      const offences = height === 4n ? [misbehavior(0)] : []
      const given = powers.finalizeBlock(finalizeRequest(height, [], { misbehavior: offences }))
      void powers.commit()
      return [...told(given), ...textOf(given.events).map((text) => text.split(' ')[0])]
    })
    expect(blocks).toEqual([[[0, 0n], 'slash'], [], [[0, 9n], 'unjail']])
  })

  test('goes on from its store with the same policy, penalties and hash', async () => {
    const store = new MemoryKeyValueStore()
    const slashing = {
      equivocation: { fraction: [1, 2], jailBlocks: 3, tombstone: false },
    } as const
    const before = await open({ slashing }, store)
    const request = finalizeRequest(4n, [encodeAppTx({ index: 1, power: 11 })], {
      misbehavior: [misbehavior(0)],
    })
    const { appHash } = before.finalizeBlock(request)
    await before.commit()
    // The chain keeps the policy it began with.
    const after = await open({ slashing: {} }, store)
    expect(after.info()).toMatchObject({ lastBlockHeight: 4n, lastBlockAppHash: appHash })
    expect(after.state.n).toBe(1)
    for (const height of [5n, 6n, 7n]) {
      const request = finalizeRequest(height, [], { misbehavior: [misbehavior(0)] })
      const [one, other] = [before.finalizeBlock(request), after.finalizeBlock(request)]
      expect(other).toEqual(one)
      expect(told(one)).toEqual(height === 7n ? [[0, 5n]] : [])
      await before.commit()
      await after.commit()
    }
    await expect(open({ slashing: false }, store)).rejects.toThrow(
      'the stored state of "powers" was made with another choice of slashing',
    )
  })

  test('a query of /slashing answers policy and penalties', async () => {
    const powers = await open()
    powers.finalizeBlock(finalizeRequest(4n, [], { misbehavior: [misbehavior(3)] }))
    const ask = (keys: unknown): string => {
      const data = toUtf8(JSON.stringify(keys))
      const { value } = powers.query({ data, path: '/slashing', height: 0n, prove: false })
      return value === null ? '' : fromUtf8(value)
    }
    expect(ask(['policy', 'equivocation'])).toBe(
      '{"fraction":[1,1],"jailBlocks":0,"tombstone":true}',
    )
    expect(ask(['state', 'validators'])).toContain('"tombstoned":true')
  })

  test('a policy that cannot be stops defineApp with field, reason and cure', () => {
    const define = (slashing: unknown) => (): unknown =>
      defineApp({ ...app, slashing: slashing as false })
    expect(define({ downtime: { windw: 5 } })).toThrow(
      new TypeError(
        'the application "powers": slashing.downtime.windw is unknown; ' +
          'downtime has fraction, jailBlocks, tombstone, window, minSigned',
      ),
    )
    expect(define({ equivocation: { fraction: [2, 1] } })).toThrow(
      /: slashing\.equivocation\.fraction is not two whole numbers/u,
    )
    expect(define(true)).toThrow(/: slashing is not an object; \{\} means all defaults/u)
  })
})
