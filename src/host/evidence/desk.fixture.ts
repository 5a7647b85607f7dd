// A node with an evidence store on one database, and offences of its validators.

import { createPrivateKey, sign } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { toBase64, toUtf8 } from '../../core/bytes/index.ts'
import { genesisOf } from '../../core/chain/chain.fixture.ts'
import { voteSignBytes } from '../../core/types/index.ts'
import type {
  Block,
  DuplicateVoteEvidence,
  Evidence,
  Genesis,
  Header,
  LightClientAttackEvidence,
} from '../../core/types/index.ts'
import { CHAIN_ID, blockIdOfNumber, signVote } from '../../core/types/chain.fixture.ts'
import type { Key } from '../../core/types/chain.fixture.ts'
import { headerOf, lightBlockOf } from '../../core/faults/past.fixture.ts'
import { DEFAULT_FAULT_DETECTOR_CONFIG, FaultDetector } from '../../core/faults/index.ts'
import { nativeCrypto } from '../../node/platform/index.ts'
import { KvStoreApplication } from '../abci/index.ts'
import { TestNode, keyed } from '../execution/node.fixture.ts'
import { MemoryClock, MemoryKeyValueStore, MemoryLogger } from '../memory/index.ts'
import type { Clock } from '../ports/index.ts'
import { EventBus } from '../events/index.ts'
import { EvidenceStore, FaultNotes, FaultWatch } from './index.ts'
import type { FaultWatchOptions } from './index.ts'

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
  readonly watch: FaultWatch
  /** Of the watch. */
  readonly eventBus: EventBus
  readonly logger: MemoryLogger
  readonly clock: Clock

  private constructor(
    parts: Pick<Desk, 'node' | 'store' | 'watch' | 'eventBus' | 'logger' | 'clock'>,
  ) {
    this.node = parts.node
    this.store = parts.store
    this.watch = parts.watch
    this.eventBus = parts.eventBus
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
    const crypto = nativeCrypto
    const config = DEFAULT_FAULT_DETECTOR_CONFIG
    const blockStore: FaultWatchOptions['blockStore'] = {
      base: 1n,
      loadBlockMeta: (height) => nodeNow().blockStore.loadBlockMeta(height),
      loadCommit: (height) => nodeNow().blockStore.loadCommit(height),
    }
    const stateStore: FaultWatchOptions['stateStore'] = {
      loadValidators: (height) => nodeNow().stateStore.loadValidators(height),
    }
    const records = { crypto, store: database, blockStore, stateStore, detection: config }
    const store = await EvidenceStore.open({ ...records, clock, logger })
    const eventBus = new EventBus()
    const { lockRule, initialHeight } = genesisOf(keyed, genesis)
    const watch = new FaultWatch({
      detector: new FaultDetector({ crypto, chainId: CHAIN_ID, initialHeight, lockRule, config }),
      store,
      notes: new FaultNotes(crypto, database),
      eventBus,
      logger,
      blockStore,
      stateStore,
    })
    const application = KvStoreApplication.inMemory(crypto)
    const parts = { store: database, application, genesis, evidence: watch, crypto }
    const node = await TestNode.open(parts)
    late.node = node
    await watch.resume(node.chainState)
    return new Desk({ node, store, watch, eventBus, logger, clock })
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

  /** Makes blocks that give the last validator one power after the other. */
  async changePower(...powers: readonly number[]): Promise<readonly Block[]> {
    const key = toBase64(keyed.keys[3]?.pubKey.bytes ?? new Uint8Array(0))
    const blocks: Block[] = []
    for (const power of powers) {
      await this.node.mempool.checkTx(toUtf8(`val=ed25519!${key}!${power}`))
      const built = await this.node.propose()
      await this.node.apply(built)
      blocks.push(built.block)
    }
    return blocks
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

  /** True evidence of a second header of height 3, signed by everybody. */
  async attack({
    change = { dataHash: new Uint8Array(32) },
    round = 0,
  }: { change?: Partial<Header>; round?: number } = {}): Promise<LightClientAttackEvidence> {
    const meta = await this.node.blockStore.loadBlockMeta(3n)
    const header = headerOf({ ...meta?.header, ...change })
    return {
      kind: 'light-client-attack',
      conflictingBlock: lightBlockOf(keyed, header, { round }),
      commonHeight: 3n,
      byzantineValidators: keyed.validatorSet.validators,
      totalVotingPower: 100n,
      timestamp: header.time,
    }
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
