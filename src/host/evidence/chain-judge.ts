// Judges evidence against the stored chain: what a block may carry, and what a sender is told.

import { equalBytes } from '../../core/bytes/index.ts'
import type { ChainState } from '../../core/chain/index.ts'
import type { Crypto } from '../../core/crypto/index.ts'
import {
  checkEvidence,
  historyNeededBy,
  isEvidenceExpired,
  verifyEvidence,
} from '../../core/faults/index.ts'
import type { EvidenceHistory, FaultDetectorConfig, ProofContext } from '../../core/faults/index.ts'
import { evidenceHeight, isAllowedEvidence, validateEvidence } from '../../core/types/index.ts'
import type { Evidence, ValidatorSet } from '../../core/types/index.ts'
import type { KeyValueStore } from '../ports/index.ts'
import type { BlockStore, StateStore } from '../store/index.ts'
import type { EvidenceAnswer } from './answer.ts'
import { committedMark, offenceMark } from './marks.ts'

/** What judgement rests on; `store` may be shared with other rooms. */
export interface ChainRecords {
  readonly crypto: Crypto
  readonly store: KeyValueStore
  readonly blockStore: Pick<BlockStore, 'loadBlockMeta' | 'loadCommit'>
  readonly stateStore: Pick<StateStore, 'loadValidators'>
  /** What counts as downtime on this chain. */
  readonly detection: FaultDetectorConfig
}

interface LoadedHistory {
  readonly history: EvidenceHistory
  /** False when something that verification asks for is not stored. */
  readonly isComplete: boolean
}

/** Heights whose validators are kept; what was counted about a set is lost with it. */
const KEPT_SETS = 8

/** Loads what is needed, then asks the rules of core/faults. */
export class ChainJudge {
  readonly #records: ChainRecords
  /** The sets that were loaded last, by height. */
  readonly #sets = new Map<bigint, ValidatorSet>()

  constructor(records: ChainRecords) {
    this.#records = records
  }

  /** Why a block with this piece is invalid, or null: follows from the chain alone. */
  async check(chainState: ChainState, evidence: Evidence): Promise<string | null> {
    const context = this.#contextOf(chainState)
    const { history } = await this.#load(evidence, context)
    return checkEvidence(
      {
        ...context,
        crypto: this.#records.crypto,
        lastBlockTime: chainState.lastBlockTime,
        params: chainState.consensusParams.evidence,
        evidenceRule: chainState.evidenceRule,
        history,
      },
      evidence,
    )
  }

  /** Whether an offence is in a block already. */
  async isCommitted(evidence: Evidence): Promise<boolean> {
    return (await this.#records.store.get(offenceMark(evidence))) !== undefined
  }

  /**
   * Whether a piece may become pending; null when it may. What cannot be told apart from the truth
   * by this node, because blocks are missing here, is never `invalid`.
   */
  async judge(chainState: ChainState, evidence: Evidence): Promise<EvidenceAnswer | null> {
    const { crypto } = this.#records
    const { evidenceRule } = chainState
    if (!isAllowedEvidence(evidenceRule, evidence)) {
      const reason = `blocks of this chain carry no evidence of kind ${evidence.kind}`
      return { kind: 'foreign', reason }
    }
    const structure = validateEvidence(crypto, evidence)
    if (structure !== null) return { kind: 'invalid', reason: structure }
    const needed = heightToJudge(evidence)
    if (needed > chainState.lastBlockHeight) {
      return { kind: 'early', reason: `height ${needed} is not committed here` }
    }
    const context = this.#contextOf(chainState)
    const { history, isComplete } = await this.#load(evidence, context)
    return this.#judgeKnown(chainState, evidence, { ...context, history }, isComplete)
  }

  #judgeKnown(
    chainState: ChainState,
    evidence: Evidence,
    context: ProofContext,
    isComplete: boolean,
  ): EvidenceAnswer | null {
    const height = evidenceHeight(evidence)
    const header = context.history.headerAt(height)
    const unknown = {
      kind: 'unknown',
      reason: `this node keeps nothing of height ${height} to judge it by`,
    } as const
    if (header === null) return unknown
    if (header.time !== evidence.timestamp) {
      return { kind: 'invalid', reason: `it names another time than that of block ${height}` }
    }
    const { lastBlockTime, lastBlockHeight, consensusParams } = chainState
    const now = { height: lastBlockHeight, time: lastBlockTime }
    if (isEvidenceExpired({ height, time: header.time }, now, consensusParams.evidence)) {
      return { kind: 'expired', reason: `evidence of height ${height} is too old` }
    }
    if (!isComplete) return unknown
    const reason = verifyEvidence(this.#records.crypto, context, evidence)
    return reason === null ? null : { kind: 'invalid', reason }
  }

  #contextOf({ chainId, initialHeight, lastBlockHeight }: ChainState): Facts {
    const { detection } = this.#records
    return { chainId, initialHeight, lastBlockHeight, detection }
  }

  async #load(evidence: Evidence, facts: Facts): Promise<LoadedHistory> {
    const { crypto, store, blockStore } = this.#records
    const needs = historyNeededBy(evidence, facts)
    const load = <T>(heights: readonly bigint[], one: (height: bigint) => Promise<T | null>) =>
      Promise.all(heights.map(async (height) => [height, await one(height)] as const))
    const metas = new Map(await load(needs.headers, (height) => blockStore.loadBlockMeta(height)))
    const commits = new Map(await load(needs.commits, (at) => blockStore.loadCommit(at)))
    const sets = new Map(await load(needs.validators, (at) => this.#loadValidators(at)))
    const marks = [committedMark(crypto, evidence), offenceMark(evidence)]
    const [committed, offence] = await store.getMany(marks)
    const history: EvidenceHistory = {
      headerAt: (height) => metas.get(height)?.header ?? null,
      commitAt: (height) => commits.get(height) ?? null,
      validatorsAt: (height) => sets.get(height) ?? null,
      isCommitted: () => committed !== undefined,
      isOffenceCommitted: () => offence !== undefined,
    }
    const loaded = [...metas.values(), ...commits.values(), ...sets.values()]
    return { history, isComplete: loaded.every((item) => item !== null) }
  }

  /**
   * What is stored, as the same object as before when it is the same: the turns of its rounds are
   * counted once for an object.
   */
  async #loadValidators(height: bigint): Promise<ValidatorSet | null> {
    const loaded = await this.#records.stateStore.loadValidators(height)
    if (loaded === null || loaded.size === 0) return loaded
    const known = this.#sets.get(height)
    const isSame =
      known !== undefined &&
      known.equals(loaded) &&
      equalBytes(known.proposer.address, loaded.proposer.address)
    const set = isSame ? known : loaded
    // The one that was asked for last is dropped last.
    this.#sets.delete(height)
    this.#sets.set(height, set)
    const [oldest] = this.#sets.keys()
    if (oldest !== undefined && this.#sets.size > KEPT_SETS) this.#sets.delete(oldest)
    return set
  }
}

type Facts = Omit<ProofContext, 'history'>

/** The height that must be committed before a node can judge the evidence. */
export function heightToJudge(evidence: Evidence): bigint {
  const height = evidenceHeight(evidence)
  // These rest on a commit, and the last block's is in no block yet.
  if (evidence.kind === 'downtime') return height + 1n
  if (evidence.kind !== 'light-client-attack') return height
  const conflict = evidence.conflictingBlock.signedHeader?.header?.height ?? 0n
  return conflict < height ? height : conflict + 1n
}
