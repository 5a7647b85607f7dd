// Whole replicas that keep every promise are acquitted, and judging them costs little.

import { expect, test } from 'vitest'
import { Cluster } from '../replica/cluster.fixture.ts'
import { WatchedCluster } from './replicas.fixture.ts'

const NODES = [0, 1, 2, 3]

for (const lockRule of ['comet-legacy', 'paper'] as const) {
  test(`court: acquits four replicas, one of which returns, by ${lockRule}`, async () => {
    const watched = new WatchedCluster({ size: 4, genesis: { lockRule } })
    const { cluster, court } = watched
    for (const index of NODES) await watched.start(index, await Cluster.freshDisk())
    watched.see({ kind: 'healed', atMs: watched.atMs, core: [0, 1, 2] })
    const reach = (height: bigint, nodes: readonly number[]): Promise<void> =>
      cluster.until(() => nodes.every((index) => cluster.heightOf(index) >= height))
    await reach(2n, NODES)
    const disk = await cluster.stop(3)
    watched.see({ kind: 'crashed', atMs: watched.atMs, node: 3 })
    await reach(8n, [0, 1, 2])
    await watched.start(3, disk)
    await reach(10n, NODES)
    watched.see({ kind: 'ended', atMs: watched.atMs })
    await cluster.stopAll()
    expect(court.violations()).toEqual([])
    const kinds = watched.facts.map(({ kind }) => kind)
    expect(kinds.filter((kind) => kind === 'committed').length).toBeGreaterThanOrEqual(36)
    expect(kinds.filter((kind) => kind === 'signed-vote').length).toBeGreaterThanOrEqual(60)
  })
}
