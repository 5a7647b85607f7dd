// Judges the evidence of proposed blocks against the stored chain, and remembers what was
// committed.
import { concatBytes, toUtf8 } from '../../core/bytes/index.ts'
import type { ChainState } from '../../core/chain/index.ts'
import type { Crypto } from '../../core/crypto/index.ts'
import {
  DEFAULT_FAULT_DETECTOR_CONFIG,
  checkEvidence,
  historyNeededBy,
  offenceKey,
} from '../../core/faults/index.ts'
import type { EvidenceHistory } from '../../core/faults/index.ts'
import { evidenceHash } from '../../core/types/index.ts'
import type { Evidence } from '../../core/types/index.ts'
import type { EvidenceSource, PendingEvidence } from '../execution/index.ts'
import type { KeyValueOperation, KeyValueStore } from '../ports/index.ts'
import type { BlockStore, StateStore } from '../store/index.ts'

/** What the judge is made of; `store` may be shared with other rooms. */
export interface EvidenceJudgeOptions {
  readonly crypto: Crypto
  readonly store: KeyValueStore
  readonly blockStore: Pick<BlockStore, 'loadBlockMeta' | 'loadCommit'>
  readonly stateStore: Pick<StateStore, 'loadValidators'>
}

/** First bytes of a key: `ec‖hash` and `eo‖offence`, with an empty value. */
const COMMITTED = [0x65, 0x63] as const
const OFFENCE = [0x65, 0x6f] as const
const NOTHING_PENDING: PendingEvidence = { evidence: [], byteSize: 0n }

/** The evidence of other proposers' blocks; it collects none of its own. */
export class EvidenceJudge implements EvidenceSource {
  readonly #options: EvidenceJudgeOptions

  constructor(options: EvidenceJudgeOptions) {
    this.#options = options
  }

  pending(): PendingEvidence {
    return NOTHING_PENDING
  }

  async check(chainState: ChainState, evidence: Evidence): Promise<string | null> {
    const { crypto } = this.#options
    const { lastBlockHeight, initialHeight } = chainState
    const detection = DEFAULT_FAULT_DETECTOR_CONFIG
    const history = await this.#historyFor(evidence, { initialHeight, lastBlockHeight, detection })
    return checkEvidence(
      {
        crypto,
        chainId: chainState.chainId,
        initialHeight,
        lastBlockHeight,
        lastBlockTime: chainState.lastBlockTime,
        params: chainState.consensusParams.evidence,
        evidenceRule: chainState.evidenceRule,
        detection,
        history,
      },
      evidence,
    )
  }

  operations(evidence: readonly Evidence[]): readonly KeyValueOperation[] {
    return evidence.flatMap((piece) => [
      { put: [this.#key(piece), new Uint8Array(0)] },
      { put: [offenceMark(piece), new Uint8Array(0)] },
    ])
  }

  update(): void {
    // The marks are in the block's own batch; nothing is kept in memory.
  }

  async #historyFor(
    evidence: Evidence,
    facts: Parameters<typeof historyNeededBy>[1],
  ): Promise<EvidenceHistory> {
    const { store, blockStore, stateStore } = this.#options
    const needs = historyNeededBy(evidence, facts)
    const load = <T>(heights: readonly bigint[], one: (height: bigint) => Promise<T | null>) =>
      Promise.all(heights.map(async (height) => [height, await one(height)] as const))
    const metas = new Map(await load(needs.headers, (height) => blockStore.loadBlockMeta(height)))
    const commits = new Map(await load(needs.commits, (at) => blockStore.loadCommit(at)))
    const sets = new Map(await load(needs.validators, (at) => stateStore.loadValidators(at)))
    const isCommitted = (await store.get(this.#key(evidence))) !== undefined
    const isOffenceCommitted = (await store.get(offenceMark(evidence))) !== undefined
    return {
      headerAt: (height) => metas.get(height)?.header ?? null,
      commitAt: (height) => commits.get(height) ?? null,
      validatorsAt: (height) => sets.get(height) ?? null,
      isCommitted: () => isCommitted,
      isOffenceCommitted: () => isOffenceCommitted,
    }
  }

  #key(evidence: Evidence): Uint8Array {
    const hash = evidenceHash(this.#options.crypto, evidence)
    const key = new Uint8Array(COMMITTED.length + hash.length)
    key.set(COMMITTED)
    key.set(hash, COMMITTED.length)
    return key
  }
}

function offenceMark(evidence: Evidence): Uint8Array {
  return concatBytes(Uint8Array.from(OFFENCE), toUtf8(offenceKey(evidence)))
}
