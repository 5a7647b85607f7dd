// Detects faults in what a node sees: conflicting messages, missing signatures, forgotten locks.

import { bytesKey } from '../bytes/index.ts'
import type { Time } from '../bytes/index.ts'
import type { Crypto } from '../crypto/index.ts'
import {
  attackKey,
  blockIdKey,
  compareProposals,
  offenceKey,
  proposerAfterRounds,
} from '../types/index.ts'
import type {
  Commit,
  DoubleProposalEvidence,
  DuplicateVoteEvidence,
  LightBlock,
  LockRule,
  Proposal,
  ValidatorSet,
  Vote,
} from '../types/index.ts'
import { AmnesiaBook } from './amnesia-book.ts'
import type { FaultDetectorConfig } from './config.ts'
import { MAX_PROVABLE_ROUND, verifyDoubleProposalEvidence } from './double-proposal.ts'
import { downtimeWindowOf } from './downtime.ts'
import { DowntimeCounter } from './downtime-counter.ts'
import { verifyDuplicateVoteEvidence } from './duplicate-vote.ts'
import { findLightClientAttack, kindOfConflict } from './light-client-attack.ts'
import type { OwnHeaders } from './light-client-attack.ts'
import { reportOfEvidence } from './report.ts'
import type { FaultReport } from './report.ts'

/** Heights about which something is known: the live one and those whose late votes still come. */
const KEPT_HEIGHTS = 3n

/**
 * Offences of one validator at one height that are reported; each is a round or a step of its own,
 * and one is enough to punish.
 */
export const MAX_OFFENCES_PER_VALIDATOR = 16

/** Attacks on light clients that are remembered so as not to report them twice. */
const KEPT_ATTACKS = 64

/** What a detector is made of. */
export interface FaultDetectorOptions {
  readonly crypto: Crypto
  readonly chainId: string
  readonly initialHeight: bigint
  readonly lockRule: LockRule
  readonly config: FaultDetectorConfig
}

/** A block that was committed. */
export interface CommittedHeight {
  readonly height: bigint
  /** Of its header. */
  readonly time: Time
  /** The validators of this height as they stand in round 0. */
  readonly validatorSet: ValidatorSet
  /** The commit of the height before, as the block carries it; null or empty in the first block. */
  readonly lastCommit: Commit | null
}

/** Evidence of which only the time of the fault may still be missing. */
export type Conflict = DuplicateVoteEvidence | DoubleProposalEvidence

/** What is known of one height. */
interface HeightFile {
  readonly validatorSet: ValidatorSet
  readonly amnesia: AmnesiaBook
  /** Of the block, null until one is committed: evidence must name it. */
  time: Time | null
  /** Offences that were reported or wait, by validator. */
  readonly offences: Map<string, Set<string>>
  /** What waits for the time. */
  waiting: Conflict[]
}

/**
 * Watches what the engine and the message pool see, and reports each fault once, as soon as its
 * evidence is complete: conflicts at a height when its block is committed, since evidence names the
 * block's time; downtime with the block that completes a window; amnesia one height later, when
 * late prevotes have come. It holds three heights: per validator and height 16 offences, and of 64
 * rounds two prevotes and two precommits.
 */
export class FaultDetector {
  readonly #options: FaultDetectorOptions
  readonly #files = new Map<bigint, HeightFile>()
  readonly #downtime: DowntimeCounter
  readonly #attacks = new Set<string>()
  #newest = 0n

  constructor(options: FaultDetectorOptions) {
    this.#options = options
    this.#downtime = new DowntimeCounter(options.initialHeight, options.config)
  }

  /**
   * The first block to give to {@link FaultDetector.onCommit} after a restart, when `lastHeight` is
   * the last one committed: downtime is counted over whole windows. What is reported meanwhile may
   * have been reported before the restart; the store of evidence knows it.
   */
  replayStart(lastHeight: bigint): bigint {
    const { initialHeight, config } = this.#options
    if (lastHeight <= initialHeight) return initialHeight
    return downtimeWindowOf(lastHeight - 1n, initialHeight, config).start
  }

  /** A height begins: from now on its votes and proposals are looked at. */
  enterHeight(height: bigint, validatorSet: ValidatorSet): void {
    this.#fileOf(height, validatorSet)
  }

  /** A verified vote was taken in, of a live height or late; conflicting ones too. */
  onVote(vote: Vote): void {
    this.#files.get(vote.height)?.amnesia.note(vote)
  }

  /** Two votes of one validator for one step contradict each other. */
  onConflictingVotes(first: Vote, second: Vote): readonly FaultReport[] {
    const file = this.#files.get(first.height)
    const validator = file?.validatorSet.find(first.validatorAddress) ?? null
    if (file === undefined || validator === null) return []
    const isInOrder = blockIdKey(first.blockId) < blockIdKey(second.blockId)
    const evidence: DuplicateVoteEvidence = {
      kind: 'duplicate-vote',
      voteA: isInOrder ? first : second,
      voteB: isInOrder ? second : first,
      totalVotingPower: file.validatorSet.totalVotingPower,
      validatorPower: validator.votingPower,
      timestamp: file.time ?? 0n,
    }
    return this.#onConflict(file, first.validatorAddress, evidence)
  }

  /** Two proposals for one round contradict each other. */
  onTwoProposals(first: Proposal, second: Proposal): readonly FaultReport[] {
    const file = this.#files.get(first.height)
    const { round } = first
    if (file === undefined || round < 0 || round > MAX_PROVABLE_ROUND) return []
    const { address, votingPower } = proposerAfterRounds(file.validatorSet, round)
    const isInOrder = compareProposals(first, second) < 0
    const evidence: DoubleProposalEvidence = {
      kind: 'double-proposal',
      validatorAddress: address,
      proposalA: isInOrder ? first : second,
      proposalB: isInOrder ? second : first,
      totalVotingPower: file.validatorSet.totalVotingPower,
      validatorPower: votingPower,
      timestamp: file.time ?? 0n,
    }
    return this.#onConflict(file, address, evidence)
  }

  /**
   * Conflicts at a height whose block is not committed: their time is 0. Shown to the detector
   * again after a restart, as the two messages that they are, they wait again.
   */
  waitingAt(height: bigint): readonly Conflict[] {
    return this.#files.get(height)?.waiting ?? []
  }

  /** A block was committed. Every block once, in order. */
  onCommit(committed: CommittedHeight): readonly FaultReport[] {
    const { height, time, validatorSet, lastCommit } = committed
    const before = this.#files.get(height - 1n)
    const file = this.#fileOf(height, validatorSet)
    file.time = time
    const conflicts = file.waiting.map((evidence) =>
      reportOfEvidence({ ...evidence, timestamp: time }),
    )
    file.waiting = []
    const absent = lastCommit === null ? [] : this.#countDowntime(height - 1n, before, lastCommit)
    return [...conflicts, ...absent, ...(before?.amnesia.judge() ?? [])]
  }

  /** A signed header that contradicts our own; nothing when it does not prove an attack. */
  onConflictingBlock(conflicting: LightBlock, own: OwnHeaders): readonly FaultReport[] {
    // Of one header there may be a commit that names somebody, and one that does not.
    const key = `${attackKey(conflicting)}/${kindOfConflict(conflicting, own.trusted)}`
    if (this.#attacks.has(key)) return []
    const found = findLightClientAttack(this.#options.crypto, conflicting, own)
    if (typeof found === 'string') return []
    const [oldest] = this.#attacks
    if (oldest !== undefined && this.#attacks.size >= KEPT_ATTACKS) this.#attacks.delete(oldest)
    this.#attacks.add(key)
    return [{ kind: 'light-client-attack', ...found }]
  }

  #fileOf(height: bigint, validatorSet: ValidatorSet): HeightFile {
    const known = this.#files.get(height)
    if (known !== undefined) return known
    const { chainId, lockRule } = this.#options
    const file: HeightFile = {
      validatorSet,
      amnesia: new AmnesiaBook({ chainId, lockRule, validatorSet }, height),
      time: null,
      offences: new Map(),
      waiting: [],
    }
    this.#files.set(height, file)
    if (height > this.#newest) this.#newest = height
    for (const kept of this.#files.keys()) {
      if (kept + KEPT_HEIGHTS <= this.#newest) this.#files.delete(kept)
    }
    return file
  }

  /** Verified before it is remembered, so that a forgery cannot take the place of the true one. */
  #onConflict(file: HeightFile, address: Uint8Array, evidence: Conflict): readonly FaultReport[] {
    const who = bytesKey(address)
    const offences = file.offences.get(who) ?? new Set()
    const key = offenceKey(evidence)
    if (offences.has(key) || offences.size >= MAX_OFFENCES_PER_VALIDATOR) return []
    if (this.#verify(evidence, file.validatorSet) !== null) return []
    file.offences.set(who, offences.add(key))
    if (file.time !== null) return [reportOfEvidence(evidence)]
    file.waiting.push(evidence)
    return []
  }

  #verify(evidence: Conflict, validatorSet: ValidatorSet): string | null {
    const { crypto, chainId } = this.#options
    return evidence.kind === 'duplicate-vote'
      ? verifyDuplicateVoteEvidence(crypto, chainId, evidence, validatorSet)
      : verifyDoubleProposalEvidence(crypto, chainId, evidence, validatorSet)
  }

  #countDowntime(
    height: bigint,
    file: HeightFile | undefined,
    commit: Commit,
  ): readonly FaultReport[] {
    const { validatorSet, time } = file ?? { validatorSet: null, time: null }
    if (validatorSet === null || time === null || commit.height !== height) return []
    const absences = this.#downtime.count(height, commit, validatorSet)
    return absences.map(({ validator, window, missed }) => ({
      kind: 'downtime',
      evidence: {
        kind: 'downtime',
        validatorAddress: validator.address,
        windowStart: window.start,
        windowEnd: window.end,
        missed,
        totalVotingPower: validatorSet.totalVotingPower,
        validatorPower: validator.votingPower,
        timestamp: time,
      },
    }))
  }
}
