import { test } from 'vitest'
import { MemoryFiles, MemoryKeyValueStore } from '../memory/index.ts'
import { Cluster } from './cluster.fixture.ts'
import type { Disk } from './cluster.fixture.ts'
test('dbg', async () => {
  const cluster = new Cluster({ size: 2 })
  let steps = 0
  let left: Disk | null = null
  const at = Number(process.env['AT'] ?? 12)
  const hook = (s: unknown): void => {
    if (steps < 30) console.log(steps, JSON.stringify(s))
    if (steps++ !== at) return
    left = { files: files.crash(), store: store.crash() }
  }
  const files: MemoryFiles = new MemoryFiles({ beforeStep: hook })
  const store: MemoryKeyValueStore = new MemoryKeyValueStore({ beforeBatch: hook })
  await files.makeDirectory('/node')
  const B = await cluster.start(1, await Cluster.freshDisk())
  await cluster.start(0, { files, store }).catch((e) => console.log('start', e))
  await cluster.until(() => left !== null)
  if (cluster.running[0] !== null) await cluster.abandon(0)
  const A = await cluster.start(0, left!)
  await cluster.until(() => cluster.heightOf(0) > 3n, 30_000).catch((e) => console.log(String(e)))
  for (const r of [A, B]) {
    console.log('=====')
    console.log(r.logger.lines.map((l) => l.level + ' ' + l.message + ' ' + JSON.stringify(l.fields, (_, v) => typeof v === 'bigint' ? String(v) : v)).join('\n'))
  }
})
