// Whole validators in one process on one clock that only moves when nobody has anything left to do.

import { addressOf } from '../../core/crypto/index.ts'
import { defaultConsensusParams } from '../../core/types/index.ts'
import type { Genesis, Proposal, Vote } from '../../core/types/index.ts'
import { nativeChannelCrypto, nativeCrypto } from '../../node/platform/index.ts'
import { KvStoreApplication } from '../abci/index.ts'
import type { EngineConfig } from '../engine/index.ts'
import { MemoryClock, MemoryFiles, MemoryKeyValueStore, MemoryLogger } from '../memory/index.ts'
import { MemoryNetwork, MemoryRandom } from '../memory/index.ts'
import { peerIdOf } from '../p2p/index.ts'
import { FRESH_SIGN_STATE, FileSigner, parseSignState } from '../privval/index.ts'
import type { Signer } from '../privval/index.ts'
import { Replica } from './index.ts'
import type { ReplicaOptions } from './index.ts'

/** A block a second; every round costs far more than a message. */
export const CLUSTER_TIMES: EngineConfig = {
  timeouts: {
    proposeMs: 3000,
    proposeDeltaMs: 500,
    prevoteMs: 1000,
    prevoteDeltaMs: 500,
    precommitMs: 1000,
    precommitDeltaMs: 500,
    commitMs: 1000,
    maxMs: 10_000,
  },
  skipTimeoutCommit: false,
  createEmptyBlocks: true,
  createEmptyBlocksIntervalMs: 0,
}

const STATE_PATH = '/node/priv_validator_state.json'
const PORT = 26656
const START = 1_795_305_600_000_000_000n

/** What a validator survives with. */
export interface Disk {
  readonly files: MemoryFiles
  readonly store: MemoryKeyValueStore
}

/** A signature that was given out. */
export interface Signature {
  readonly place: string
  /** What was signed, and the signature: the same message has the same one for ever. */
  readonly value: string
}

/** A validator that runs. */
export interface Running extends Disk {
  readonly replica: Replica
  readonly logger: MemoryLogger
}

/** What a cluster is made of. */
export interface ClusterOptions {
  readonly size: number
  /** Powers of the first validators; the others have 10. */
  readonly powers?: readonly bigint[]
  readonly engine?: EngineConfig
  readonly genesis?: Partial<Genesis>
  /** What a validator is really started with, in place of the options of an honest one. */
  readonly alter?: (index: number, options: ReplicaOptions) => ReplicaOptions
}

/** A network of validators and all that they ever signed. */
export class Cluster {
  readonly clock: MemoryClock = new MemoryClock(START)
  readonly genesis: Genesis
  readonly running: (Running | null)[]
  readonly signatures: Signature[][]
  readonly #options: ClusterOptions
  readonly #network: MemoryNetwork
  #starts = 0

  constructor(options: ClusterOptions) {
    this.#options = options
    this.#network = new MemoryNetwork(this.clock)
    this.running = Array.from({ length: options.size }, () => null)
    this.signatures = Array.from({ length: options.size }, () => [])
    this.genesis = {
      genesisTime: START,
      chainId: 'cluster',
      initialHeight: 1n,
      consensusParams: defaultConsensusParams,
      validators: this.running.map((_, i) => ({
        ...keyOf(i),
        power: options.powers?.[i] ?? 10n,
        name: `node${i}`,
      })),
      appHash: new Uint8Array(0),
      appStateJson: '',
      lockRule: 'comet-legacy',
      medianTimeRule: 'non-absent',
      evidenceRule: 'comet',
      ...options.genesis,
    }
  }

  /** A disk that nothing was ever written to. */
  static async freshDisk(files = new MemoryFiles()): Promise<Disk> {
    await files.makeDirectory('/node')
    return { files, store: new MemoryKeyValueStore() }
  }

  /** A validator by index; it must run. */
  at(index: number): Running {
    const running = this.running[index]
    if (running === null || running === undefined) throw new Error(`validator ${index} is down`)
    return running
  }

  /** Height of the last block of a validator, 0 when it does not run. */
  heightOf(index: number): bigint {
    return this.running[index]?.replica.blockStore.height ?? 0n
  }

  /** The validators that run. */
  live(): Running[] {
    return this.running.filter((each) => each !== null)
  }

  /** Starts a validator on what is on its disk. */
  async start(index: number, disk: Disk): Promise<Running> {
    const logger = new MemoryLogger()
    const options: ReplicaOptions = {
      ports: {
        clock: this.clock,
        random: new MemoryRandom(1000 * ++this.#starts + index),
        logger,
        crypto: nativeCrypto,
        channelCrypto: nativeChannelCrypto,
        network: this.#network.host(hostOf(index)),
        ...disk,
      },
      genesis: this.genesis,
      application: KvStoreApplication.inMemory(nativeCrypto),
      signer: await this.#signerOf(index, disk.files),
      nodeKeySeed: seedOf(index, 2),
      moniker: `node${index}`,
      version: '0.38.0',
      engine: this.#options.engine ?? CLUSTER_TIMES,
      mempool: {},
      p2p: { listenAddress: `${hostOf(index)}:${PORT}` },
      externalAddress: null,
      persistentPeers: this.running.flatMap((_, i) => (i === index ? [] : [addressOfNode(i)])),
      rpcAddress: '',
      indexTxs: false,
      doubleSignCheckHeight: 0,
      walPath: '/wal',
    }
    const replica = await Replica.open(this.#options.alter?.(index, options) ?? options)
    const running = { replica, logger, ...disk }
    this.running[index] = running
    await replica.start()
    return running
  }

  /** Leaves a validator where it is: its connections end, and nothing of it is written any more. */
  async abandon(index: number): Promise<void> {
    const running = this.at(index)
    this.running[index] = null
    await running.replica.stop().catch(() => undefined)
  }

  /** Ends a validator properly; what it leaves can be started again. */
  async stop(index: number): Promise<Disk> {
    const { replica, files, store } = this.at(index)
    this.running[index] = null
    await replica.stop()
    return { files, store: store.reopen() }
  }

  async stopAll(): Promise<void> {
    for (const [index, running] of this.running.entries()) {
      if (running !== null) await this.abandon(index)
    }
  }

  /** Lets everything happen that needs no time to pass, then time, until something is so. */
  async until(isSo: () => boolean, limitMs = 60_000): Promise<void> {
    const endMs = this.clock.monotonicMs() + limitMs
    for (;;) {
      for (let i = 0; i < QUIET_TURNS; i++) {
        if (isSo()) return
        await turn()
      }
      if (isSo()) return
      const nextMs = this.clock.nextTimerMs() ?? limitMs
      if (this.clock.monotonicMs() + nextMs > endMs) throw new Error(this.#report(limitMs))
      this.clock.advance(nextMs)
    }
  }

  /** Every place at which a validator gave out two signatures. */
  equivocations(): string[] {
    return this.signatures.flatMap((signatures, index) => {
      const values = new Map<string, string>()
      return signatures.flatMap(({ place, value }) => {
        const before = values.get(place) ?? value
        values.set(place, before)
        return before === value ? [] : [`validator ${index}: ${place}: ${before} and ${value}`]
      })
    })
  }

  #report(limitMs: number): string {
    const lines = this.running.map((each, i) => {
      if (each === null) return `${i}: down`
      const { height, round, step } = each.replica.engine.state
      return `${i}: ${height}/${round} ${step} peers ${each.replica.switch.peers().length}`
    })
    return `not within ${limitMs} ms:\n${lines.join('\n')}`
  }

  async #signerOf(index: number, files: MemoryFiles): Promise<Signer> {
    const bytes = await files.readFile(STATE_PATH)
    const state = bytes === null ? FRESH_SIGN_STATE : parseSignState(STATE_PATH, bytes)
    const key = { ...keyOf(index), seed: seedOf(index, 1) }
    const options = { files, crypto: nativeCrypto, statePath: STATE_PATH }
    const signer = new FileSigner({ ...options, key, state })
    const book = this.signatures[index] ?? []
    return {
      pubKey: signer.pubKey,
      address: signer.address,
      signVote: async (chainId, vote) => {
        const signed = await signer.signVote(chainId, vote)
        if (signed.ok) {
          book.push(signatureOf(`${vote.height}/${vote.round}/${vote.type}`, signed.value))
        }
        return signed
      },
      signProposal: async (chainId, proposal) => {
        const signed = await signer.signProposal(chainId, proposal)
        const { height, round } = proposal
        if (signed.ok) book.push(signatureOf(`${height}/${round}/proposal`, signed.value))
        return signed
      },
    }
  }
}

/** Turns of the event loop after which nothing more happens of itself. */
const QUIET_TURNS = 6

const turn = (): Promise<void> => new Promise(setImmediate)
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
const hostOf = (index: number): string => `host${index}`

function signatureOf(place: string, signed: Vote | Proposal): Signature {
  const { hash, partSetHeader } = signed.blockId
  const pol = 'polRound' in signed ? `/${signed.polRound}` : ''
  const value = `${hex(hash)}/${hex(partSetHeader.hash)}${pol} by ${hex(signed.signature)}`
  return { place, value }
}

/** The seed with which a validator signs. */
export function signingSeedOf(index: number): Uint8Array {
  return seedOf(index, 1)
}

function seedOf(index: number, purpose: number): Uint8Array {
  return new Uint8Array(32).fill(10 * (index + 1) + purpose)
}

function keyOf(index: number): Pick<Signer, 'address' | 'pubKey'> {
  const bytes = nativeCrypto.publicKeyEd25519(seedOf(index, 1))
  const pubKey = { type: 'ed25519', bytes } as const
  return { pubKey, address: addressOf(nativeCrypto, pubKey) }
}

function addressOfNode(index: number): string {
  const id = peerIdOf(nativeCrypto, nativeCrypto.publicKeyEd25519(seedOf(index, 2)))
  return `${id}@${hostOf(index)}:${PORT}`
}
