// The watch lets nothing that it found be lost when the node stops.

import { describe, expect, test } from 'vitest'
import type { FaultReport } from '../../core/faults/index.ts'
import type { Vote } from '../../core/types/index.ts'
import { EventBus } from '../events/index.ts'
import { silentLogger } from '../memory/index.ts'
import type { EvidenceStore } from './evidence-store.ts'
import { FaultWatch } from './fault-watch.ts'
import type { FaultWatchOptions } from './fault-watch.ts'

describe('FaultWatch', () => {
  test('settle: waits until what was found is in the store', async () => {
    const kept = { isDone: false, finish: (): void => undefined }
    const report = { kind: 'equivocation', evidence: { kind: 'duplicate-vote' } } as FaultReport
    const watch = new FaultWatch({
      detector: { onConflictingVotes: () => [report], waitingAt: () => [] },
      store: {
        chainState: { evidenceRule: 'comet' },
        add: () =>
          new Promise((resolve) => {
            kept.finish = (): void => {
              kept.isDone = true
              resolve({ kind: 'pending' })
            }
          }),
      } as unknown as EvidenceStore,
      eventBus: new EventBus(),
      logger: silentLogger,
      blockStore: {},
      stateStore: {},
    } as unknown as FaultWatchOptions)
    watch.onConflictingVotes({} as Vote, {} as Vote)
    const settled = watch.settle().then(() => kept.isDone)
    await Promise.resolve()
    kept.finish()
    expect(await settled).toBe(true)
  })
})
