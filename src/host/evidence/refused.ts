// Evidence that was refused at the present height: the same bytes are refused again from memory.

import { bytesKey } from '../../core/bytes/index.ts'
import type { Crypto } from '../../core/crypto/index.ts'
import { isRefusal } from './answer.ts'
import type { EvidenceAnswer, Refusal } from './answer.ts'

/** Refused pieces that are remembered; the oldest is forgotten first. */
export const MAX_REFUSED = 1000

/** What follows from bytes and chain state alone, so it is forgotten with each block. */
export class RefusedPieces {
  readonly #crypto: Crypto
  readonly #answers = new Map<string, Refusal>()

  constructor(crypto: Crypto) {
    this.#crypto = crypto
  }

  /** How these bytes were refused, null when they were not. */
  get(bytes: Uint8Array): Refusal | null {
    return this.#answers.size === 0 ? null : (this.#answers.get(this.#keyOf(bytes)) ?? null)
  }

  /** Remembers the answer when it is a refusal. */
  note(bytes: Uint8Array, answer: EvidenceAnswer): void {
    if (!isRefusal(answer)) return
    const [oldest] = this.#answers.keys()
    if (oldest !== undefined && this.#answers.size >= MAX_REFUSED) this.#answers.delete(oldest)
    this.#answers.set(this.#keyOf(bytes), answer)
  }

  clear(): void {
    this.#answers.clear()
  }

  #keyOf(bytes: Uint8Array): string {
    return bytesKey(this.#crypto.sha256(bytes))
  }
}
