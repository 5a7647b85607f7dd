// What was found before its height was decided is found again after a restart.

import { describe, expect, test } from 'vitest'
import { DEFAULT_FAULT_DETECTOR_CONFIG, FaultDetector } from '../../core/faults/index.ts'
import { CHAIN_ID } from '../../core/types/chain.fixture.ts'
import type { DuplicateVoteEvidence } from '../../core/types/index.ts'
import { nativeCrypto } from '../../node/platform/index.ts'
import { EventBus } from '../events/index.ts'
import { MemoryDisk } from '../memory/index.ts'
import { FaultNotes, FaultWatch } from './index.ts'
import { Desk } from './desk.fixture.ts'

async function watchOf(desk: Desk, database: ReturnType<MemoryDisk['openStore']>) {
  const { node, store, logger } = desk
  const watch = new FaultWatch({
    detector: new FaultDetector({
      crypto: nativeCrypto,
      chainId: CHAIN_ID,
      initialHeight: 1n,
      lockRule: 'comet-legacy',
      config: DEFAULT_FAULT_DETECTOR_CONFIG,
    }),
    store,
    notes: new FaultNotes(nativeCrypto, database),
    eventBus: new EventBus(),
    logger,
    blockStore: node.blockStore,
    stateStore: node.stateStore,
  })
  await watch.resume(node.chainState)
  return watch
}

/** Two votes of height 2, before there is a block of it. */
async function found(): Promise<{ desk: Desk; piece: DuplicateVoteEvidence }> {
  const desk = await Desk.at(1n)
  return { desk, piece: await desk.evidenceOf({ height: 2n }) }
}

async function noticed(desk: Desk, disk: MemoryDisk, piece: DuplicateVoteEvidence): Promise<void> {
  const watch = await watchOf(desk, disk.openStore('notes'))
  watch.enterHeight(2n, desk.node.chainState.validators)
  watch.onConflictingVotes(piece.voteB, piece.voteA)
  await watch.settle()
}

describe('FaultNotes', () => {
  test('restart: a conflict that waited for its block is evidence once that is there', async () => {
    const { desk, piece } = await found()
    const disk = new MemoryDisk()
    await noticed(desk, disk, piece)
    expect(desk.store.size).toBe(0)
    const again = await watchOf(desk, disk.openStore('notes'))
    const block = await desk.node.propose()
    await desk.node.apply(block)
    await again.update(desk.node.chainState, block.block)
    expect([...desk.store.pieces()].map(({ evidence }) => evidence)).toEqual([
      { ...piece, timestamp: block.block.header.time },
    ])
  })

  test('restart: a conflict whose block came before the crash is evidence at once', async () => {
    const { desk, piece } = await found()
    const disk = new MemoryDisk()
    await noticed(desk, disk, piece)
    await desk.grow(2n)
    await watchOf(desk, disk.openStore('notes'))
    expect(desk.store.size).toBe(1)
    // The note has done its work.
    expect(await new FaultNotes(nativeCrypto, disk.openStore('notes')).load()).toEqual([])
  })

  test('notes: what is damaged is left out', async () => {
    const { desk, piece } = await found()
    const disk = new MemoryDisk()
    await noticed(desk, disk, piece)
    const store = disk.openStore('notes')
    for await (const [key, value] of store.iterate({ limit: 9 })) {
      const spoilt = value.with(40, (value[40] ?? 0) ^ 1)
      await store.batch([{ put: [key, spoilt] }], { sync: true })
    }
    expect(await new FaultNotes(nativeCrypto, store).load()).toEqual([])
  })
})
