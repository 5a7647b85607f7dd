// The consensus engine: feeds inputs to the transition and performs its effects, in order.
import {
  makeConsensus,
  roundFailureOf,
  transition,
  validatorsOf,
} from '../../core/consensus/index.ts'
import type { ConsensusState, Input } from '../../core/consensus/index.ts'
import { MessagePool } from '../../core/message-pool/index.ts'
import type { Admission, HeldMessages } from '../../core/message-pool/index.ts'
import { maxBlockBytes } from '../../core/chain/index.ts'
import type { ChainState } from '../../core/chain/index.ts'
import { BLOCK_PART_SIZE, VoteType } from '../../core/types/index.ts'
import type {
  Block,
  BlockId,
  Header,
  Part,
  Proposal,
  Vote,
  VoteSet,
} from '../../core/types/index.ts'
import { equalBytes } from '../../core/bytes/index.ts'
import { BlockCache } from './block-cache.ts'
import { EffectHandlers } from './effect-handlers.ts'
import type { EngineListener, EngineOptions } from './engine-options.ts'
import { EngineError } from './errors.ts'
import { decodeRecord, encodeRecord, recordHeight } from './log-record.ts'
import type { HeightStart, RecordedInput } from './log-record.ts'
import { PendingRequests } from './pending-requests.ts'
import { explainFailure } from './round-report.ts'
import { Timeouts } from './timeouts.ts'

/**
 * One node's consensus. Single owner of the consensus state: every input passes `#submit`, is
 * transitioned, logged, and its effects are performed before the next one. Peers' messages are
 * handled within the call, so nothing queues up here.
 */
export class ConsensusEngine {
  readonly #options: EngineOptions
  readonly #pool: MessagePool
  readonly #blocks: BlockCache
  readonly #timeouts: Timeouts
  readonly #effects: EffectHandlers
  readonly #inbox: Input[] = []
  #state: ConsensusState
  #chainState: ChainState
  #lastHeader: Header | null
  #listener: EngineListener | null = null
  #phase: 'idle' | 'replaying' | 'running' | 'stopped' = 'idle'
  #draining = false
  #replayed: PendingRequests | null = null
  #heightStartedAtMs = 0
  #reportedWait = ''

  constructor(options: EngineOptions) {
    this.#options = options
    const { crypto, chainState, config, signer, clock } = options
    this.#chainState = chainState
    this.#lastHeader = options.lastHeader
    this.#pool = new MessagePool({ crypto, chainId: chainState.chainId })
    this.#blocks = new BlockCache(crypto)
    this.#timeouts = new Timeouts(clock, (timeout) => this.#submit({ kind: 'timeout', timeout }))
    this.#state = makeConsensus({
      chainId: chainState.chainId,
      crypto,
      lockRule: chainState.lockRule,
      self: signer?.address ?? null,
      timeouts: config.timeouts,
      skipTimeoutCommit: config.skipTimeoutCommit,
    })
    this.#effects = new EffectHandlers({
      ...options,
      blocks: this.#blocks,
      timeouts: this.#timeouts,
      currentState: () => this.#state,
      currentChainState: () => this.#chainState,
      submit: (input) => this.#submit(input),
      decided: (next, header, precommits) => this.#onDecided(next, header, precommits),
      fail: (error) => this.#fail(error),
      listener: () => this.#listener,
      stopped: () => this.#phase === 'stopped',
    })
  }

  /** The consensus state now; immutable. */
  get state(): ConsensusState {
    return this.#state
  }

  /** The votes that passed the pool; a live view. */
  get messages(): HeldMessages {
    return this.#pool
  }

  /** The chain state after the last decided block. */
  get chainState(): ChainState {
    return this.#chainState
  }

  /** True between the end of replay and stop. */
  get running(): boolean {
    return this.#phase === 'running'
  }

  /** When the present height began, on the monotonic clock. */
  get startedAtMs(): number {
    return this.#heightStartedAtMs
  }

  /**
   * When the height before was decided, on the monotonic clock; null when none was since the start.
   */
  get decidedAtMs(): number | null {
    return this.#effects.decidedAtMs
  }

  /** A block of this height that was complete here, or null. */
  blockOf(blockId: BlockId): Block | null {
    return this.#blocks.get(blockId)
  }

  /**
   * To be called when nothing has moved for a while: tells the operator whose votes the chain waits
   * for, again when that has changed. No round fails in a halt, so no other line would say it.
   */
  reportWait(): void {
    const { height, round, step } = this.#state
    if (step !== 'prevote' && step !== 'precommit') return
    const reason = explainFailure(roundFailureOf(this.#state), validatorsOf(this.#state))
    const wait = `${height}/${round}/${step}/${reason}`
    if (wait === this.#reportedWait) return
    this.#reportedWait = wait
    this.#options.logger.warn('waiting for votes', { height, round, step, reason })
  }

  setListener(listener: EngineListener): void {
    this.#listener = listener
  }

  /** Feeds the log of the unfinished height again, then goes live. */
  async start(): Promise<void> {
    const records = await this.#unfinishedRecords()
    this.#phase = 'replaying'
    this.#replayed = new PendingRequests()
    const begun = records.find((record) => record.kind === 'height-start')
    this.#startHeight(this.#options.lastPrecommits, begun)
    for (const record of records) if (record.kind !== 'height-start') this.#replay(record)
    const pending = this.#replayed.take()
    this.#replayed = null
    this.#phase = 'running'
    if (records.length > 0) {
      const { height, round, step } = this.#state
      this.#options.logger.info('log replayed', { records: records.length, height, round, step })
    }
    this.#listener?.onStep()
    for (const effect of pending) this.#effects.perform(effect)
  }

  /** Performs nothing further; waits for what is under way (a block being applied, a signature). */
  async stop(): Promise<void> {
    this.#phase = 'stopped'
    this.#timeouts.cancelAll()
    await this.#effects.settled()
  }

  /** Takes a peer's proposal; the reason when the peer is to blame for it. */
  receiveProposal(proposal: Proposal, peerId: string): string | null {
    if (!this.running) return null
    const admission = this.#pool.admitProposal(proposal, peerId)
    this.#observe(null, admission)
    this.#warnOf(admission)
    if (admission.kind === 'admitted') {
      this.#submit({ kind: 'proposal', proposal })
      this.#listener?.onProposal(proposal, false)
    }
    return refusalOf(admission)
  }

  /** Takes a peer's vote; the reason when the peer is to blame for it. */
  receiveVote(vote: Vote, peerId: string): string | null {
    if (!this.running) return null
    const admission = this.#pool.admitVote(vote, peerId)
    this.#observe(vote, admission)
    this.#warnOf(admission)
    if (isIn(admission)) this.#submit({ kind: 'vote', vote })
    return refusalOf(admission)
  }

  /**
   * Takes a block part. Nobody is blamed for a part that does not fit: it may be on its way since
   * before we changed the part set.
   */
  receivePart(message: { height: bigint; round: number; part: Part }): null {
    if (!this.running || message.height !== this.#state.height) return null
    const { part } = message
    if (this.#state.proposalParts?.bits.get(part.index) === true) return null
    const before = this.#state
    this.#submit({ kind: 'block-part', ...message })
    const parts = this.#state.proposalParts
    if (this.#state !== before && parts !== null) {
      this.#listener?.onPartAdded(parts.header, part.index)
    }
    return null
  }

  /** A peer claims a majority: further votes for that value are taken in. */
  claimMaj23(claim: {
    readonly peerId: string
    readonly height: bigint
    readonly round: number
    readonly type: number
    readonly blockId: BlockId
  }): string | null {
    return this.running ? refusalOf(this.#pool.claimMaj23(claim)) : null
  }

  /** Forgets what the pool holds for a peer that left. */
  removePeer(peerId: string): void {
    this.#pool.removePeer(peerId)
  }

  // Only records of the height after the last stored block count: a crash between storing a block
  // and marking its end in the log leaves a finished height's records at the tail. Of those only
  // the precommits: late ones may have ended the wait for the next height.
  async #unfinishedRecords(): Promise<(RecordedInput | HeightStart)[]> {
    const { wal, crypto } = this.#options
    const last = this.#chainState.lastBlockHeight
    const height = last === 0n ? this.#chainState.initialHeight : last + 1n
    const records = (await wal.readSince(last)) ?? (await wal.readSince(last - 1n)) ?? []
    const inputs: (RecordedInput | HeightStart)[] = []
    for (const record of records) {
      const of = recordHeight(record)
      if (of !== height && of !== height - 1n) continue
      const input = decodeRecord(crypto, record)
      if (input === null) {
        throw new EngineError('ENGINE_LOG_UNREADABLE', height, 'the log holds an unknown record')
      }
      if (of === height) inputs.push(input)
      else if (isPrecommit(input)) inputs.push({ kind: 'vote', vote: input.vote })
    }
    return inputs
  }

  // Signed messages pass the pool again, so that it knows them as duplicates later.
  #replay(input: RecordedInput): void {
    if (input.kind === 'vote' || input.kind === 'signed-vote') {
      const admission = this.#pool.admitVote(input.vote, null)
      this.#observe(input.vote, admission)
      if (!isIn(admission)) return
    } else if (input.kind === 'proposal' || input.kind === 'signed-proposal') {
      if (!isIn(this.#pool.admitProposal(input.proposal, null))) return
    }
    this.#submit(input)
  }

  #submit(input: Input): void {
    if (this.#phase === 'stopped' || this.#phase === 'idle') return
    this.#inbox.push(input)
    if (this.#draining) return
    this.#draining = true
    try {
      let next: Input | undefined
      while ((next = this.#inbox.shift()) !== undefined) this.#step(next)
    } catch (error) {
      this.#fail(error)
    } finally {
      this.#draining = false
    }
  }

  #step(input: Input): void {
    if (this.#phase === 'running') this.#admitOwn(input)
    const before = this.#state
    const { state, effects } = transition(before, input)
    this.#state = state
    if (state === before && effects.length === 0) return
    if (state.height === before.height && state.round !== before.round) {
      this.#pool.enterRound(state.round)
    }
    if (this.#replayed !== null) {
      this.#replayed.note(input, effects)
      return
    }
    // Written before any effect is performed; made durable before a signature leaves.
    this.#options.wal.append(encodeRecord(input))
    for (const effect of effects) this.#effects.perform(effect)
    if (input.kind === 'signed-proposal') this.#listener?.onProposal(input.proposal, true)
  }

  // A validator contradicts itself: the operator should know which messages prove it.
  #warnOf(admission: Admission): void {
    if (admission.kind !== 'conflict' && admission.kind !== 'double-proposal') return
    const { height, round, type } = admission.first
    const [first, second] = [admission.first, admission.second].map((one) => this.#pool.idOf(one))
    this.#options.logger.warn('signed twice', { height, round, type, first, second })
  }

  /** What the pool let in is looked at for faults, whatever consensus does with it. */
  #observe(vote: Vote | null, admission: Admission): void {
    const { faults } = this.#options
    const { kind } = admission
    if (kind === 'conflict') faults.onConflictingVotes(admission.first, admission.second)
    if (kind === 'double-proposal') faults.onTwoProposals(admission.first, admission.second)
    if (vote !== null && (isIn(admission) || kind === 'kept')) faults.onVote(vote)
  }

  // Another node may sign with our key.
  #admitOwn(input: Input): void {
    if (input.kind === 'signed-vote') {
      this.#observe(input.vote, this.#pool.admitVote(input.vote, null))
    }
    if (input.kind === 'signed-proposal') {
      this.#observe(null, this.#pool.admitProposal(input.proposal, null))
    }
  }

  // On replay the height starts as it did, whatever the configuration says by now.
  #startHeight(lastPrecommits: VoteSet | null, begun?: HeightStart): void {
    const { clock, config } = this.#options
    const chain = this.#chainState
    const first = chain.lastBlockHeight === 0n
    // Also of what the store does not keep: precommits that came in after the decision.
    const all = config.skipTimeoutCommit && lastPrecommits?.hasAll === true
    const height = first ? chain.initialHeight : chain.lastBlockHeight + 1n
    this.#heightStartedAtMs = clock.monotonicMs()
    this.#blocks.clear()
    this.#pool.startHeight({
      height,
      validatorSet: chain.validators,
      lastPrecommits,
      maxBlockParts: Math.ceil(Number(maxBlockBytes(chain)) / BLOCK_PART_SIZE),
    })
    this.#options.faults.enterHeight(height, chain.validators)
    this.#submit({
      kind: 'start-height',
      height,
      validatorSet: chain.validators,
      lastPrecommits,
      waitForTxs: begun?.waitForTxs ?? (!config.createEmptyBlocks && !this.#needsProofBlock()),
      immediately: begun?.immediately ?? (first || config.timeouts.commitMs === 0 || all),
    })
  }

  // A changed app hash is only proved by the next header, so that block is made even when empty.
  #needsProofBlock(): boolean {
    const header = this.#lastHeader
    return header === null || !equalBytes(header.appHash, this.#chainState.appHash)
  }

  #onDecided(next: ChainState, header: Header, precommits: VoteSet): void {
    if (this.#phase !== 'running') return
    this.#chainState = next
    this.#lastHeader = header
    this.#startHeight(precommits)
  }

  #fail(error: unknown): void {
    if (this.#phase === 'stopped') return
    this.#phase = 'stopped'
    this.#timeouts.cancelAll()
    this.#options.onHalt(error instanceof Error ? error : new Error(String(error)))
  }
}

function refusalOf(admission: Admission | { readonly kind: 'ok' }): string | null {
  return admission.kind === 'refused' ? admission.reason : null
}

function isPrecommit(
  input: RecordedInput | HeightStart,
): input is Extract<Input, { kind: 'vote' | 'signed-vote' }> {
  const { kind } = input
  return (kind === 'vote' || kind === 'signed-vote') && input.vote.type === VoteType.precommit
}

function isIn(admission: Admission): boolean {
  return admission.kind === 'admitted' || admission.kind === 'conflict'
}
