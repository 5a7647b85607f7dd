// A stored chain belongs to one genesis: rules that decide which blocks are valid, or what faults
// cost, cannot change below it.

import { expect, test } from 'vitest'
import { DEFAULT_SLASHING_POLICY } from '../../core/types/index.ts'
import type { Genesis } from '../../core/types/index.ts'
import { Cluster } from './cluster.fixture.ts'

const { downtime } = DEFAULT_SLASHING_POLICY
const strict = { ...DEFAULT_SLASHING_POLICY, downtime: { ...downtime, minSigned: 6 } }

test('other chain: a home whose genesis says other rules or penalties does not start', async () => {
  const genesis: Partial<Genesis> = { evidenceRule: 'all', slashing: strict }
  const cluster = new Cluster({ size: 1, genesis })
  await cluster.start(0, await Cluster.freshDisk())
  await cluster.until(() => cluster.heightOf(0) >= 2n)
  const disk = await cluster.stop(0)
  const startAs = async (change: Partial<Genesis>): Promise<string> => {
    const other = new Cluster({ size: 1, genesis: { ...genesis, ...change } })
    try {
      await other.start(0, { ...disk, store: disk.store.reopen() })
    } catch (error) {
      return String(error)
    }
    await other.stopAll()
    return 'started'
  }
  const costs =
    'genesis: quadrille.slashing: what faults cost cannot change once a chain has blocks'
  expect(await startAs({ slashing: DEFAULT_SLASHING_POLICY })).toContain(costs)
  expect(
    await startAs({ slashing: { ...strict, downtime: { ...downtime, window: 99 } } }),
  ).toContain(costs)
  expect(await startAs({ evidenceRule: 'comet' })).toContain('genesis: quadrille: the rules of a')
  expect(await startAs({ chainId: 'other' })).toContain('genesis: chain_id: the stored blocks are')
  expect(await startAs({ slashing: { ...strict } })).toBe('started')
})
