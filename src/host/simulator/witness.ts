// Sees what happens to the nodes and tells it: to the digest, to the judges, to whoever traces.

import type { ConsensusState } from '../../core/consensus/index.ts'
import { votesOf } from '../../core/consensus/index.ts'
import type { FinalizeBlockRequest } from '../abci/index.ts'
import { Query } from '../events/index.ts'
import type { FaultEvent, NewBlockEvent } from '../events/index.ts'
import type { Committed, Court } from '../judges/index.ts'
import type { Replica } from '../replica/index.ts'
import { FOLD } from './digest.ts'
import type { Digest } from './digest.ts'
import { holdingsOf } from './holdings.ts'
import type { Narrator } from './narrator.ts'
import type { WorldRule } from './outcome.ts'
import type { Timeline } from './timeline.ts'
import type { SignerWatch } from './watched-signer.ts'

/** What a witness is made of. */
export interface WitnessOptions {
  readonly timeline: Timeline
  readonly digest: Digest
  readonly court: Court
  readonly narrator: Narrator
  /** How many can have power at once. */
  readonly validators: number
  /** Of the network to one peer. */
  readonly queueBytes: number
  /** Reports a broken promise that only the world can see. */
  readonly accuse: (rule: WorldRule, detail: string, culprits: readonly number[]) => void
}

/** An honest node that runs. */
interface Life {
  readonly replica: Replica
  /** The round in which it left the height before. */
  lastRound: number
}

type CommittedBlock = Omit<Committed, 'kind' | 'atMs' | 'node'>

const NEW_BLOCKS = Query.forKind('NewBlock')
const FAULTS = Query.forKind('Fault')

/** One for the world. */
export class Witness {
  readonly #options: WitnessOptions
  /** The last block that each honest node has executed. */
  readonly #heights = new Map<number, bigint>()
  readonly #lives = new Map<number, Life>()

  constructor(options: WitnessOptions) {
    this.#options = options
  }

  /** The last height that a node was seen to commit. */
  heightOf(node: number): bigint {
    return this.#heights.get(node) ?? 0n
  }

  /** An honest node is about to take part; what it decided unseen is told now. */
  async onStart(node: number, replica: Replica): Promise<void> {
    const { court, timeline, narrator } = this.#options
    court.see({ kind: 'started', atMs: timeline.nowMs, node })
    this.#lives.set(node, { replica, lastRound: 0 })
    narrator.forget(node)
    narrator.tell({ node, kind: 'start', detail: `height ${replica.blockStore.height}` })
    const faults = replica.eventBus.subscribe({
      query: FAULTS,
      onReady: () => {
        for (let next = faults.take(); next !== null; next = faults.take()) {
          if (next.event.kind === 'Fault') this.#onFault(node, next.event)
        }
      },
    })
    await this.#tellStored(node, replica)
    const blocks = replica.eventBus.subscribe({
      query: NEW_BLOCKS,
      onReady: () => {
        for (let next = blocks.take(); next !== null; next = blocks.take()) {
          if (next.event.kind === 'NewBlock') this.#onBlock(node, replica, next.event)
        }
      },
    })
  }

  onCrash(node: number): void {
    const { court, timeline, narrator } = this.#options
    court.see({ kind: 'crashed', atMs: timeline.nowMs, node })
    narrator.tell({ node, kind: 'crash', detail: '' })
  }

  onStop(node: number, reason: string, isExcused: boolean): void {
    const { court, timeline, narrator } = this.#options
    court.see({ kind: 'stopped', atMs: timeline.nowMs, node, reason, isExcused })
    narrator.tell({ node, kind: 'halt', detail: reason })
  }

  /** An application executes a block. */
  onExecuted(node: number, request: FinalizeBlockRequest): void {
    const { court, timeline } = this.#options
    const { height, hash, decidedLastCommit, misbehavior } = request
    const votes = decidedLastCommit.votes.map(({ validator, blockIdFlag: flag }) => {
      return { address: validator.address, power: validator.power, flag }
    })
    const guilty = misbehavior.map(({ kind, validator, height: at, time, totalVotingPower }) => {
      return { kind, ...validator, height: at, time, total: totalVotingPower }
    })
    const told = { height, hash, votes, misbehavior: guilty }
    court.see({ kind: 'executed', atMs: timeline.nowMs, node, ...told })
  }

  onSkew(node: number, skewMs: number): void {
    const { court, timeline } = this.#options
    court.see({ kind: 'skewed', atMs: timeline.nowMs, node, skewMs })
  }

  /** Looks over the shoulder of a signer that is asked now. */
  signerWatch(node: number, state: ConsensusState | null): SignerWatch {
    const { court, timeline, digest, narrator } = this.#options
    return {
      onAsked: () => narrator.noteAsked(node),
      onVote: (vote) => {
        const value = vote.blockId.hash[0] ?? -1
        digest.event(FOLD.sign, node, vote.type * 512 + value)
        digest.bytes(vote.signature)
        if (state === null) return
        court.see({ kind: 'signed-vote', atMs: timeline.nowMs, node, vote, state })
        narrator.tellVote(node, vote, state)
        // Where nothing is decided, nobody else looks.
        if (vote.round > 0) this.#weigh(node)
      },
      onProposal: (proposal) => {
        digest.event(FOLD.sign, node, proposal.round)
        digest.bytes(proposal.signature)
        if (state === null) return
        court.see({ kind: 'signed-proposal', atMs: timeline.nowMs, node, proposal, state })
        narrator.tellProposal(node, proposal)
      },
    }
  }

  // The block that was stored right before a crash, when nobody could hear of it any more.
  async #tellStored(node: number, replica: Replica): Promise<void> {
    const { blockStore, stateStore, engine } = replica
    const { height } = blockStore
    const seen = this.heightOf(node)
    if (height < seen) {
      const detail = `height ${seen} was committed, and after a restart the last is ${height}`
      this.#options.accuse('lost-block', detail, [node])
    }
    if (height <= seen) return
    const block = await blockStore.loadBlock(height)
    const meta = await blockStore.loadBlockMeta(height)
    const commit = await blockStore.loadSeenCommit(height)
    const response = await stateStore.loadResults(height)
    const validators = await stateStore.loadValidators(height)
    if (block === null || meta === null || commit === null) return
    if (response === null || validators === null) return
    const { appHash } = engine.chainState
    const { blockId } = meta
    this.#commit(node, { block, blockId, commit, response, appHash, validators })
  }

  #onBlock(node: number, { engine }: Replica, event: NewBlockEvent): void {
    const { block, blockId, round, response } = event
    if (block.header.height <= this.heightOf(node)) return
    const { precommits } = votesOf(engine.state, round)
    this.#weigh(node)
    const life = this.#lives.get(node)
    if (life !== undefined) life.lastRound = engine.state.round
    this.#commit(node, {
      block,
      blockId,
      commit: precommits.makeCommit(),
      response,
      appHash: response.appHash,
      validators: engine.chainState.validators,
    })
  }

  #onFault(node: number, { fault, validators, height, isProved }: FaultEvent): void {
    const { court, timeline } = this.#options
    const told = { node, fault, validators, height, isProved }
    court.see({ kind: 'told-fault', atMs: timeline.nowMs, ...told })
  }

  #weigh(node: number): void {
    const life = this.#lives.get(node)
    if (life === undefined) return
    const { court, timeline, validators, queueBytes } = this.#options
    const round = Math.max(life.lastRound, life.replica.engine.state.round)
    for (const holding of holdingsOf(life.replica, { round, validators, queueBytes })) {
      court.see({ kind: 'held', atMs: timeline.nowMs, node, ...holding })
    }
  }

  #commit(node: number, committed: CommittedBlock): void {
    const { court, timeline, digest, narrator } = this.#options
    const { height } = committed.block.header
    this.#heights.set(node, height)
    digest.event(FOLD.commit, node, Number(height & 0xffff_ffffn))
    digest.bytes(committed.blockId.hash)
    digest.bytes(committed.appHash)
    court.see({ kind: 'committed', atMs: timeline.nowMs, node, ...committed })
    narrator.tellDecision(node, height, committed.commit.round, committed.blockId)
  }
}
