// Conflicts at a height that is not decided yet, on disk: they are evidence once its block is.

import { offenceKey } from '../../core/faults/index.ts'
import type { Conflict } from '../../core/faults/index.ts'
import type { Crypto } from '../../core/crypto/index.ts'
import { encodeEvidence } from '../../core/proto/index.ts'
import { evidenceHeight } from '../../core/types/index.ts'
import type { KeyValueStore } from '../ports/index.ts'
import { noteKey, noteRange, openPending, pendingValue } from './marks.ts'

/** Notes that one store can have left behind; the detector makes fewer at three heights. */
const MAX_LOADED = 65_536

/**
 * What the detector found and cannot report yet, so that a restart does not forget it. Durable with
 * the next synced batch, at the latest with the block of the fault: from then on either the note or
 * the pending evidence is there.
 */
export class FaultNotes {
  readonly #crypto: Crypto
  readonly #store: KeyValueStore
  readonly #noted = new Map<string, Conflict>()

  constructor(crypto: Crypto, store: KeyValueStore) {
    this.#crypto = crypto
    this.#store = store
  }

  /** What was noted before a restart; what is damaged is left out. */
  async load(): Promise<readonly Conflict[]> {
    for await (const [, value] of this.#store.iterate(noteRange(MAX_LOADED))) {
      const piece = openPending(this.#crypto, value)
      const isConflict = piece?.kind === 'duplicate-vote' || piece?.kind === 'double-proposal'
      if (isConflict) this.#noted.set(offenceKey(piece), piece)
    }
    return [...this.#noted.values()]
  }

  /** Notes what is new of these. */
  async keep(conflicts: readonly Conflict[]): Promise<void> {
    const fresh = conflicts.filter((each) => !this.#noted.has(offenceKey(each)))
    if (fresh.length === 0) return
    for (const each of fresh) this.#noted.set(offenceKey(each), each)
    const puts = fresh.map((each) => ({
      put: [noteKey(each), pendingValue(this.#crypto, encodeEvidence(each))] as const,
    }))
    await this.#store.batch(puts, { sync: false })
  }

  /** Their evidence is in the store: what is noted up to this height is of no more use. */
  async dropUpTo(height: bigint): Promise<void> {
    const done = [...this.#noted].filter(([, each]) => evidenceHeight(each) <= height)
    if (done.length === 0) return
    for (const [key] of done) this.#noted.delete(key)
    await this.#store.batch(
      done.map(([, each]) => ({ del: noteKey(each) })),
      { sync: false },
    )
  }
}
