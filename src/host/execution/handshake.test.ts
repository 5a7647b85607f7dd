// At the start the application comes level with the stores, from wherever the last run left both.

import { describe, expect, test } from 'vitest'
import { fromUtf8, toHex, toUtf8 } from '../../core/bytes/index.ts'
import { nobleCrypto } from '../../core/crypto/index.ts'
import { KvStoreApplication, type Application } from '../abci/index.ts'
import { MemoryKeyValueStore } from '../memory/index.ts'
import { NO_EVIDENCE } from './index.ts'
import { keyed, TestNode } from './node.fixture.ts'

const tx = (text: string): Uint8Array => toUtf8(text)
const HEIGHTS = 3

class Crash extends Error {}

/**
 * A world with two disks that dies at one moment: a call to the application or a batch of the
 * node's store.
 */
class DyingWorld {
  store: MemoryKeyValueStore
  appStore: MemoryKeyValueStore
  #left: number
  #isDead = false
  moments = 0

  constructor(dieAt: number) {
    this.#left = dieAt
    this.store = new MemoryKeyValueStore({ beforeBatch: () => this.moment() })
    this.appStore = new MemoryKeyValueStore({ beforeBatch: () => this.moment() })
  }

  moment(): void {
    this.moments++
    if (this.#isDead || this.#left-- === 0) {
      this.#isDead = true
      throw new Crash('power')
    }
  }

  async node(): Promise<TestNode> {
    const inner = await KvStoreApplication.open(nobleCrypto, this.appStore)
    const application: Application = {
      info: () => inner.info(),
      initChain: (request) => this.#around(() => inner.initChain(request)),
      query: (request) => inner.query(request),
      checkTx: (request) => inner.checkTx(request),
      prepareProposal: (request) => inner.prepareProposal(request),
      processProposal: (request) => inner.processProposal(request),
      extendVote: () => inner.extendVote(),
      verifyVoteExtension: () => inner.verifyVoteExtension(),
      finalizeBlock: (request) => this.#around(() => inner.finalizeBlock(request)),
      commit: async () => this.#around(() => inner.commit()),
    }
    return TestNode.open({ store: this.store, application, evidence: NO_EVIDENCE })
  }

  /**
   * Power comes back: what was not synced is lost, on the application's disk all but `kept` batches
   * of it.
   */
  restart(kept: number): void {
    this.#left = Infinity
    this.#isDead = false
    this.store = this.store.crash(0)
    this.appStore = this.appStore.crash(kept)
  }

  #around<T>(call: () => T): T {
    this.moment()
    const result = call()
    if (result instanceof Promise) return result.then((value) => (this.moment(), value)) as T
    this.moment()
    return result
  }
}

async function grow(node: TestNode): Promise<string> {
  while (node.chainState.lastBlockHeight < HEIGHTS) {
    const next = node.chainState.lastBlockHeight + 1n
    await node.step(tx(`k${next}=v`), tx(`n${next}=w`))
  }
  return toHex(node.chainState.appHash)
}

const kvstore = (store: MemoryKeyValueStore): Promise<KvStoreApplication> =>
  KvStoreApplication.open(nobleCrypto, store)

describe('handshake', () => {
  test('a crash at any moment is made good at the next start', async () => {
    const whole = new DyingWorld(Infinity)
    const appHash = await grow(await whole.node())
    expect(whole.moments).toBeGreaterThan(20)
    for (let dieAt = 0; dieAt < whole.moments; dieAt++) {
      for (const kept of [0, 1, 100]) {
        const world = new DyingWorld(dieAt)
        await expect(world.node().then(grow)).rejects.toThrow('power')
        world.restart(kept)
        const node = await world.node()
        expect(await grow(node)).toBe(appHash)
        expect(await node.txIndex.find(nobleCrypto.sha256(tx('n2=w')))).toEqual({
          height: 2n,
          index: 1,
        })
        const answer = await (
          await kvstore(world.appStore)
        ).query({
          data: tx('k3'),
          path: '',
          height: 0n,
          prove: false,
        })
        expect([fromUtf8(answer.value ?? tx('')), answer.height]).toEqual(['v', BigInt(HEIGHTS)])
      }
    }
  })

  test('an application that forgets everything executes all blocks again', async () => {
    const store = new MemoryKeyValueStore()
    const forgetful = (): Application => KvStoreApplication.inMemory(nobleCrypto)
    const appHash = await grow(await TestNode.open({ store, application: forgetful() }))
    const node = await TestNode.open({ store: store.reopen(), application: forgetful() })
    expect(toHex(node.chainState.appHash)).toBe(appHash)
    const lines = node.logger.lines.map(({ message }) => message)
    expect(lines).toContain('executing stored blocks again')
    expect(lines).toContain('stored blocks executed')
    await node.step(tx('x=y'))
    expect(node.chainState.lastBlockHeight).toBe(BigInt(HEIGHTS + 1))
  })

  test('completes a block stored without its state, known to the application or not', async () => {
    for (const hadIt of [false, true]) {
      const store = new MemoryKeyValueStore()
      const appStore = new MemoryKeyValueStore()
      const node = await TestNode.open({ store, application: await kvstore(appStore) })
      await node.step(tx('a=1'))
      const before = store.reopen()
      const copy = new MemoryKeyValueStore()
      for await (const [key, value] of before.iterate({ limit: 10_000 })) {
        await copy.batch([{ put: [key, value] }], { sync: true })
      }
      const ahead = await TestNode.open({ store: before, application: await kvstore(appStore) })
      await ahead.step(tx('b=2'))
      for await (const [key, value] of before.iterate({ limit: 10_000 })) {
        const kind = fromUtf8(key.subarray(0, 2))
        const isState = kind.startsWith('S') && (kind !== 'Sr' || !hadIt)
        if (!isState) await copy.batch([{ put: [key, value] }], { sync: true })
      }
      const application = hadIt ? await kvstore(appStore) : KvStoreApplication.inMemory(nobleCrypto)
      const again = await TestNode.open({ store: copy, application })
      expect(again.chainState.lastBlockHeight).toBe(2n)
      expect(toHex(again.chainState.appHash)).toBe(toHex(ahead.chainState.appHash))
    }
  })

  test('takes validators, parameters and hash from the answer to InitChain', async () => {
    const inner = KvStoreApplication.inMemory(nobleCrypto)
    const pubKey = keyed.keys[2]!.pubKey
    const application = Object.create(inner, {
      initChain: {
        value: () => ({
          consensusParams: { block: { maxBytes: 1000n, maxGas: 7n } },
          validators: [{ pubKey, power: 5n }],
          appHash: tx('hash'),
        }),
      },
      info: { value: () => inner.info() },
    }) as Application
    const { chainState } = await TestNode.open({ store: new MemoryKeyValueStore(), application })
    expect(chainState.validators.size).toBe(1)
    expect(chainState.validators.get(0)?.votingPower).toBe(5n)
    expect(chainState.consensusParams.block).toEqual({ maxBytes: 1000n, maxGas: 7n })
    expect(chainState.appHash).toEqual(tx('hash'))
  })

  test('refuses an application that is ahead, of another chain, or too far behind', async () => {
    const store = new MemoryKeyValueStore()
    const appStore = new MemoryKeyValueStore()
    await grow(await TestNode.open({ store, application: await kvstore(appStore) }))
    const reopened = async (application: Application, disk = store.reopen()): Promise<unknown> =>
      TestNode.open({ store: disk, application }).catch((error: unknown) => error)
    expect(await reopened(await kvstore(appStore), new MemoryKeyValueStore())).toMatchObject({
      code: 'EXECUTION_APPLICATION_AHEAD',
      height: BigInt(HEIGHTS),
    })
    const otherStore = new MemoryKeyValueStore()
    const other = await TestNode.open({
      store: new MemoryKeyValueStore(),
      application: await kvstore(otherStore),
    })
    await other.step(tx('only=one'))
    expect(await reopened(await kvstore(otherStore))).toMatchObject({
      code: 'EXECUTION_APP_HASH_MISMATCH',
      height: 1n,
    })
    const pruned = await TestNode.open({
      store: store.reopen(),
      application: await kvstore(appStore),
    })
    await pruned.blockStore.prune(3n)
    expect(await reopened(KvStoreApplication.inMemory(nobleCrypto))).toMatchObject({
      code: 'EXECUTION_APPLICATION_TOO_OLD',
    })
  })

  test('refuses a chain without validators', async () => {
    const opened = TestNode.open({
      store: new MemoryKeyValueStore(),
      application: KvStoreApplication.inMemory(nobleCrypto),
      genesis: { validators: [] },
    })
    await expect(opened).rejects.toMatchObject({ code: 'EXECUTION_NO_VALIDATORS' })
  })
})
