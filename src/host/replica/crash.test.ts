// A validator that loses power at any step on its disk starts again, signs nothing twice, and the
// chain goes on as if nothing had been.

import { describe, expect, test } from 'vitest'
import { MemoryFiles, MemoryKeyValueStore } from '../memory/index.ts'
import type { Keep } from '../memory/index.ts'
import { Cluster } from './cluster.fixture.ts'
import type { Disk } from './cluster.fixture.ts'

const CRASHING = 0
const OTHER = 1
/** The heights whose steps are tried one by one, and the height reached after the crash. */
const LAST_HEIGHT = 3n
const TARGET = 5n
const DOWN_MS = 100

/** What a loss of power keeps of the changes that were not synced. */
const LOSSES: readonly { readonly name: string; readonly keep: Keep; readonly batches: number }[] =
  [
    { name: 'everything', keep: () => false, batches: 0 },
    { name: 'nothing', keep: () => true, batches: Infinity },
    { name: 'every other change', keep: (_, i) => i % 2 === 1, batches: 1 },
    {
      name: 'all but the first bytes of writes',
      keep: (change) => change.kind === 'write' && 21,
      batches: 0,
    },
  ]

/** A disk that loses power before step `crashAt`; `left` is what is on it then. */
class FragileDisk {
  steps = 0
  isFragile = true
  left: Disk | null = null
  readonly disk: Promise<Disk>

  constructor(crashAt: number, loss: (typeof LOSSES)[number]) {
    const beforeStep = (): void => {
      if (!this.isFragile || this.steps++ !== crashAt) return
      this.left = { files: files.crash(loss.keep), store: store.crash(loss.batches) }
    }
    const files: MemoryFiles = new MemoryFiles({ beforeStep })
    const store: MemoryKeyValueStore = new MemoryKeyValueStore({ beforeBatch: beforeStep })
    this.disk = files.makeDirectory('/node').then(() => ({ files, store }))
  }
}

interface Outcome {
  readonly steps: number
  readonly crashed: boolean
}

async function crashOnce(crashAt: number, loss: (typeof LOSSES)[number]): Promise<Outcome> {
  const cluster = new Cluster({ size: 2 })
  const fragile = new FragileDisk(crashAt, loss)
  await cluster.start(OTHER, await Cluster.freshDisk())
  // A crash while starting rejects the start.
  await cluster.start(CRASHING, await fragile.disk).catch(() => undefined)
  const isOver = (): boolean => cluster.heightOf(CRASHING) >= LAST_HEIGHT
  await cluster.until(() => fragile.left !== null || isOver())
  fragile.isFragile = false
  const { left, steps } = fragile
  if (left !== null) {
    if (cluster.running[CRASHING] !== null) await cluster.abandon(CRASHING)
    // A second signature of one message would have another time.
    cluster.clock.advance(DOWN_MS)
    await cluster.start(CRASHING, left)
  }
  await cluster.until(() => [CRASHING, OTHER].every((i) => cluster.heightOf(i) >= TARGET))
  expect(cluster.equivocations()).toEqual([])
  await expectSameChain(cluster)
  await cluster.stopAll()
  return { steps, crashed: left !== null }
}

async function expectSameChain(cluster: Cluster): Promise<void> {
  for (let height = 1n; height <= TARGET; height++) {
    const [ours, theirs] = await Promise.all(
      [CRASHING, OTHER].map((i) => cluster.at(i).replica.blockStore.loadBlockMeta(height)),
    )
    expect(ours?.blockId).toEqual(theirs?.blockId)
    expect(ours?.header.appHash).toEqual(theirs?.header.appHash)
  }
}

describe('a crash at every step on the disk', () => {
  for (const loss of LOSSES) {
    test(`crash: with ${loss.name} unsynced lost, the chain goes on`, async () => {
      let steps = 0
      for (let crashAt = 0; ; crashAt++) {
        const outcome = await crashOnce(crashAt, loss).catch((error: unknown) => {
          throw new Error(`at step ${crashAt}`, { cause: error })
        })
        steps = crashAt
        if (!outcome.crashed) break
      }
      expect(steps).toBeGreaterThan(50)
    }, 60_000)
  }
})
