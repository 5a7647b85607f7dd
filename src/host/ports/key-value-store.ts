// The key-value store port: ordered bytes to bytes, changed only in atomic batches.

/** One change in a batch. */
export type KeyValueOperation =
  | { readonly put: readonly [key: Uint8Array, value: Uint8Array] }
  | { readonly del: Uint8Array }

/** The part of the store an iteration walks through, in byte order of the keys. */
export interface KeyRange {
  /** First key, inclusive. */
  readonly gte?: Uint8Array
  /** End of the range, exclusive. */
  readonly lt?: Uint8Array
  /** From the last key to the first. */
  readonly reverse?: boolean
  /** Most entries to return; a positive integer. */
  readonly limit: number
}

/** One entry of the store. */
export type KeyValueEntry = readonly [key: Uint8Array, value: Uint8Array]

/**
 * An ordered map of non-empty keys to values (values may be empty). Arrays given are not kept,
 * arrays returned belong to the caller. Every method rejects with `PortError` code `PORTS_CLOSED`
 * once `close` was called.
 */
export interface KeyValueStore {
  /** The value under `key`, or undefined. */
  get(key: Uint8Array): Promise<Uint8Array | undefined>
  /** The values under `keys`, in their order. */
  getMany(keys: readonly Uint8Array[]): Promise<(Uint8Array | undefined)[]>
  /**
   * Applies all operations in order, all or none, also across a crash. With `sync` they and every
   * batch before them are on disk when the promise resolves; without it a crash may lose a suffix
   * of batches. Batches apply in the order of the calls. A failed synced batch is fatal to the
   * store: every later batch rejects too.
   */
  batch(
    operations: readonly KeyValueOperation[],
    options: { readonly sync: boolean },
  ): Promise<void>
  /**
   * Walks a range as it stood when the iteration began. Leaving the loop early frees the iterator.
   */
  iterate(range: KeyRange): AsyncIterable<KeyValueEntry>
  /** Waits for batches under way and closes; closing twice is fine. */
  close(): Promise<void>
}
