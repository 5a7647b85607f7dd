// A network that is stopped and started again goes on at its usual pace, wherever each node stood.

import { describe, expect, test } from 'vitest'
import { MemoryRandom } from '../memory/index.ts'
import { Cluster } from './cluster.fixture.ts'
import type { Disk } from './cluster.fixture.ts'

const SIZE = 4
const NODES = Array.from({ length: SIZE }, (_, i) => i)
const SEEDS = 16
/** The commit timeout of a second, and what the messages of a height may take. */
const LONGEST_HEIGHT_MS = 1300

const turn = (): Promise<void> => new Promise(setImmediate)

/** Stops all nodes somewhere within height 2 and starts them again: how long three heights take. */
async function restart(seed: number): Promise<number[]> {
  const random = new MemoryRandom(seed)
  const draw = (below: number): number => new DataView(random.bytes(4).buffer).getUint32(0) % below
  const pause = async (turns: number): Promise<void> => {
    for (let i = 0; i < turns; i++) await turn()
  }
  const cluster = new Cluster({ size: SIZE })
  for (const i of NODES) await cluster.start(i, await Cluster.freshDisk())
  const isAtWork = (i: number): boolean => {
    const { height, step } = cluster.at(i).replica.engine.state
    return height === 2n && step !== 'new-height'
  }
  await cluster.until(() => NODES.some(isAtWork))
  await pause(draw(40))
  const places = new Map(NODES.map((i) => [i, draw(1000)]))
  const order = NODES.toSorted((a, b) => (places.get(a) ?? 0) - (places.get(b) ?? 0))
  const disks: Disk[] = []
  for (const i of order) {
    disks[i] = await cluster.stop(i)
    await pause(draw(12))
  }
  for (const i of order.toReversed()) {
    await cluster.start(i, disks[i] ?? (await Cluster.freshDisk()))
    await pause(draw(12))
  }
  const times = await timesOfHeights(cluster, 3)
  expect(cluster.equivocations()).toEqual([])
  await cluster.stopAll()
  return times
}

async function timesOfHeights(cluster: Cluster, count: number): Promise<number[]> {
  const times: number[] = []
  let height = cluster.heightOf(0)
  for (let n = 0; n < count; n++) {
    const before = cluster.clock.monotonicMs()
    height++
    await cluster.until(() => NODES.every((i) => cluster.heightOf(i) >= height))
    times.push(cluster.clock.monotonicMs() - before)
  }
  return times
}

describe('a network that starts again', () => {
  test(`restart: from ${SEEDS} moments, no height waits for a repair or a round`, async () => {
    for (let seed = 1; seed <= SEEDS; seed++) {
      const longest = Math.max(...(await restart(seed)))
      expect(longest, `seed ${seed}`).toBeLessThan(LONGEST_HEIGHT_MS)
    }
  }, 30_000)
})
