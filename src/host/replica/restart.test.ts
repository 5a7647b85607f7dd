import { expect, test } from 'vitest'
import { Cluster } from './cluster.fixture.ts'
import type { Disk } from './cluster.fixture.ts'
import { MemoryRandom } from '../memory/index.ts'

const SIZE = 4
const NODES = Array.from({ length: SIZE }, (_, i) => i)
const turn = (): Promise<void> => new Promise(setImmediate)

async function restart(seed: number): Promise<number[]> {
  const random = new MemoryRandom(seed)
  const draw = (n: number): number => (random.bytes(2)[0]! * 256 + random.bytes(1)[0]!) % n
  const cluster = new Cluster({ size: SIZE })
  for (const i of NODES) await cluster.start(i, await Cluster.freshDisk())
  await cluster.until(() => NODES.every((i) => cluster.heightOf(i) >= 1n))
  await cluster.until(() => NODES.some((i) => cluster.at(i).replica.engine.state.height === 2n && cluster.at(i).replica.engine.state.step !== 'new-height'))
  const order = NODES.map((i) => ({ i, k: draw(1000) })).toSorted((a, b) => a.k - b.k).map((x) => x.i)
  for (let n = draw(40); n > 0; n--) await turn()
  const disks: Disk[] = []
  for (const i of order) {
    disks[i] = await cluster.stop(i)
    for (let n = draw(12); n > 0; n--) await turn()
  }
  for (const i of order.toReversed()) {
    await cluster.start(i, disks[i]!)
    for (let n = draw(12); n > 0; n--) await turn()
  }
  const hs = NODES.map((i) => Number(cluster.heightOf(i)))
  const times: number[] = []
  let before = cluster.clock.monotonicMs()
  let height = cluster.heightOf(0)
  for (let n = 0; n < 3; n++) {
    height++
    await cluster.until(() => NODES.every((i) => cluster.heightOf(i) >= height))
    times.push(cluster.clock.monotonicMs() - before)
    before = cluster.clock.monotonicMs()
  }
  if (Math.max(...times) > 1300) {
    console.log('seed', seed, times, 'heights at restart', hs, 'order', order)
    if (process.env['SHOW']) for (const i of NODES) console.log(i, cluster.at(i).logger.lines.map((l) => l.level + ' ' + l.message + ' ' + JSON.stringify(l.fields, (_, v) => typeof v === 'bigint' ? String(v) : v)).join('\n'))
  }
  expect(cluster.equivocations()).toEqual([])
  await cluster.stopAll()
  return times
}

test('restart', async () => {
  const from = Number(process.env['FROM'] ?? 1), to = Number(process.env['TO'] ?? 120)
  for (let seed = from; seed <= to; seed++) await restart(seed)
}, 120_000)
