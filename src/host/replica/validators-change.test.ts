// Validators that leave and join: what is read from disk is judged by the set of its height.

import { expect, test } from 'vitest'
import { toBase64, toUtf8 } from '../../core/bytes/index.ts'
import { Cluster } from './cluster.fixture.ts'

const AWAY = 3

test('validators change: who restarts in the middle of it, or was away, goes on', async () => {
  const cluster = new Cluster({ size: 4, powers: [30n, 30n, 30n, 10n] })
  for (const index of [0, 1, 2, AWAY]) await cluster.start(index, await Cluster.freshDisk())
  const askFor = async (power: number): Promise<void> => {
    const key = toBase64(cluster.genesis.validators[AWAY]?.pubKey.bytes ?? new Uint8Array(0))
    await cluster.at(1).replica.mempool.checkTx(toUtf8(`val=ed25519!${key}!${power}`))
  }
  const sizes = new Set<number>()
  await cluster.until(() => cluster.heightOf(AWAY) >= 1n)
  const away = await cluster.stop(AWAY)
  for (let height = 2n; height <= 9n; height++) {
    await cluster.until(() => cluster.heightOf(0) >= height)
    if (height === 3n) await askFor(0)
    if (height === 5n) await askFor(15)
    sizes.add(cluster.at(0).replica.engine.state.validatorSet.size)
    await cluster.start(0, await cluster.stop(0))
  }
  expect(sizes).toEqual(new Set([4, 3]))
  await cluster.start(AWAY, away)
  await cluster.until(() => cluster.heightOf(AWAY) >= 12n)
  const { validators } = cluster.at(AWAY).replica.engine.chainState.validators
  expect(validators.map(({ votingPower }) => votingPower)).toEqual([30n, 30n, 30n, 15n])
  expect(cluster.equivocations()).toEqual([])
  await cluster.stopAll()
}, 30_000)
