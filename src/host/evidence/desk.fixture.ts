// A node with an evidence store on one database, and offences of its validators.

import { createPrivateKey, sign } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { voteSignBytes } from '../../core/types/index.ts'
import type { DuplicateVoteEvidence, Evidence, Genesis } from '../../core/types/index.ts'
import { CHAIN_ID, blockIdOfNumber, signVote } from '../../core/types/chain.fixture.ts'
import type { Key } from '../../core/types/chain.fixture.ts'
import { DEFAULT_FAULT_DETECTOR_CONFIG } from '../../core/faults/index.ts'
import { nativeCrypto } from '../../node/platform/index.ts'
import { KvStoreApplication } from '../abci/index.ts'
import type { EvidenceSource } from '../execution/index.ts'
import { TestNode, keyed } from '../execution/node.fixture.ts'
import { MemoryClock, MemoryKeyValueStore, MemoryLogger } from '../memory/index.ts'
import type { Clock } from '../ports/index.ts'
import { EvidenceStore } from './index.ts'

const SECOND = 1_000_000_000n

/** What was signed twice. */
export interface Offence {
  /** Number of the validator in its set: powers 40, 30, 20 and 10. */
  readonly validator?: number
  readonly height?: bigint
  readonly round?: number
}

/** The fields of a vote that no signature covers. */
export const alteredCopy = (evidence: DuplicateVoteEvidence): DuplicateVoteEvidence => ({
  ...evidence,
  voteA: { ...evidence.voteA, validatorIndex: evidence.voteA.validatorIndex + 1 },
})

/** Runs on one database; opened again on it, it is the node after a restart. */
export class Desk {
  readonly node: TestNode
  readonly store: EvidenceStore
  readonly logger: MemoryLogger
  readonly clock: Clock

  private constructor(parts: Pick<Desk, 'node' | 'store' | 'logger' | 'clock'>) {
    this.node = parts.node
    this.store = parts.store
    this.logger = parts.logger
    this.clock = parts.clock
  }

  static async open(
    database: MemoryKeyValueStore = new MemoryKeyValueStore(),
    genesis: Partial<Genesis> = {},
    clock: Clock = new MemoryClock(),
  ): Promise<Desk> {
    const logger = new MemoryLogger()
    // The node and its evidence need each other, so each gets the other's methods.
    const late: { node?: TestNode } = {}
    const nodeNow = (): TestNode => late.node as TestNode
    const store = await EvidenceStore.open({
      crypto: nativeCrypto,
      store: database,
      blockStore: {
        loadBlockMeta: (height) => nodeNow().blockStore.loadBlockMeta(height),
        loadCommit: (height) => nodeNow().blockStore.loadCommit(height),
      },
      stateStore: { loadValidators: (height) => nodeNow().stateStore.loadValidators(height) },
      detection: DEFAULT_FAULT_DETECTOR_CONFIG,
      clock,
      logger,
    })
    const application = KvStoreApplication.inMemory(nativeCrypto)
    const evidence: EvidenceSource = store
    const parts = { store: database, application, genesis, evidence, crypto: nativeCrypto }
    const node = await TestNode.open(parts)
    late.node = node
    await store.resume(node.chainState)
    return new Desk({ node, store, logger, clock })
  }

  /** A desk on a chain of so many blocks. */
  static async at(height: bigint, genesis: Partial<Genesis> = {}): Promise<Desk> {
    const desk = await Desk.open(new MemoryKeyValueStore(), genesis)
    await desk.grow(height)
    return desk
  }

  /** Makes blocks up to a height. */
  async grow(height: bigint): Promise<void> {
    while (this.node.chainState.lastBlockHeight < height) await this.node.step()
  }

  /** Makes the next block and answers the evidence in it. */
  async nextEvidence(): Promise<readonly Evidence[]> {
    const built = await this.node.propose()
    await this.node.apply(built)
    return built.block.evidence
  }

  /** The evidence of all blocks, block by block. */
  async committed(): Promise<Evidence[]> {
    const all: Evidence[] = []
    for (let height = 1n; height <= this.node.blockStore.height; height++) {
      const block = await this.node.blockStore.loadBlock(height)
      all.push(...(block?.evidence ?? []))
    }
    return all
  }

  /** True evidence of two precommits. */
  async evidenceOf(offence: Offence = {}): Promise<DuplicateVoteEvidence> {
    const { validator = 0, height = 1n, round = 0 } = offence
    const meta = await this.node.blockStore.loadBlockMeta(height)
    const key = keyed.keys[validator] as Key
    const place = { height, round, validatorIndex: validator }
    return {
      kind: 'duplicate-vote',
      voteA: quickVote(key, { ...place, blockId: blockIdOfNumber(1) }),
      voteB: quickVote(key, { ...place, blockId: blockIdOfNumber(2) }),
      totalVotingPower: 100n,
      validatorPower: keyed.validatorSet.get(validator)?.votingPower ?? 0n,
      timestamp: meta?.header.time ?? SECOND,
    }
  }
}

/** As `signVote` makes it, with keys that are opened once: a flood takes twenty thousand. */
function quickVote(key: Key, fields: Parameters<typeof signVote>[1]): ReturnType<typeof signVote> {
  const vote = { ...TEMPLATE, ...fields, validatorAddress: key.address }
  const signature = new Uint8Array(sign(null, voteSignBytes(CHAIN_ID, vote), openKey(key)))
  return { ...vote, signature }
}

const openKeys = new Map<Key, KeyObject>()

function openKey(key: Key): KeyObject {
  const known = openKeys.get(key)
  if (known !== undefined) return known
  const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), key.seed])
  const opened = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
  openKeys.set(key, opened)
  return opened
}

const TEMPLATE = signVote(keyed.keys[0] as Key, {})
