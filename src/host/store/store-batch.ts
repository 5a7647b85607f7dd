// Changes of several stores that become durable together or not at all.

import { assert } from '../../core/bytes/index.ts'
import type { KeyValueOperation, KeyValueStore } from '../ports/index.ts'

/**
 * Collects the changes of one block: its parts, commits, results, the chain state after it, and
 * what other rooms keep in the same database. One `commit` writes them in one synced batch; only
 * then do the stores show them.
 */
export class StoreBatch {
  readonly #store: KeyValueStore
  readonly #operations: KeyValueOperation[] = []
  readonly #afterwards: (() => void)[] = []
  #isCommitted = false

  constructor(store: KeyValueStore) {
    this.#store = store
  }

  /** Adds changes; the arrays must not change until the commit has resolved. */
  add(operations: readonly KeyValueOperation[]): void {
    assert(!this.#isCommitted, 'a batch is committed once')
    for (const operation of operations) this.#operations.push(operation)
  }

  /** Calls `f` once the changes are durable: for what a store keeps in memory. */
  afterCommit(f: () => void): void {
    this.#afterwards.push(f)
  }

  /** Resolves when everything is on disk (or, with `sync: false`, written). Once per batch. */
  async commit(options: { readonly sync: boolean } = { sync: true }): Promise<void> {
    assert(!this.#isCommitted, 'a batch is committed once')
    this.#isCommitted = true
    await this.#store.batch(this.#operations, options)
    for (const f of this.#afterwards) f()
  }
}
