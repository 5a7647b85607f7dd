// A court that watches whole replicas of a cluster.

import { nativeCrypto } from '../../node/platform/index.ts'
import { votesOf } from '../../core/consensus/index.ts'
import { Query } from '../events/index.ts'
import { Cluster, CLUSTER_TIMES } from '../replica/cluster.fixture.ts'
import type { ClusterOptions, Disk, Running } from '../replica/cluster.fixture.ts'
import type { ReplicaOptions } from '../replica/index.ts'
import { Court } from './index.ts'
import type { Observation, Setting } from './index.ts'

const BLOCKS = Query.parse("tm.event = 'NewBlock'")

/** A cluster whose honest members are watched. */
export class WatchedCluster {
  readonly cluster: Cluster
  readonly setting: Setting
  readonly court: Court
  readonly facts: Observation[] = []

  constructor(options: ClusterOptions, settings: { readonly gossipMs?: number } = {}) {
    this.cluster = new Cluster({
      ...options,
      alter: (index, original) => this.#watchSigner(index, original),
    })
    const { genesis } = this.cluster
    this.setting = {
      crypto: nativeCrypto,
      genesis,
      chainStart: { appVersion: 1n, appHash: new Uint8Array(8) },
      addresses: genesis.validators.map(({ address }) => address),
      villains: [],
      startTime: genesis.genesisTime,
      skewMs: genesis.validators.map(() => 0),
      timeouts: (options.engine ?? CLUSTER_TIMES).timeouts,
      gossipMs: settings.gossipMs ?? 100,
    }
    this.court = new Court(this.setting)
  }

  /** Moment of the run. */
  get atMs(): number {
    return this.cluster.clock.monotonicMs()
  }

  /** Tells the court, and keeps the fact. */
  see(fact: Observation): void {
    this.facts.push(fact)
    this.court.see(fact)
  }

  /** Starts a validator on a disk, watched. */
  async start(index: number, disk: Disk): Promise<Running> {
    const running = await this.cluster.start(index, disk)
    this.see({ kind: 'started', atMs: this.atMs, node: index })
    this.#watchBlocks(index)
    return running
  }

  #watchSigner(index: number, options: ReplicaOptions): ReplicaOptions {
    const { signer } = options
    if (signer === null) return options
    const state = () => this.cluster.at(index).replica.engine.state
    return {
      ...options,
      signer: {
        pubKey: signer.pubKey,
        address: signer.address,
        signVote: async (chainId, vote, how) => {
          const known = state()
          const signed = await signer.signVote(chainId, vote, how)
          const fact = { atMs: this.atMs, node: index, state: known }
          if (signed.ok) this.see({ kind: 'signed-vote', ...fact, vote: signed.value })
          return signed
        },
        signProposal: async (chainId, proposal, how) => {
          const known = state()
          const signed = await signer.signProposal(chainId, proposal, how)
          const fact = { atMs: this.atMs, node: index, state: known }
          if (signed.ok) this.see({ kind: 'signed-proposal', ...fact, proposal: signed.value })
          return signed
        },
      },
    }
  }

  #watchBlocks(index: number): void {
    const { replica } = this.cluster.at(index)
    if (!BLOCKS.ok) throw new Error(BLOCKS.error)
    const subscription = replica.eventBus.subscribe({
      query: BLOCKS.value,
      onReady: () => {
        for (let next = subscription.take(); next !== null; next = subscription.take()) {
          const { event } = next
          if (event.kind !== 'NewBlock') continue
          const { block, blockId, response, round } = event
          const { state } = replica.engine
          this.see({
            kind: 'committed',
            atMs: this.atMs,
            node: index,
            block,
            blockId,
            commit: votesOf(state, round).precommits.makeCommit(),
            response,
            appHash: response.appHash,
            validators: state.validatorSet,
          })
        }
      },
    })
  }
}
