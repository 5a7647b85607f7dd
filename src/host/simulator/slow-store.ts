// A key-value store whose synced batches take virtual time, one after the other.

import type { KeyRange, KeyValueEntry, KeyValueOperation, KeyValueStore } from '../ports/index.ts'
import type { SyncDelay } from './slow-files.ts'

/** The store of one life of a node. */
export class SlowStore implements KeyValueStore {
  readonly #store: KeyValueStore
  readonly #delay: SyncDelay
  /** The batches under way; null while there are none. */
  #tail: Promise<void> | null = null

  constructor(store: KeyValueStore, delay: SyncDelay) {
    this.#store = store
    this.#delay = delay
  }

  get(key: Uint8Array): Promise<Uint8Array | undefined> {
    return this.#store.get(key)
  }

  getMany(keys: readonly Uint8Array[]): Promise<(Uint8Array | undefined)[]> {
    return this.#store.getMany(keys)
  }

  batch(
    operations: readonly KeyValueOperation[],
    options: { readonly sync: boolean },
  ): Promise<void> {
    const delay = options.sync ? this.#delay() : null
    const apply = (): Promise<void> => this.#store.batch(operations, options)
    if (this.#tail === null && delay === null) return apply()
    const done = (this.#tail ?? Promise.resolve()).then(() => delay).then(apply)
    const tail = done
      .catch(() => undefined)
      .then(() => {
        if (this.#tail === tail) this.#tail = null
      })
    this.#tail = tail
    return done
  }

  iterate(range: KeyRange): AsyncIterable<KeyValueEntry> {
    return this.#store.iterate(range)
  }

  async close(): Promise<void> {
    await this.#tail
    await this.#store.close()
  }
}
