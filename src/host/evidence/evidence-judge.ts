// Judges the evidence of proposed blocks against the stored chain, and remembers what was
// committed.
import type { Time } from '../../core/bytes/index.ts'
import type { ChainState } from '../../core/chain/index.ts'
import type { Crypto } from '../../core/crypto/index.ts'
import { checkEvidence } from '../../core/faults/index.ts'
import { evidenceHash, evidenceHeight } from '../../core/types/index.ts'
import type { Evidence, ValidatorSet } from '../../core/types/index.ts'
import type { EvidenceSource, PendingEvidence } from '../execution/index.ts'
import type { KeyValueOperation, KeyValueStore } from '../ports/index.ts'
import type { BlockStore, StateStore } from '../store/index.ts'

/** What the judge is made of; `store` may be shared with other rooms. */
export interface EvidenceJudgeOptions {
  readonly crypto: Crypto
  readonly store: KeyValueStore
  readonly blockStore: Pick<BlockStore, 'loadBlockMeta'>
  readonly stateStore: Pick<StateStore, 'loadValidators'>
}

/** First bytes of a key: `ec‖hash`, with an empty value. */
const COMMITTED = [0x65, 0x63] as const
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
    const { crypto, blockStore, stateStore } = this.#options
    const height = evidenceHeight(evidence)
    const meta = await blockStore.loadBlockMeta(height)
    const validators = await stateStore.loadValidators(height)
    const isCommitted = await this.#isCommitted(evidence)
    return checkEvidence(
      {
        crypto,
        chainId: chainState.chainId,
        lastBlockHeight: chainState.lastBlockHeight,
        lastBlockTime: chainState.lastBlockTime,
        params: chainState.consensusParams.evidence,
        history: {
          blockTimeAt: (): Time | null => meta?.header.time ?? null,
          validatorsAt: (): ValidatorSet | null => validators,
          isCommitted: () => isCommitted,
        },
      },
      evidence,
    )
  }

  operations(evidence: readonly Evidence[]): readonly KeyValueOperation[] {
    return evidence.map((piece) => ({ put: [this.#key(piece), new Uint8Array(0)] }))
  }

  update(): void {
    // The marks are in the block's own batch; nothing is kept in memory.
  }

  async #isCommitted(evidence: Evidence): Promise<boolean> {
    return (await this.#options.store.get(this.#key(evidence))) !== undefined
  }

  #key(evidence: Evidence): Uint8Array {
    const hash = evidenceHash(this.#options.crypto, evidence)
    const key = new Uint8Array(COMMITTED.length + hash.length)
    key.set(COMMITTED)
    key.set(hash, COMMITTED.length)
    return key
  }
}
