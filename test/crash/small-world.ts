// One whole validator on a disk in memory, and the rest of its network in one object.

import { EMPTY_BYTES, equalBytes, toHex } from '../../src/core/bytes/index.ts'
import type { Time } from '../../src/core/bytes/index.ts'
import type { ConsensusState } from '../../src/core/consensus/index.ts'
import { addressOf } from '../../src/core/crypto/index.ts'
import type { Crypto } from '../../src/core/crypto/index.ts'
import {
  defaultConsensusParams,
  equalBlockId,
  isNilBlockId,
  VoteType,
} from '../../src/core/types/index.ts'
import type { Genesis } from '../../src/core/types/index.ts'
import { KvStoreApplication } from '../../src/host/abci/index.ts'
import type { Application } from '../../src/host/abci/index.ts'
import {
  MemoryClock,
  MemoryLogger,
  MemoryNetwork,
  MemoryRandom,
} from '../../src/host/memory/index.ts'
import type { MemoryDisk } from '../../src/host/memory/index.ts'
import type { KeyValueStore } from '../../src/host/ports/index.ts'
import { generateFileSigner, loadFileSigner } from '../../src/host/privval/index.ts'
import type { Signer } from '../../src/host/privval/index.ts'
import { CLUSTER_TIMES } from '../../src/host/replica/cluster.fixture.ts'
import { Replica } from '../../src/host/replica/index.ts'
import { nativeChannelCrypto } from '../../src/node/platform/index.ts'
import { appHashOf } from './app-hash.ts'
import { makeFakeCrypto } from './fake-crypto.ts'
import { LoneSwitch } from './lone-switch.ts'
import { Notebook } from './notebook.ts'
import { RestOfNetwork } from './rest-of-network.ts'
import type { Member } from './rest-of-network.ts'

/** What is run: a validator alone, or one that three others cannot do without. */
export interface Setting {
  readonly name: string
  readonly powers: readonly bigint[]
  /** Transactions of a height, whoever proposes it. */
  readonly txsAt: (height: bigint) => readonly Uint8Array[]
  /** The application asks to prune, and syncs what it commits. */
  readonly prunes: boolean
  readonly walSizes: { readonly segmentBytes: number; readonly reserveBytes: number }
  /** What takes so long to sync that everything else is on disk before it. */
  readonly slow: 'log' | 'sign-state'
}

/** Where a world begins. */
export interface WorldStart {
  readonly setting: Setting
  readonly disk: MemoryDisk
  readonly book: Notebook
  /** Virtual milliseconds since the genesis time. */
  readonly atMs: number
  readonly echoes: boolean
}

const GENESIS_TIME: Time = 1_795_305_600_000_000_000n
/** Where the key and the sign state are. */
export const SIGNER = {
  keyPath: '/node/priv_validator_key.json',
  statePath: '/node/priv_validator_state.json',
}
const KEPT_BLOCKS = 4n
/** Turns of the event loop after which nothing more happens of itself. */
const QUIET_TURNS = 2

/** Of the whole world. */
export const crypto: Crypto = makeFakeCrypto()

const turn = (): Promise<void> => new Promise(setImmediate)

/** The seed of a validator's key; the first is the one that is tried. */
const seedOf = (index: number): Uint8Array => new Uint8Array(32).fill(10 + index)

/** The public key of a validator. */
export function publicKeyOf(index: number): Uint8Array {
  return crypto.publicKeyEd25519(seedOf(index))
}

/** The address of the validator that is tried. */
export const OWN_ADDRESS: Uint8Array = memberOf(0).address

/** All who may be validators at some height, but the one that is tried. */
const REST = [1, 2, 3, 4].map(memberOf)

/** One life of the validator. */
export class SmallWorld {
  readonly clock: MemoryClock
  readonly logger = new MemoryLogger()
  readonly start: WorldStart
  readonly rest: RestOfNetwork
  replica: Replica | null = null
  /** Why the node stopped by itself. */
  halted: Error | null = null
  readonly #startMs: number
  #application: Application | null = null

  constructor(start: WorldStart) {
    this.start = start
    this.#startMs = start.atMs
    this.clock = new MemoryClock(GENESIS_TIME + BigInt(Math.floor(start.atMs)) * 1_000_000n)
    this.rest = new RestOfNetwork({
      chainId: 'crash',
      crypto,
      clock: this.clock,
      book: start.book,
      address: OWN_ADDRESS,
      members: start.setting.powers.length === 1 ? [] : REST,
      engine: () => (this.replica?.engine.running === true ? this.replica.engine : null),
      steps: () => start.disk.steps,
      txsAt: start.setting.txsAt,
      send: (message) => this.#switch?.deliver(message),
      echoes: start.echoes,
    })
  }

  #switch: LoneSwitch | null = null

  /** Milliseconds since the genesis time. */
  get nowMs(): number {
    return this.#startMs + this.clock.monotonicMs()
  }

  get height(): bigint {
    return this.replica?.blockStore.height ?? 0n
  }

  get state(): ConsensusState | null {
    return this.replica?.engine.state ?? null
  }

  /** Opens what is on the disk and takes part; rejects with why the node does not start. */
  async open(): Promise<void> {
    const { disk, setting } = this.start
    const applicationStore = disk.openStore('application')
    const app = await KvStoreApplication.open(
      crypto,
      setting.prunes ? alwaysSynced(applicationStore) : applicationStore,
    )
    this.#application = setting.prunes ? pruning(app) : app
    const replica = await Replica.open({
      ports: {
        clock: this.clock,
        random: new MemoryRandom(7),
        logger: this.logger,
        crypto,
        channelCrypto: nativeChannelCrypto,
        network: new MemoryNetwork(this.clock).host('node'),
        files: disk.files,
        store: disk.openStore('blocks'),
      },
      genesis: genesisOf(setting),
      application: this.#application,
      signer: await this.#openSigner(),
      nodeKeySeed: seedOf(100),
      moniker: 'node0',
      version: '0.38.0',
      engine: CLUSTER_TIMES,
      mempool: {},
      p2p: { listenAddress: null },
      makeSwitch: (options) => {
        this.#switch = new LoneSwitch(options, (bytes) => this.rest.receive(bytes))
        return this.#switch
      },
      externalAddress: null,
      persistentPeers: [],
      rpcAddress: '',
      indexTxs: true,
      doubleSignCheckHeight: 0,
      walPath: '/node/wal',
      walSizes: setting.walSizes,
    })
    this.replica = replica
    void replica.halted.then((error) => (this.halted = error))
    await replica.start()
  }

  /** Lets everything happen that needs no time to pass. */
  async settle(): Promise<void> {
    for (let i = 0; i < QUIET_TURNS; i++) await turn()
  }

  /**
   * Runs on until something is so. Throws what stopped the node, or where it stands when time is
   * up.
   */
  async until(isSo: () => boolean, limitMs = 60_000): Promise<void> {
    const endMs = this.clock.monotonicMs() + limitMs
    for (;;) {
      for (let i = 0; i < QUIET_TURNS; i++) {
        if (isSo()) return
        await turn()
        this.rest.react()
      }
      if (isSo()) return
      if (this.halted !== null) throw this.halted
      const nextMs = this.clock.nextTimerMs() ?? limitMs
      if (this.clock.monotonicMs() + nextMs > endMs) throw new Error(this.#report(limitMs))
      this.clock.advance(nextMs)
    }
  }

  /** Gives the validator the transactions of the next height, as a client does. */
  feed(height: bigint): void {
    for (const tx of this.start.setting.txsAt(height)) void this.replica?.mempool.checkTx(tx)
  }

  /** Ends this life; nothing of it is written any more when the disk has crashed before. */
  async stop(): Promise<void> {
    await this.replica?.stop().catch(() => undefined)
  }

  /** What a restart found that it must have, or must not have; empty when all is well. */
  judgeStart(): string[] {
    const { book } = this.start
    const complaints: string[] = []
    const state = this.state
    if (state === null) return ['the node has no state']
    const above = book.ofHeight(state.height + 1n).filter((note) => isOwn(note))
    if (above.length > 0) complaints.push(`at height ${state.height}, but spoke at the next one`)
    for (const note of book.ofHeight(state.height)) {
      if (note.kind !== 'vote' || !isOwn(note)) continue
      const { round, type, blockId } = note.vote
      if (state.round < round) complaints.push(`in round ${state.round}, but voted in ${round}`)
      if (type !== VoteType.precommit || isNilBlockId(blockId)) continue
      const { lockedRound, lockedValue } = state
      const keeps = lockedValue !== null && equalBlockId(lockedValue, blockId)
      if (lockedRound < round || (lockedRound === round && !keeps)) {
        complaints.push(`lost the lock of round ${round}: locked in ${lockedRound}`)
      }
    }
    return complaints
  }

  /** What is wrong with the stored chain, by what the rest of the network knows. */
  async judgeChain(): Promise<string[]> {
    const { replica } = this
    if (replica === null) return ['the node is down']
    const { blockStore } = replica
    const { book } = this.start
    const complaints: string[] = [...this.rest.complaints]
    for (let height = blockStore.base; height <= blockStore.height && height > 0n; height++) {
      const meta = await blockStore.loadBlockMeta(height)
      const decided = book.decided(height)
      if (meta === null || decided === null) {
        complaints.push(`block ${height}: ${meta === null ? 'missing' : 'never decided'}`)
        continue
      }
      if (!equalBlockId(meta.blockId, decided.blockId)) complaints.push(`block ${height}: another`)
      const before = book.decided(height - 1n)?.txs ?? 0n
      if (!equalBytes(meta.header.appHash, appHashOf(before))) {
        complaints.push(`app hash of block ${height}: ${toHex(meta.header.appHash)}`)
      }
    }
    return [...complaints, ...(await this.#judgeApplication(replica))]
  }

  async #judgeApplication(replica: Replica): Promise<string[]> {
    const request = { version: '', blockVersion: 0n, p2pVersion: 0n, abciVersion: '' }
    const { lastBlockHeight, lastBlockAppHash } = await replica.application.info(request)
    const txs = this.start.book.decided(lastBlockHeight)?.txs ?? 0n
    if (lastBlockHeight === this.height && equalBytes(lastBlockAppHash, appHashOf(txs))) return []
    return [`application at ${lastBlockHeight} of ${this.height}, ${toHex(lastBlockAppHash)}`]
  }

  async #openSigner(): Promise<Signer> {
    const { files } = this.start.disk
    await files.makeDirectory('/node')
    const paths = { files, crypto, ...SIGNER }
    if ((await files.readFile(SIGNER.keyPath)) !== null) return loadFileSigner(paths)
    const random = { bytes: () => seedOf(0) }
    return generateFileSigner({ ...paths, random })
  }

  #report(limitMs: number): string {
    const state = this.state
    const place = state === null ? 'down' : `${state.height}/${state.round} ${state.step}`
    return `not within ${limitMs} ms: ${place}, stored ${this.height}`
  }
}

/** Whether a note is of the validator that is tried. */
export function isOwn(note: ReturnType<Notebook['ofHeight']>[number]): boolean {
  return note.kind === 'vote' && equalBytes(note.vote.validatorAddress, OWN_ADDRESS)
}

function memberOf(index: number): Member {
  const pubKey = { type: 'ed25519', bytes: crypto.publicKeyEd25519(seedOf(index)) } as const
  return { seed: seedOf(index), address: addressOf(crypto, pubKey) }
}

function genesisOf({ powers }: Setting): Genesis {
  return {
    genesisTime: GENESIS_TIME,
    chainId: 'crash',
    initialHeight: 1n,
    // Blocks may be pruned once evidence cannot name them any more.
    consensusParams: {
      ...defaultConsensusParams,
      evidence: {
        ...defaultConsensusParams.evidence,
        maxAgeNumBlocks: 3n,
        maxAgeDuration: 1_000_000_000n,
      },
    },
    validators: powers.map((power, index) => {
      const pubKey = { type: 'ed25519', bytes: publicKeyOf(index) } as const
      return { address: memberOf(index).address, pubKey, power, name: `node${index}` }
    }),
    appHash: EMPTY_BYTES,
    appStateJson: '',
    lockRule: 'comet-legacy',
    medianTimeRule: 'non-absent',
    evidenceRule: 'comet',
  }
}

/** A store that syncs every batch: an application that asks to prune has to. */
function alwaysSynced(store: KeyValueStore): KeyValueStore {
  return {
    get: (key) => store.get(key),
    getMany: (keys) => store.getMany(keys),
    batch: (operations) => store.batch(operations, { sync: true }),
    iterate: (range) => store.iterate(range),
    close: () => store.close(),
  }
}

/** The application, asking to forget all but the last blocks. */
function pruning(application: KvStoreApplication): Application {
  let height = 0n
  return {
    info: () => application.info(),
    initChain: (request) => application.initChain(request),
    query: (request) => application.query(request),
    checkTx: (request) => application.checkTx(request),
    prepareProposal: (request) => application.prepareProposal(request),
    processProposal: (request) => application.processProposal(request),
    extendVote: () => application.extendVote(),
    verifyVoteExtension: () => application.verifyVoteExtension(),
    finalizeBlock: (request) => {
      height = request.height
      return application.finalizeBlock(request)
    },
    commit: async () => {
      await application.commit()
      return { retainHeight: height > KEPT_BLOCKS ? height - KEPT_BLOCKS : 0n }
    },
  }
}
