// Blocks and states come back as they went in, together or not at all, and never damaged.

import { isDeepStrictEqual } from 'node:util'
import { describe, expect, test } from 'vitest'
import { equalBytes, toUtf8 } from '../../core/bytes/index.ts'
import { verifyMerkleProof } from '../../core/crypto/index.ts'
import { encodeBlock } from '../../core/proto/index.ts'
import type { ValidatorSet } from '../../core/types/index.ts'
import { MemoryKeyValueStore } from '../memory/index.ts'
import { BlockStore } from './block-store.ts'
import type { ChainStep } from './chain.fixture.ts'
import { ChainFixture, fixtureCrypto, pubKeyOf } from './chain.fixture.ts'
import { hashKey } from './keys.ts'
import { StateStore } from './state-store.ts'
import { StoreBatch } from './store-batch.ts'
import { loadDecision } from './stored-decision.ts'
import { putValue } from './stored-value.ts'

interface World {
  readonly kv: MemoryKeyValueStore
  readonly blocks: BlockStore
  readonly states: StateStore
  readonly chain: ChainFixture
}

async function makeWorld(initialHeight = 1n, kv = new MemoryKeyValueStore()): Promise<World> {
  const chain = new ChainFixture(initialHeight)
  const states = new StateStore(kv)
  await states.saveChainState(chain.genesisState)
  return { kv, blocks: await BlockStore.open(kv), states, chain }
}

/** One block in one batch, as execution does it. */
async function save({ kv, blocks, states }: World, step: ChainStep): Promise<void> {
  const batch = new StoreBatch(kv)
  blocks.putBlock(batch, step.stored)
  states.putResults(batch, step.stored.block.header.height, step.response)
  states.putChainState(batch, step.chainState)
  await batch.commit()
}

async function grow(world: World, blocks: number): Promise<ChainStep[]> {
  const steps: ChainStep[] = []
  for (let i = 0; i < blocks; i++) {
    const step = world.chain.next()
    await save(world, step)
    steps.push(step)
  }
  return steps
}

const largeTxs = (count: number): Uint8Array[] =>
  Array.from({ length: count }, (_, i) => new Uint8Array(100_000).map((_, at) => at * 7 + i))

describe('block store', () => {
  test('block store: is empty at first', async () => {
    const { blocks } = await makeWorld()
    expect([blocks.base, blocks.height]).toEqual([0n, 0n])
    expect(await blocks.loadBlock(1n)).toBeNull()
    expect(await blocks.loadBlockMeta(0n)).toBeNull()
    expect(await blocks.loadSeenCommit(0n)).toBeNull()
    expect(await blocks.loadCommit(0n)).toBeNull()
  })

  test('block store: gives back block, header, commits and results of every height', async () => {
    const world = await makeWorld()
    const steps = await grow(world, 5)
    const { blocks, states } = world
    expect([blocks.base, blocks.height]).toEqual([1n, 5n])
    for (const [i, { stored, response }] of steps.entries()) {
      const height = BigInt(i + 1)
      expect(await blocks.loadBlock(height)).toEqual(stored.block)
      expect(await blocks.loadBlockBytes(height)).toEqual(encodeBlock(stored.block))
      const meta = await blocks.loadBlockMeta(height)
      expect(meta).toEqual({
        blockId: stored.blockId,
        blockSize: BigInt(stored.partSet.byteSize),
        header: stored.block.header,
        numTxs: 1n,
      })
      expect(await blocks.loadBlockMetaByHash(stored.blockId.hash)).toEqual(meta)
      expect(await blocks.loadCommit(height)).toEqual(i < 4 ? stored.seenCommit : null)
      expect(await blocks.loadSeenCommit(height)).toEqual(i === 4 ? stored.seenCommit : null)
      expect(await states.loadResults(height)).toEqual(response)
    }
    expect(await blocks.loadBlockMetaByHash(new Uint8Array(32))).toBeNull()
    expect(await blocks.loadBlock(6n)).toBeNull()
    expect(await states.loadResults(6n)).toBeNull()
  })

  test('block store: has a commit of the top block while the next is being stored', async () => {
    const world = await makeWorld()
    const [first] = await grow(world, 1)
    const { blocks, kv } = world
    let tellWritten = (): void => undefined
    let acknowledge = (): void => undefined
    const written = new Promise<void>((resolve) => (tellWritten = resolve))
    const acknowledged = new Promise<void>((resolve) => (acknowledge = resolve))
    const slow: Pick<MemoryKeyValueStore, 'batch'> = {
      batch: async (...batch) => {
        await kv.batch(...batch)
        tellWritten()
        await acknowledged
      },
    }
    const batch = new StoreBatch(Object.assign(Object.create(kv) as MemoryKeyValueStore, slow))
    blocks.putBlock(batch, world.chain.next().stored)
    const committed = batch.commit()
    await written
    expect(blocks.height).toBe(1n)
    expect(await blocks.loadSeenCommit(1n)).toBeNull()
    expect(await blocks.loadCommit(1n)).toEqual(first?.stored.seenCommit)
    acknowledge()
    await committed
    expect(blocks.height).toBe(2n)
  })

  test('block store: serves the parts of a large block with proofs that hold', async () => {
    const world = await makeWorld()
    const step = world.chain.next({ txs: largeTxs(5) })
    await save(world, step)
    const { total, hash } = step.stored.partSet.header
    expect(total).toBe(8)
    for (let index = 0; index < total; index++) {
      const part = await world.blocks.loadPart(1n, index)
      if (part === null) throw new Error('no part')
      expect(part.index).toBe(index)
      expect(verifyMerkleProof(fixtureCrypto, part.proof, hash, part.bytes)).toBe(true)
    }
    expect(await world.blocks.loadPart(1n, total)).toBeNull()
    expect(await world.blocks.loadPart(1n, -1)).toBeNull()
    expect(await world.blocks.loadPart(2n, 0)).toBeNull()
    const bytes = await world.blocks.loadBlockBytes(1n)
    expect(bytes !== null && equalBytes(bytes, step.stored.partSet.bytes())).toBe(true)
  })

  test('block store: begins at any height, leaves no gap, takes no block twice', async () => {
    const world = await makeWorld(1000n)
    const [first] = await grow(world, 1)
    expect([world.blocks.base, world.blocks.height]).toEqual([1000n, 1000n])
    await world.blocks.saveBlock({ ...first!.stored, sync: true })
    expect(world.blocks.height).toBe(1000n)
    world.chain.next()
    const later = world.chain.next()
    await expect(world.blocks.saveBlock({ ...later.stored, sync: true })).rejects.toThrow('gap')
  })

  test('block store: prunes blocks and keeps the rest whole, opened again too', async () => {
    const world = await makeWorld()
    const steps = await grow(world, 250)
    expect(await world.blocks.prune(231n)).toBe(230)
    expect([world.blocks.base, world.blocks.height]).toEqual([231n, 250n])
    expect(await world.blocks.loadBlock(230n)).toBeNull()
    expect(await world.blocks.loadBlockMetaByHash(steps[229]!.stored.blockId.hash)).toBeNull()
    expect(await world.blocks.loadBlock(231n)).toEqual(steps[230]!.stored.block)
    expect(await world.blocks.prune(10_000n)).toBe(19)
    const again = await BlockStore.open(world.kv.reopen())
    expect([again.base, again.height]).toEqual([250n, 250n])
    expect(await again.loadBlock(250n)).toEqual(steps[249]!.stored.block)
  })
})

describe('state store', () => {
  test('state store: has no state at first, and the last one saved later', async () => {
    const kv = new MemoryKeyValueStore()
    expect(await new StateStore(kv).loadChainState()).toBeNull()
    const world = await makeWorld(1n, kv)
    expect(await world.states.loadChainState()).toEqual(world.chain.genesisState)
    const steps = await grow(world, 3)
    const loaded = await new StateStore(kv.reopen()).loadChainState()
    expect(loaded).toEqual(steps[2]!.chainState)
  })

  const summary = (set: ValidatorSet | null): unknown =>
    set === null
      ? null
      : [
          set.proposer.address,
          ...set.validators.map((v) => [v.address, v.votingPower, v.proposerPriority]),
        ]

  test('state store: knows the validators of every height with their priorities', async () => {
    const world = await makeWorld(5n)
    const expected = new Map<bigint, ValidatorSet>()
    const note = (): void => {
      const { lastBlockHeight, validators, nextValidators } = world.chain.chainState
      const next = lastBlockHeight === 0n ? 5n : lastBlockHeight + 1n
      expected.set(next, validators)
      expected.set(next + 1n, nextValidators)
    }
    note()
    for (let i = 0; i < 220; i++) {
      const power = BigInt(20 + i)
      const updates =
        i === 20 || i === 150 ? { validatorUpdates: [{ pubKey: pubKeyOf(i), power }] } : {}
      await save(world, world.chain.next(updates))
      note()
    }
    expect(expected.size).toBe(222)
    for (const height of [24n, 25n, 26n, 27n, 28n]) {
      const decision = await loadDecision(world.blocks, world.states, height)
      const hash = decision?.validatorSet.hash(fixtureCrypto)
      expect(hash, `height ${height}`).toEqual(decision?.header.validatorsHash)
      expect(decision?.commit.signatures.length).toBe(decision?.validatorSet.size)
    }
    for (const states of [world.states, new StateStore(world.kv)]) {
      for (const [height, set] of expected) {
        expect(summary(await states.loadValidators(height)), `height ${height}`).toEqual(
          summary(set),
        )
      }
      expect(await states.loadValidators(4n)).toBeNull()
      expect(await states.loadValidators(227n)).toBeNull()
    }
    let whole = 0
    for await (const _ of world.kv.iterate({
      gte: Uint8Array.of(0x53, 0x76),
      lt: Uint8Array.of(0x53, 0x77),
      limit: 1000,
    })) {
      whole++
    }
    // Two at the start, two changes, two checkpoints.
    expect(whole).toBe(6)
  })

  test('state store: knows the parameters of every height', async () => {
    const world = await makeWorld()
    const changes = new Map([
      [3n, 5_000_000n],
      [4n, 6_000_000n],
    ])
    for (let height = 1n; height <= 6n; height++) {
      const maxBytes = changes.get(height)
      const consensusParamUpdates =
        maxBytes === undefined ? undefined : { block: { maxBytes, maxGas: -1n } }
      await save(
        world,
        world.chain.next(consensusParamUpdates === undefined ? {} : { consensusParamUpdates }),
      )
    }
    const initial = world.chain.genesisState.consensusParams.block.maxBytes
    const found: (bigint | undefined)[] = []
    for (let height = 0n; height <= 8n; height++) {
      found.push((await world.states.loadParams(height))?.block.maxBytes)
    }
    const none = undefined
    expect(found).toEqual([
      none,
      initial,
      initial,
      initial,
      5_000_000n,
      6_000_000n,
      6_000_000n,
      6_000_000n,
      none,
    ])
  })

  test('state store: pruned, it forgets lower heights and still knows all others', async () => {
    const world = await makeWorld()
    await grow(world, 150)
    const expected = new Map<bigint, unknown>()
    for (let height = 120n; height <= 152n; height++) {
      expected.set(height, summary(await world.states.loadValidators(height)))
    }
    await world.states.prune(120n)
    for (const states of [world.states, new StateStore(world.kv)]) {
      expect(await states.loadValidators(119n)).toBeNull()
      expect(await states.loadParams(119n)).toBeNull()
      expect(await states.loadResults(119n)).toBeNull()
      expect(await states.loadResults(120n)).not.toBeNull()
      expect((await states.loadParams(120n))?.block).toEqual(
        world.chain.chainState.consensusParams.block,
      )
      for (const [height, set] of expected) {
        expect(summary(await states.loadValidators(height))).toEqual(set)
      }
    }
    await grow(world, 3)
    expect(await world.states.loadValidators(155n)).not.toBeNull()
  })

  test('state store: a state from elsewhere is a beginning', async () => {
    const elsewhere = new ChainFixture()
    for (let i = 0; i < 49; i++) elsewhere.next()
    const { chainState } = elsewhere.next()
    const kv = new MemoryKeyValueStore()
    const states = new StateStore(kv)
    const batch = new StoreBatch(kv)
    states.putFirstChainState(batch, chainState)
    await batch.commit()
    for (const reader of [states, new StateStore(kv)]) {
      expect(await reader.loadChainState()).toEqual(chainState)
      expect(await reader.loadValidators(49n)).toBeNull()
      expect(summary(await reader.loadValidators(50n))).toEqual(summary(chainState.lastValidators))
      expect(summary(await reader.loadValidators(51n))).toEqual(summary(chainState.validators))
      expect(summary(await reader.loadValidators(52n))).toEqual(summary(chainState.nextValidators))
      expect(await reader.loadParams(49n)).toBeNull()
      expect(await reader.loadParams(50n)).toEqual(chainState.consensusParams)
      expect(await reader.loadParams(51n)).toEqual(chainState.consensusParams)
    }
    const next = elsewhere.next()
    await states.saveChainState(next.chainState)
    expect(summary(await states.loadValidators(53n))).toEqual(
      summary(next.chainState.nextValidators),
    )
  })
})

describe('stores: durability', () => {
  test('stores: a block takes one synced batch', async () => {
    const steps: { sync: boolean }[] = []
    const kv = new MemoryKeyValueStore({ beforeBatch: (step) => void steps.push(step) })
    const world = await makeWorld(1n, kv)
    steps.length = 0
    await grow(world, 3)
    expect(steps.map(({ sync }) => sync)).toEqual([true, true, true])
  })

  test('stores: after a crash in any batch, block, results and state agree', async () => {
    let cases = 0
    for (let crashAt = 0; crashAt < 7; crashAt++) {
      let batches = 0
      let after: MemoryKeyValueStore | null = null
      const kv: MemoryKeyValueStore = new MemoryKeyValueStore({
        beforeBatch: () => {
          if (batches++ === crashAt) after = kv.crash()
        },
      })
      await makeWorld(1n, kv)
        .then((world) => grow(world, 5))
        .catch(() => {})
      const disk: MemoryKeyValueStore = after ?? kv.crash()
      const blocks = await BlockStore.open(disk)
      const states = new StateStore(disk)
      const state = await states.loadChainState()
      const height = BigInt(Math.min(5, Math.max(0, crashAt - 1)))
      expect(blocks.height).toBe(height)
      expect(state?.lastBlockHeight ?? 0n).toBe(height)
      for (let at = 1n; at <= height; at++) {
        expect(await blocks.loadBlock(at)).not.toBeNull()
        expect(await states.loadResults(at)).not.toBeNull()
        expect(await states.loadValidators(at + 2n)).not.toBeNull()
      }
      cases++
    }
    expect(cases).toBe(7)
  })

  test('stores: what was not synced may be lost, and what is left fits together', async () => {
    const world = await makeWorld()
    for (let i = 0; i < 5; i++) {
      await world.blocks.saveBlock({ ...world.chain.next().stored, sync: i === 2 })
    }
    const one = await BlockStore.open(world.kv.crash(1))
    expect(one.height).toBe(4n)
    expect(await one.loadBlock(4n)).not.toBeNull()
    expect(await one.loadBlock(5n)).toBeNull()
  })

  test('stores: bounds in memory move only when the batch is committed', async () => {
    const world = await makeWorld()
    const { stored } = world.chain.next()
    const batch = new StoreBatch(world.kv)
    world.blocks.putBlock(batch, stored)
    expect(world.blocks.height).toBe(0n)
    await batch.commit()
    expect(world.blocks.height).toBe(1n)
    await expect(batch.commit()).rejects.toThrow('once')
  })

  test('stores: a failed batch leaves the bounds and rejects', async () => {
    let armed = false
    const kv = new MemoryKeyValueStore({
      beforeBatch: () => {
        if (armed) throw new Error('EIO: injected')
      },
    })
    const world = await makeWorld(1n, kv)
    armed = true
    const { stored } = world.chain.next()
    await expect(world.blocks.saveBlock({ ...stored, sync: true })).rejects.toThrow('injected')
    expect(world.blocks.height).toBe(0n)
  })
})

describe('stores: damage', () => {
  const reads: Readonly<Record<string, (world: World) => Promise<unknown>>> = {
    block: ({ blocks }) => blocks.loadBlock(2n),
    meta: ({ blocks }) => blocks.loadBlockMeta(2n),
    part: ({ blocks }) => blocks.loadPart(2n, 0),
    commit: ({ blocks }) => blocks.loadCommit(2n),
    seenCommit: ({ blocks }) => blocks.loadSeenCommit(3n),
    bounds: ({ kv }) => BlockStore.open(kv),
    state: ({ states }) => states.loadChainState(),
    stateBounds: ({ kv }) => new StateStore(kv).loadValidators(2n),
    validators: ({ states }) => states.loadValidators(2n),
    params: ({ states }) => states.loadParams(2n),
    results: ({ states }) => states.loadResults(2n),
  }

  test('stores: every flipped bit of every stored value is found by whoever reads it', async () => {
    const world = await makeWorld()
    await grow(world, 3)
    const entries: (readonly [Uint8Array, Uint8Array])[] = []
    for await (const entry of world.kv.iterate({ limit: 1000 })) entries.push(entry)
    const before = new Map<string, unknown>()
    for (const [name, read] of Object.entries(reads)) before.set(name, await read(world))
    const found = new Set<string>()
    let flips = 0
    for (const [key, value] of entries) {
      for (let bit = 0; bit < value.length * 8; bit += value.length > 40 ? 509 : 41) {
        const flipped = value.slice()
        flipped[bit >> 3]! ^= 1 << (bit & 7)
        await world.kv.batch([{ put: [key, flipped] }], { sync: false })
        flips++
        for (const [name, read] of Object.entries(reads)) {
          const result = await read(world).catch((error: unknown) => error)
          if (result instanceof Error) {
            expect(result).toMatchObject({ code: 'STORE_CORRUPT' })
            found.add(name)
          } else if (!(result instanceof BlockStore)) {
            expect(isDeepStrictEqual(result, before.get(name))).toBe(true)
          }
        }
      }
      await world.kv.batch([{ put: [key, value] }], { sync: false })
    }
    expect(flips).toBeGreaterThan(100)
    expect([...found].toSorted()).toEqual(Object.keys(reads).toSorted())
  })

  test('stores: a value under the key of another is found', async () => {
    const world = await makeWorld()
    await grow(world, 3)
    const key = (height: number): Uint8Array =>
      Uint8Array.of(0x42, 0x6d, 0, 0, 0, 0, 0, 0, 0, height)
    const other = await world.kv.get(key(3))
    await world.kv.batch([{ put: [key(2), other!] }], { sync: true })
    await expect(world.blocks.loadBlockMeta(2n)).rejects.toThrow(
      "the store's header of block 2 does not fit its checksum",
    )
  })

  test('stores: a missing value is named', async () => {
    const world = await makeWorld()
    const step = world.chain.next({ txs: largeTxs(2) })
    await save(world, step)
    const part = (index: number): Uint8Array =>
      Uint8Array.of(0x42, 0x70, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, index)
    const missing = async (index: number): Promise<void> => {
      const value = await world.kv.get(part(index))
      await world.kv.batch([{ del: part(index) }], { sync: true })
      await expect(world.blocks.loadPart(1n, index)).rejects.toThrow(
        `the store's part ${index} of block 1 is missing`,
      )
      await expect(world.blocks.loadBlock(1n)).rejects.toMatchObject({ code: 'STORE_CORRUPT' })
      await world.kv.batch([{ put: [part(index), value!] }], { sync: true })
    }
    for (let index = 0; index < step.stored.partSet.header.total; index++) await missing(index)
    await world.kv.batch([{ del: Uint8Array.of(0x42, 0x6d, 0, 0, 0, 0, 0, 0, 0, 1) }], {
      sync: true,
    })
    await expect(BlockStore.open(world.kv)).rejects.toThrow(
      "the store's header of block 1 is missing",
    )
  })
})

test('block store: the height of a hash that has another length is corrupt', async () => {
  const store = new MemoryKeyValueStore()
  const blocks = await BlockStore.open(store)
  const hash = new Uint8Array(32).fill(7)
  await store.batch([putValue(hashKey(hash), toUtf8('Bm'))], { sync: false })
  await expect(blocks.loadBlockMetaByHash(hash)).rejects.toThrow('takes 2 bytes')
})
