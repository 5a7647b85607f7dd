// Calls to one application do not overlap, and answer in the same turn while they can.

import { expect, test } from 'vitest'
import { nobleCrypto } from '../../core/crypto/index.ts'
import { KvStoreApplication, serializeApplication, type Application } from './index.ts'

const request = { tx: Uint8Array.of(1), kind: 'new' } as const

test('serialised application: an answer of the same turn stays one', () => {
  const app = serializeApplication(KvStoreApplication.inMemory(nobleCrypto))
  expect(app.checkTx(request)).toMatchObject({ code: 2 })
  expect(app.listSnapshots).toBeUndefined()
  expect(app.isCheckStateless).toBe(true)
})

test('serialised application: a call waits for the one before it, failed or not', async () => {
  const log: string[] = []
  let finish: (failure?: Error) => void = () => undefined
  const inner: Application = {
    ...({} as Application),
    commit: () =>
      new Promise((resolve, reject) => {
        log.push('commit')
        finish = (failure) =>
          failure === undefined ? resolve({ retainHeight: 0n }) : reject(failure)
      }),
    extendVote: () => {
      log.push('extend')
      return Uint8Array.of(1)
    },
    listSnapshots: () => [],
  }
  const app = serializeApplication(inner)
  const commit = app.commit()
  const extend = app.extendVote({} as never)
  expect(log).toEqual(['commit'])
  finish(new Error('disk'))
  await expect(commit).rejects.toThrow('disk')
  expect(await extend).toEqual(Uint8Array.of(1))
  expect(log).toEqual(['commit', 'extend'])
  await Promise.resolve()
  expect(app.listSnapshots?.()).toEqual([])
})
