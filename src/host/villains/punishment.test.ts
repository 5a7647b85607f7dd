// Villains among replicas of a defined application: a block proves and punishes them everywhere.

import { afterEach, describe, expect, test } from 'vitest'
import { toHex } from '../../core/bytes/index.ts'
import type { Genesis, SlashingPolicy } from '../../core/types/index.ts'
import { DEFAULT_SLASHING_POLICY } from '../../core/types/index.ts'
import { nativeCrypto } from '../../node/platform/index.ts'
import { defineApp, DefinedApplication, encodeAppTx } from '../abci/index.ts'
import { Cluster, signingSeedOf } from '../replica/cluster.fixture.ts'
import { corrupt } from './index.ts'
import type { VillainName } from './index.ts'

const LIAR = 3
const HONEST = [0, 1, 2] as const
const opened: Cluster[] = []
afterEach(async () => {
  for (const cluster of opened.splice(0)) await cluster.stopAll()
})

/** The ledger of the examples. */
const ledger = defineApp({
  name: 'ledger',
  state: (): Record<string, number> => ({ alice: 100, bob: 0 }),
  apply(accounts, tx: { from: string; to: string; amount: number }) {
    if ((accounts[tx.from] ?? 0) < tx.amount) throw new Error('insufficient funds')
    accounts[tx.from] = (accounts[tx.from] ?? 0) - tx.amount
    accounts[tx.to] = (accounts[tx.to] ?? 0) + tx.amount
  },
})

async function open(genesis: Partial<Genesis>, villain?: VillainName): Promise<Cluster> {
  const applications = await Promise.all(
    Array.from({ length: 4 }, () =>
      DefinedApplication.open(ledger, { crypto: nativeCrypto, store: null }),
    ),
  )
  const cluster = new Cluster({
    size: 4,
    genesis,
    alter(index, options) {
      const application = applications[index]
      if (application === undefined) throw new RangeError(`no application ${index}`)
      const own = { ...options, application }
      if (index !== LIAR || villain === undefined) return own
      const [corrupted] = corrupt(own, { name: villain, keySeed: signingSeedOf(LIAR) })
      return corrupted ?? own
    },
  })
  opened.push(cluster)
  for (let index = 0; index < 4; index++) await cluster.start(index, await Cluster.freshDisk())
  return cluster
}

/** The liar's power at a height as a node has it; null before the node knows. */
async function powerAt(cluster: Cluster, node: number, height: bigint): Promise<bigint | null> {
  const set = await cluster.at(node).replica.stateStore.loadValidators(height)
  const address = cluster.genesis.validators[LIAR]?.address
  if (set === null || address === undefined) return null
  return set.find(address)?.votingPower ?? 0n
}

/** The power of the liar from height to height, where it changes; the same on every honest node. */
async function powersOf(cluster: Cluster, upTo: bigint): Promise<[bigint, bigint | null][]> {
  const changes: [bigint, bigint | null][] = []
  for (let height = 1n; height <= upTo; height++) {
    const powers = await Promise.all(HONEST.map((node) => powerAt(cluster, node, height)))
    expect(new Set(powers).size).toBe(1)
    if (changes.at(-1)?.[1] !== powers[0]) changes.push([height, powers[0] ?? null])
  }
  return changes
}

async function firstEvidence(cluster: Cluster): Promise<bigint> {
  const { blockStore } = cluster.at(0).replica
  for (let height = 1n; height <= blockStore.height; height++) {
    if (((await blockStore.loadBlock(height))?.evidence.length ?? 0) > 0) return height
  }
  return -1n
}

async function appHashesAt(cluster: Cluster, height: bigint): Promise<Set<string>> {
  const metas = await Promise.all(
    HONEST.map((node) => cluster.at(node).replica.blockStore.loadBlockMeta(height)),
  )
  return new Set(metas.map((meta) => toHex(meta?.header.appHash ?? new Uint8Array(0))))
}

const play = (cluster: Cluster, height: bigint): Promise<void> =>
  cluster.until(() => HONEST.every((node) => cluster.heightOf(node) >= height), 120_000)

describe('punishment of villains', () => {
  test.each([
    ['equivocator', 'comet'],
    ['double-proposer', 'all'],
  ] as const)(
    '%s: its power is zero two heights after the block with the proof',
    async (name, rule) => {
      const cluster = await open({ evidenceRule: rule }, name)
      let proven = -1n
      for (let height = 4n; proven < 0n; height++) {
        await play(cluster, height)
        proven = await firstEvidence(cluster)
      }
      await play(cluster, proven + 2n)
      const top = proven + 3n
      expect(await powersOf(cluster, top)).toEqual([
        [1n, 10n],
        [proven + 2n, 0n],
      ])
      expect((await appHashesAt(cluster, proven + 1n)).size).toBe(1)
      // The ledger goes on with three.
      const { mempool } = cluster.at(0).replica
      await mempool.checkTx(encodeAppTx({ from: 'alice', to: 'bob', amount: 7 }))
      const states = HONEST.map((node) => cluster.at(node).replica.options.application)
      await cluster.until(() =>
        states.every(
          (app) => (app as DefinedApplication<Record<string, number>, unknown>).state['bob'] === 7,
        ),
      )
    },
  )

  test('who was away too long sits in jail, and returns with what is left', async () => {
    const downtime: SlashingPolicy['downtime'] = {
      fraction: [1, 4],
      jailBlocks: 6,
      tombstone: false,
      window: 6,
      minSigned: 4,
    }
    const slashing = { ...DEFAULT_SLASHING_POLICY, downtime }
    const cluster = await open({ evidenceRule: 'all', slashing })
    const disk = await cluster.stop(LIAR)
    let proven = -1n
    for (let height = 6n; proven < 0n; height++) {
      await play(cluster, height)
      proven = await firstEvidence(cluster)
    }
    await cluster.start(LIAR, disk)
    await play(cluster, proven + 12n)
    expect(proven).toBeLessThan(12n)
    expect(await powersOf(cluster, proven + 12n)).toEqual([
      [1n, 10n],
      [proven + 2n, 0n],
      [proven + 8n, 8n],
    ])
  })
})
