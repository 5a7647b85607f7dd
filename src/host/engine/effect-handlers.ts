// Performs the effects of the consensus transition: timers, building, judging, signing, deciding.
import { EMPTY_BYTES, equalBytes } from '../../core/bytes/index.ts'
import type { ConsensusState, Effect, Input } from '../../core/consensus/index.ts'
import { knownBlock, validatorsOf, votesOf } from '../../core/consensus/index.ts'
import { maxBlockBytes } from '../../core/chain/index.ts'
import type { ChainState } from '../../core/chain/index.ts'
import { EMPTY_COMMIT, SignedMsgType } from '../../core/types/index.ts'
import type { Block, BlockId, Header, Proposal, Vote, VoteSet } from '../../core/types/index.ts'
import type { Timer } from '../ports/index.ts'
import type { Signer, SignOptions, SignRefusal } from '../privval/index.ts'
import type { BlockCache } from './block-cache.ts'
import type { EngineListener, EngineOptions } from './engine-options.ts'
import { EngineError } from './errors.ts'
import { explainFailure } from './round-report.ts'
import type { Timeouts } from './timeouts.ts'

type EffectOf<K extends Effect['kind']> = Extract<Effect, { kind: K }>

/** What the handlers need of their engine besides its own options. */
export interface EffectHandlersOptions extends EngineOptions {
  readonly blocks: BlockCache
  readonly timeouts: Timeouts
  readonly currentState: () => ConsensusState
  readonly currentChainState: () => ChainState
  readonly submit: (input: Input) => void
  readonly decided: (next: ChainState, header: Header, precommits: VoteSet) => void
  readonly fail: (error: unknown) => void
  readonly listener: () => EngineListener | null
  readonly stopped: () => boolean
}

/**
 * A proposed block may be this far ahead of our clock; more, and we prevote nil. CometBFT's
 * default.
 */
const BLOCK_TIME_TOLERANCE_NS = 60_000_000_000n
/** A vote's time is later than its block's by at least this. Source: wire.md 2.7. */
const VOTE_TIME_STEP_NS = 1_000_000n

const WHAT = { 1: 'prevote', 2: 'precommit', 32: 'proposal' } as const

/** One handler per effect. What takes time answers with an input; a failure ends the engine. */
export class EffectHandlers {
  readonly #options: EffectHandlersOptions
  readonly #underWay = new Set<Promise<void>>()
  #signing: Promise<void> = Promise.resolve()
  #decidedAtMs: number | null = null
  #emptyBlockTimer: Timer | null = null

  constructor(options: EffectHandlersOptions) {
    this.#options = options
  }

  /** When the last height was decided, on the monotonic clock; null before the first decision. */
  get decidedAtMs(): number | null {
    return this.#decidedAtMs
  }

  /** Resolves once nothing is under way. */
  async settled(): Promise<void> {
    this.#emptyBlockTimer?.cancel()
    while (this.#underWay.size > 0) await Promise.allSettled(this.#underWay)
  }

  /** Starts the effect; never throws for what happens later. */
  perform(effect: Effect): void {
    const listener = this.#options.listener()
    switch (effect.kind) {
      case 'schedule-timeout':
        return this.#schedule(effect)
      case 'wait-for-txs':
        return this.#waitForTxs(effect)
      case 'build-block':
        return this.#run(this.#build(effect))
      case 'validate-block':
        return this.#run(this.#validate(effect))
      case 'sign-proposal':
        return this.#signInOrder((signer) => this.#proposalSigning(signer, effect))
      case 'sign-vote':
        return this.#signInOrder((signer) => this.#voteSigning(signer, effect))
      case 'announce-step':
        return listener?.onStep()
      case 'announce-valid-block':
        return listener?.onValidBlock()
      case 'announce-vote':
        return this.#announceVote(effect.vote)
      case 'round-failed':
        return this.#reportRound(effect)
      case 'decide':
        return this.#run(this.#finalizeCommit(effect))
    }
  }

  #run(work: Promise<void>): void {
    const tracked = work.catch((error: unknown) => this.#options.fail(error))
    this.#underWay.add(tracked)
    void tracked.finally(() => this.#underWay.delete(tracked))
  }

  #schedule(effect: EffectOf<'schedule-timeout'>): void {
    const { timeout, durationMs } = effect
    const passed = timeout.step === 'new-height' ? this.#sinceDecisionMs() : 0
    this.#options.timeouts.schedule(timeout, Math.max(0, durationMs - passed))
  }

  // The commit timeout is counted from the decision: what storing and executing took is part of it,
  // and after a restart the time since the last block, as far as the wall clock knows it.
  #sinceDecisionMs(): number {
    const { clock, lastHeader } = this.#options
    if (this.#decidedAtMs !== null) return clock.monotonicMs() - this.#decidedAtMs
    if (lastHeader === null) return 0
    return Math.max(0, Number((clock.now() - lastHeader.time) / 1_000_000n))
  }

  #waitForTxs(effect: EffectOf<'wait-for-txs'>): void {
    const { mempool, config, submit, clock } = this.#options
    const { height } = effect
    const available = (): void => submit({ kind: 'txs-available', height })
    mempool.whenTxsAvailable(available)
    const wait = config.createEmptyBlocksIntervalMs
    this.#emptyBlockTimer?.cancel()
    this.#emptyBlockTimer = wait > 0 ? clock.setTimer(wait, available) : null
  }

  async #build(effect: EffectOf<'build-block'>): Promise<void> {
    const { executor, blocks, submit, signer, logger } = this.#options
    const { height, round } = effect
    const state = this.#options.currentState()
    try {
      const built = await executor.createProposalBlock({
        chainState: this.#options.currentChainState(),
        height,
        lastCommit: state.lastPrecommits?.makeCommit() ?? EMPTY_COMMIT,
        lastPrecommits: state.lastPrecommits,
        proposerAddress: signer?.address ?? EMPTY_BYTES,
      })
      blocks.put(built.blockId, built.block)
      const { blockId, partSet } = built
      submit({ kind: 'block-built', height, round, block: { blockId, partSet } })
    } catch (error) {
      logger.error('no block could be built', { height, round, error })
      submit({ kind: 'block-built', height, round, block: null })
    }
  }

  async #validate(effect: EffectOf<'validate-block'>): Promise<void> {
    const { height, round, blockId } = effect
    const reason = await this.#refusalOf(effect)
    if (reason !== null) {
      this.#options.logger.warn('proposed block refused', { height, round, reason })
    }
    this.#options.submit({ kind: 'block-validity', height, blockId, valid: reason === null })
  }

  async #refusalOf(effect: EffectOf<'validate-block'>): Promise<string | null> {
    const { blocks, executor, clock, currentChainState } = this.#options
    const size = BigInt(effect.partSet.byteSize)
    const maxSize = maxBlockBytes(currentChainState())
    if (size > maxSize) return `block of ${size} bytes, at most ${maxSize} are allowed`
    const block = blocks.resolve(effect.blockId, effect.partSet)
    if (!block.ok) return block.error
    // Only here: a decided block is never judged by a local clock.
    const ahead = block.value.header.time - clock.now()
    if (ahead > BLOCK_TIME_TOLERANCE_NS) return `block time is ${ahead / 1_000_000n} ms ahead`
    return executor.judgeProposal({
      chainState: currentChainState(),
      block: block.value,
      blockId: effect.blockId,
      lastPrecommits: this.#options.currentState().lastPrecommits,
    })
  }

  // One signature at a time, in the order asked for: the sign state only ever moves forward. What
  // is signed is made up at once: when its turn comes, its height may be over, and the validators
  // of the next one may stand in another order. Once the engine has stopped, no record of a
  // signature gets into the log any more: the one under way has to stay the signer's last.
  #signInOrder(prepare: (signer: Signer) => () => Promise<void>): void {
    const { signer, stopped } = this.#options
    if (signer === null) return
    const sign = prepare(signer)
    this.#signing = this.#signing.then(() => (stopped() ? undefined : sign()))
    const step = this.#signing
    this.#signing = step.catch(() => undefined)
    this.#run(step)
  }

  // The inputs that led here are durable before the sign state takes the old one's place: after a
  // crash between the two, the log asks for the same message again. The other way round the signer
  // would refuse whatever is asked for instead, and a validator whose vote is needed would have
  // none to give.
  async #afterLog<T>(sign: (options: SignOptions) => Promise<T>): Promise<T> {
    const after = this.#options.wal.sync()
    const [signed] = await Promise.all([sign({ after }), after])
    return signed
  }

  #proposalSigning(signer: Signer, effect: EffectOf<'sign-proposal'>): () => Promise<void> {
    const { submit } = this.#options
    const { chainId } = this.#options.currentChainState()
    const proposal: Proposal = {
      type: SignedMsgType.proposal,
      height: effect.height,
      round: effect.round,
      polRound: effect.polRound,
      blockId: effect.blockId,
      timestamp: this.#options.clock.now(),
      signature: EMPTY_BYTES,
    }
    return async () => {
      const signed = await this.#afterLog((how) => signer.signProposal(chainId, proposal, how))
      if (!signed.ok) return this.#refused(effect, SignedMsgType.proposal, signed.error)
      submit({ kind: 'signed-proposal', proposal: signed.value })
    }
  }

  #voteSigning(signer: Signer, effect: EffectOf<'sign-vote'>): () => Promise<void> {
    const { submit } = this.#options
    const { chainId } = this.#options.currentChainState()
    const vote: Vote = {
      type: effect.type,
      height: effect.height,
      round: effect.round,
      blockId: effect.blockId,
      timestamp: this.#voteTime(),
      validatorAddress: signer.address,
      validatorIndex: validatorsOf(this.#options.currentState()).indexOf(signer.address),
      signature: EMPTY_BYTES,
      extension: EMPTY_BYTES,
      extensionSignature: EMPTY_BYTES,
    }
    return async () => {
      const signed = await this.#afterLog((how) => signer.signVote(chainId, vote, how))
      if (!signed.ok) return this.#refused(effect, effect.type, signed.error)
      submit({ kind: 'signed-vote', vote: signed.value })
    }
  }

  #refused(
    place: { readonly height: bigint; readonly round: number },
    type: keyof typeof WHAT,
    refusal: SignRefusal,
  ): void {
    const { height, round } = place
    const what = WHAT[type]
    this.#options.logger.warn('signature refused', { height, round, what, reason: refusal.reason })
    this.#options.submit({ kind: 'sign-refused', height, round, what })
  }

  // BFT time: a block's time must lie after the time of the block before it, so votes say so.
  #voteTime(): bigint {
    const state = this.#options.currentState()
    const blockId: BlockId | null = state.lockedValue ?? state.proposal?.blockId ?? null
    const block = blockId === null ? null : this.#blockOf(blockId)
    const now = this.#options.clock.now()
    const least = block === null ? now : block.header.time + VOTE_TIME_STEP_NS
    return now > least ? now : least
  }

  // After a replay the state has blocks that nobody has decoded yet.
  #blockOf(blockId: BlockId): Block | null {
    const { blocks, currentState } = this.#options
    const cached = blocks.get(blockId)
    const partSet = knownBlock(currentState(), blockId)?.partSet ?? null
    if (cached !== null || partSet === null) return cached
    const resolved = blocks.resolve(blockId, partSet)
    return resolved.ok ? resolved.value : null
  }

  #announceVote(vote: Vote): void {
    const { signer, eventBus } = this.#options
    const own = signer !== null && equalBytes(signer.address, vote.validatorAddress)
    this.#options.listener()?.onVoteAdded(vote, own)
    eventBus.publish({ kind: 'Vote', vote })
  }

  #reportRound(effect: EffectOf<'round-failed'>): void {
    const validators = validatorsOf(this.#options.currentState())
    this.#options.logger.warn('round failed', {
      height: effect.height,
      round: effect.round,
      reason: explainFailure(effect.reason, validators),
    })
  }

  async #finalizeCommit(effect: EffectOf<'decide'>): Promise<void> {
    const { executor, blocks, wal, clock } = this.#options
    const { height, round, blockId, partSet } = effect
    this.#decidedAtMs = clock.monotonicMs()
    const resolved = blocks.resolve(blockId, partSet)
    if (!resolved.ok) throw this.#decidedInvalid(height, resolved.error)
    const block: Block = resolved.value
    const next = await executor.applyBlock({
      chainState: this.#options.currentChainState(),
      block,
      blockId,
      partSet,
      seenCommit: effect.precommits.makeCommit(),
      lastPrecommits: this.#options.currentState().lastPrecommits,
    })
    if (!next.ok) throw this.#decidedInvalid(height, next.error)
    wal.endHeight(height)
    const precommits = votesOf(this.#options.currentState(), round).precommits
    this.#options.decided(next.value, block.header, precommits)
  }

  #decidedInvalid(height: bigint, reason: string): EngineError {
    return new EngineError(
      'ENGINE_DECIDED_INVALID_BLOCK',
      height,
      `more than two thirds of the power decided a block that is invalid here: ${reason}`,
    )
  }
}
