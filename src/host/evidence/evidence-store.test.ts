// The life of evidence: judged, pending, in a block once, expired; bounded whatever comes.

import { describe, expect, test } from 'vitest'
import { fromUtf8, toUtf8 } from '../../core/bytes/index.ts'
import { defaultConsensusParams, evidenceByteSize, offenceKey } from '../../core/types/index.ts'
import type { DoubleProposalEvidence, Evidence } from '../../core/types/index.ts'
import { nativeCrypto, systemClock } from '../../node/platform/index.ts'
import { MemoryDisk, MemoryKeyValueStore } from '../memory/index.ts'
import { Desk, alteredCopy } from './desk.fixture.ts'
import { MAX_PENDING_PER_VALIDATOR, MAX_WAITING_PER_SENDER, loadPendingEvidence } from './index.ts'
import { MAX_REFUSED } from './refused.ts'

const SECOND = 1_000_000_000n

/** Counts what is read of it. */
class CountingStore extends MemoryKeyValueStore {
  reads = 0

  override get(key: Uint8Array): ReturnType<MemoryKeyValueStore['get']> {
    this.reads++
    return super.get(key)
  }
}

describe('EvidenceStore', () => {
  test('add: what is proved waits, stands in the next block, and never again', async () => {
    const database = new MemoryKeyValueStore()
    const desk = await Desk.open(database)
    await desk.grow(2n)
    const evidence = await desk.evidenceOf()
    expect(await desk.store.add(evidence, 'rpc')).toEqual({ kind: 'added' })
    expect(await desk.store.add(evidence, 'rpc')).toEqual({ kind: 'pending' })
    expect(await desk.nextEvidence()).toEqual([evidence])
    expect(desk.store.size).toBe(0)
    const left = database.iterate({ gte: toUtf8('ep'), lt: toUtf8('eq'), limit: 1 })
    for await (const [key] of left) throw new Error(`${fromUtf8(key)} is left`)
    expect(await desk.store.add(evidence, 'rpc')).toEqual({ kind: 'committed' })
    const again = await Desk.open(database)
    expect(await again.store.add(evidence, 'a peer')).toEqual({ kind: 'committed' })
    expect(await again.nextEvidence()).toEqual([])
  })

  test('add: what waits outlives a restart', async () => {
    const database = new MemoryKeyValueStore()
    const desk = await Desk.open(database)
    await desk.grow(2n)
    const evidence = await desk.evidenceOf()
    await desk.store.add(evidence, 'detector')
    expect(await (await Desk.open(database)).nextEvidence()).toEqual([evidence])
  })

  test('left behind: what waited is read by height, without what is damaged', async () => {
    const database = new MemoryKeyValueStore()
    const desk = await Desk.open(database)
    await desk.grow(12n)
    // By their names in the database the tenth height comes before the second.
    const pieces = await Promise.all([10n, 2n, 3n].map((height) => desk.evidenceOf({ height })))
    for (const piece of pieces) await desk.store.add(piece, 'rpc')
    const [ten, two, three] = pieces
    expect(await loadPendingEvidence(nativeCrypto, database)).toEqual([two, three, ten])
    for await (const [key, value] of database.iterate({
      gte: toUtf8('ep'),
      lt: toUtf8('eq'),
      limit: 1,
    })) {
      await database.batch([{ put: [key, value.with(40, (value[40] ?? 0) ^ 1)] }], { sync: false })
    }
    expect(await loadPendingEvidence(nativeCrypto, database)).toEqual([two, three])
  })

  test('add: an altered copy is the same offence, before and after its block', async () => {
    const desk = await Desk.at(2n)
    const evidence = await desk.evidenceOf()
    const copy = alteredCopy(evidence)
    await desk.store.add(evidence, 'rpc')
    expect(await desk.store.add(copy, 'rpc')).toEqual({ kind: 'pending' })
    await desk.nextEvidence()
    expect(await desk.store.add(copy, 'rpc')).toEqual({ kind: 'committed' })
    // A block may carry it where CometBFT would take it, and nowhere else.
    expect(await desk.store.check(desk.node.chainState, copy)).toBeNull()
    expect(await desk.store.check(desk.node.chainState, evidence)).toMatch(/committed before/)
    const strict = await Desk.at(2n, { evidenceRule: 'all' })
    await strict.store.add(await strict.evidenceOf(), 'rpc')
    await strict.nextEvidence()
    const strictCopy = alteredCopy(await strict.evidenceOf())
    expect(await strict.store.check(strict.node.chainState, strictCopy)).toMatch(/committed before/)
  })

  test('add: forged, framing, misdated and misweighed evidence is invalid', async () => {
    const desk = await Desk.at(3n)
    const evidence = await desk.evidenceOf()
    const framed = (await desk.evidenceOf({ validator: 1 })).voteA.validatorAddress
    const { voteA, voteB } = evidence
    const bad: readonly Evidence[] = [
      { ...evidence, voteB: { ...voteB, signature: new Uint8Array(64).fill(1) } },
      {
        ...evidence,
        voteA: { ...voteA, validatorAddress: framed },
        voteB: { ...voteB, validatorAddress: framed },
        validatorPower: 30n,
      },
      { ...evidence, timestamp: evidence.timestamp + 1n },
      { ...evidence, validatorPower: 41n },
      { ...evidence, totalVotingPower: 99n },
      { ...evidence, voteA: voteB, voteB: voteA },
      { ...evidence, voteB: voteA },
    ]
    for (const piece of bad) {
      expect(await desk.store.add(piece, 'rpc')).toMatchObject({ kind: 'invalid' })
    }
    expect(desk.store.size).toBe(0)
  })

  test('add: early, unknown and foreign evidence each has its answer', async () => {
    const desk = await Desk.at(3n)
    const early = await desk.evidenceOf({ height: 4n })
    expect(await desk.store.add(early, 'rpc')).toMatchObject({ kind: 'early' })
    const before = await Desk.at(3n, { initialHeight: 2n })
    const unknown = await before.evidenceOf({ height: 1n })
    expect(await before.store.add(unknown, 'rpc')).toMatchObject({ kind: 'unknown' })
    const foreign = { kind: 'double-proposal' } as DoubleProposalEvidence
    const proposal = { ...early.voteA, polRound: -1, type: 32 }
    const { validatorAddress } = early.voteA
    const rest = { totalVotingPower: 1n, validatorPower: 1n, timestamp: 1n, validatorAddress }
    const piece = { ...foreign, proposalA: proposal, proposalB: proposal, ...rest }
    expect(await desk.store.add(piece, 'rpc')).toMatchObject({ kind: 'foreign' })
  })

  test('add: what waits of a peer that offers something invalid is not judged', async () => {
    const desk = await Desk.at(2n)
    const [good, other, last] = await Promise.all(
      [0, 1, 2].map((validator) => desk.evidenceOf({ validator })),
    )
    const bad = { ...good!, timestamp: 7n }
    const offers = [
      ...Array.from({ length: 400 }, () => desk.store.add(bad, 'peer a')),
      desk.store.add(good!, 'peer a'),
      desk.store.add(other!, 'peer b'),
      desk.store.add(bad, 'rpc'),
      desk.store.add(last!, 'rpc'),
    ]
    const kinds = (await Promise.all(offers)).map(({ kind }) => kind)
    expect(kinds.filter((kind) => kind === 'unheard')).toHaveLength(400)
    expect([kinds[0], ...kinds.slice(-4)]).toEqual([
      'invalid',
      'unheard',
      'added',
      'invalid',
      'added',
    ])
    // Once it is back, it is heard again.
    expect(await desk.store.add(good!, 'peer a')).toEqual({ kind: 'added' })
  })

  test('add: what was refused is refused from memory until the next block', async () => {
    const database = new CountingStore()
    const desk = await Desk.open(database)
    await desk.grow(2n)
    const bad = { ...(await desk.evidenceOf()), timestamp: 7n }
    const readsOf = async (piece: Evidence): Promise<number> => {
      const before = database.reads
      expect(await desk.store.add(piece, 'rpc')).toMatchObject({ kind: 'invalid' })
      return database.reads - before
    }
    expect(await readsOf(bad)).toBeGreaterThan(0)
    expect([await readsOf(bad), await readsOf({ ...bad })]).toEqual([0, 0])
    expect(await readsOf({ ...bad, timestamp: 8n })).toBeGreaterThan(0)
    await desk.node.step()
    expect(await readsOf(bad)).toBeGreaterThan(0)
    for (let n = 0n; n < BigInt(MAX_REFUSED); n++) await readsOf({ ...bad, timestamp: 100n + n })
    expect(await readsOf(bad)).toBeGreaterThan(0)
    expect(await desk.store.add(await desk.evidenceOf(), 'rpc')).toEqual({ kind: 'added' })
  })

  test('add: expired is what is older than both limits', async () => {
    const limits = { maxAgeNumBlocks: 2n, maxAgeDuration: SECOND }
    const evidence = { ...defaultConsensusParams.evidence, ...limits }
    const desk = await Desk.at(2n, { consensusParams: { ...defaultConsensusParams, evidence } })
    const waiting = await desk.evidenceOf({ round: 1 })
    const late = await desk.evidenceOf({ round: 2 })
    await desk.store.add(waiting, 'rpc')
    // Blocks of others pass without it.
    const chainState = { ...desk.node.chainState, lastBlockHeight: 4n }
    const block = (await desk.node.propose()).block
    const passes = { ...block, evidence: [] }
    await desk.store.update({ ...chainState, lastBlockTime: waiting.timestamp + SECOND }, passes)
    expect(desk.store.size).toBe(1)
    await desk.store.update(
      { ...chainState, lastBlockTime: waiting.timestamp + 2n * SECOND },
      passes,
    )
    expect(desk.store.size).toBe(0)
    expect(await desk.store.add(late, 'rpc')).toMatchObject({ kind: 'expired' })
    expect(await desk.store.add(waiting, 'rpc')).toMatchObject({ kind: 'expired' })
  })

  test('add: what a block makes too old while it is judged does not wait', async () => {
    const desk = await Desk.at(6n)
    const old = await desk.evidenceOf({ height: 1n })
    const { block } = await desk.node.propose()
    const { chainState } = desk.node
    const { consensusParams: before } = chainState
    const evidence = { ...before.evidence, maxAgeNumBlocks: 1n, maxAgeDuration: 1n }
    const consensusParams = { ...before, evidence }
    const answer = desk.store.add(old, 'detector')
    const next = { ...chainState, lastBlockHeight: 7n, consensusParams }
    await desk.store.update(next, { ...block, evidence: [] })
    expect(await answer).toMatchObject({ kind: 'expired' })
    expect(desk.store.size).toBe(0)
  })

  test('pending: one piece per validator, the oldest first, within the bytes', async () => {
    const desk = await Desk.at(4n)
    const offences = [
      { validator: 0, height: 3n },
      { validator: 0, height: 2n },
      { validator: 1, height: 1n },
      { validator: 2, height: 4n },
    ]
    for (const offence of offences) {
      await desk.store.add(await desk.evidenceOf(offence), 'detector')
    }
    const { evidence, byteSize } = desk.store.pending(1_000_000n)
    const places = evidence.map((piece) => offenceKey(piece).split('/').slice(2, 3).join())
    expect(places).toEqual(['1', '2', '4'])
    expect(byteSize).toBe(evidenceByteSize(evidence))
    for (const limit of [byteSize - 1n, byteSize / 2n, 100n, 0n]) {
      const less = desk.store.pending(limit)
      expect(less.byteSize <= limit).toBe(true)
      expect(less.byteSize).toBe(evidenceByteSize(less.evidence))
    }
    expect(desk.store.pending(byteSize - 1n).evidence).toHaveLength(2)
  })

  test('flood: 10,000 true pieces neither grow without end nor stop transactions', async () => {
    const desk = await Desk.open(new MemoryKeyValueStore(), {}, systemClock)
    await desk.grow(2n)
    const pieces: Evidence[] = []
    // 2,000 offences, each from five peers.
    for (let n = 0; n < 2000; n++) {
      const piece = await desk.evidenceOf({ validator: n % 4, round: n >> 2 })
      pieces.push(piece, piece, piece, piece, piece)
    }
    let judged = 0
    const counts = new Map<string, number>()
    const answers = pieces.map(async (piece, n) => {
      const { kind } = await desk.store.add(piece, `peer ${n % 5}`)
      judged++
      counts.set(kind, (counts.get(kind) ?? 0) + 1)
    })
    // Beyond what may wait, the answer is given at once.
    await new Promise(setImmediate)
    expect(judged).toBeGreaterThanOrEqual(10_000 - 5 * MAX_WAITING_PER_SENDER)
    await desk.node.step(toUtf8('busy=yes'))
    // The block was made while most that may wait did.
    expect(judged).toBeLessThan(10_000 - MAX_WAITING_PER_SENDER)
    const block = await desk.node.blockStore.loadBlock(3n)
    expect(block?.txs).toHaveLength(1)
    await Promise.all(answers)
    expect(counts.get('added')).toBeLessThanOrEqual(4 * MAX_PENDING_PER_VALIDATOR + 4)
    expect([...counts.keys()].toSorted()).toEqual(
      expect.arrayContaining(['added', 'full', 'pending']),
    )
    expect(desk.store.size).toBeLessThanOrEqual(4 * MAX_PENDING_PER_VALIDATOR)
    expect(desk.store.byteSize).toBeLessThan(200_000)
    for (let n = 0; n < 3; n++) expect(await desk.nextEvidence()).toHaveLength(4)
  })

  test('crash: at any step evidence is pending or in a block, and in no two blocks', async () => {
    const disk = new MemoryDisk({ isRecorded: true })
    const desk = await Desk.open(disk.openStore('node'))
    await desk.grow(2n)
    const evidence = await Promise.all(
      [1n, 2n].flatMap((height) =>
        [0, 1].map((validator) => desk.evidenceOf({ height, validator })),
      ),
    )
    for (const piece of evidence) await desk.store.add(piece, 'detector')
    const added = disk.steps
    await desk.grow(5n)
    expect(await desk.committed()).toHaveLength(4)
    const { recording } = disk
    let fewest = evidence.length
    for (let step = 0; step <= recording.steps.length; step++) {
      for (const kept of [false, true]) {
        const image = recording.imageAfter(step, () => kept)
        const again = await Desk.open(new MemoryDisk({}, image).openStore('node'))
        await again.grow(again.node.chainState.lastBlockHeight + 3n)
        const offences = (await again.committed()).map(offenceKey)
        expect(offences, `step ${step}`).toEqual([...new Set(offences)])
        if (step >= added && kept) fewest = Math.min(fewest, offences.length)
      }
    }
    expect(fewest).toBe(evidence.length)
  })

  test('open: damaged pending evidence is dropped and said', async () => {
    const database = new MemoryKeyValueStore()
    const desk = await Desk.open(database)
    await desk.grow(2n)
    await desk.store.add(await desk.evidenceOf(), 'rpc')
    for await (const [key, value] of database.iterate({
      gte: toUtf8('ep'),
      lt: toUtf8('eq'),
      limit: 9,
    })) {
      value[40] = (value[40] ?? 0) ^ 1
      await database.batch([{ put: [key, value] }], { sync: true })
    }
    const again = await Desk.open(database)
    expect(again.store.size).toBe(0)
    expect(again.logger.lines.map(({ message }) => message)).toContain(
      'pending evidence was damaged on disk and is dropped',
    )
    expect(await again.nextEvidence()).toEqual([])
  })
})
