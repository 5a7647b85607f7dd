// A key-value store in memory that can lose what was not synced, as a machine without power does.

import { assert, bytesKey } from '../../core/bytes/index.ts'
import type { KeyRange, KeyValueEntry, KeyValueOperation, KeyValueStore } from '../ports/index.ts'
import { PortError } from '../ports/index.ts'

/**
 * Called before a batch is applied; what it throws becomes the failure of that batch, and of the
 * store if synced.
 */
export type BeforeBatch = (step: { readonly sync: boolean; readonly operations: number }) => void

/** The value each key had before one batch. */
type Undo = Map<string, Uint8Array | undefined>

interface Disk {
  readonly values: Map<string, Uint8Array>
  /** All keys in byte order: a latin1 string compares like its bytes. */
  readonly keys: string[]
  /** How to take back the batches since the last synced one, oldest first. */
  unsynced: Undo[]
}

/** More batches than this without a sync and the oldest counts as written out by the system. */
const MAX_UNSYNCED = 1024

/** Entries live as long as the object; `reopen` and `crash` hand them on to the next one. */
export class MemoryKeyValueStore implements KeyValueStore {
  readonly #disk: Disk
  readonly #beforeBatch: BeforeBatch
  #closed = false
  #failure: PortError | null = null

  constructor(options: { readonly beforeBatch?: BeforeBatch } = {}, disk?: Disk) {
    this.#disk = disk ?? { values: new Map(), keys: [], unsynced: [] }
    this.#beforeBatch = options.beforeBatch ?? (() => {})
  }

  async get(key: Uint8Array): Promise<Uint8Array | undefined> {
    this.#assertOpen('get')
    return this.#disk.values.get(bytesKey(key))?.slice()
  }

  async getMany(keys: readonly Uint8Array[]): Promise<(Uint8Array | undefined)[]> {
    this.#assertOpen('getMany')
    return keys.map((key) => this.#disk.values.get(bytesKey(key))?.slice())
  }

  async batch(
    operations: readonly KeyValueOperation[],
    options: { readonly sync: boolean },
  ): Promise<void> {
    this.#assertOpen('batch')
    if (this.#failure !== null) throw this.#failure
    try {
      this.#beforeBatch({ sync: options.sync, operations: operations.length })
    } catch (cause) {
      const failure = asPortError(cause)
      if (options.sync) this.#failure = failure
      throw failure
    }
    // The hook may have crashed this store: nothing is applied after that.
    this.#assertOpen('batch')
    this.#apply(operations, options.sync)
  }

  async *iterate(range: KeyRange): AsyncIterable<KeyValueEntry> {
    this.#assertOpen('iterate')
    const { values } = this.#disk
    const entries = this.#keysIn(range).map((key) => [key, values.get(key)] as const)
    for (const [key, value] of entries) {
      this.#assertOpen('iterate')
      if (value !== undefined) yield [keyBytes(key), value.slice()]
    }
  }

  async close(): Promise<void> {
    this.#closed = true
  }

  /** Closes and opens again: nothing is lost. */
  reopen(options: { readonly beforeBatch?: BeforeBatch } = {}): MemoryKeyValueStore {
    this.#closed = true
    return new MemoryKeyValueStore(options, this.#disk)
  }

  /** Number of batches that a crash now could lose. */
  get unsyncedBatches(): number {
    return this.#disk.unsynced.length
  }

  /**
   * The store after a loss of power that kept the first `kept` of the unsynced batches. This one is
   * dead.
   */
  crash(kept = 0): MemoryKeyValueStore {
    for (const undo of this.#disk.unsynced.slice(kept).toReversed()) {
      for (const [key, value] of undo) this.#set(key, value)
    }
    this.#disk.unsynced = []
    return this.reopen()
  }

  #apply(operations: readonly KeyValueOperation[], sync: boolean): void {
    const undo: Undo = new Map()
    for (const operation of operations) {
      const key = bytesKey('put' in operation ? operation.put[0] : operation.del)
      assert(key !== '', 'keys are not empty')
      if (!undo.has(key)) undo.set(key, this.#disk.values.get(key))
      this.#set(key, 'put' in operation ? operation.put[1].slice() : undefined)
    }
    if (sync) this.#disk.unsynced = []
    else this.#disk.unsynced.push(undo)
    if (this.#disk.unsynced.length > MAX_UNSYNCED) this.#disk.unsynced.shift()
  }

  #set(key: string, value: Uint8Array | undefined): void {
    const { values, keys } = this.#disk
    if (value === undefined) {
      if (values.delete(key)) keys.splice(lowerBound(keys, key), 1)
      return
    }
    if (!values.has(key)) keys.splice(lowerBound(keys, key), 0, key)
    values.set(key, value)
  }

  #keysIn({ gte, lt, reverse, limit }: KeyRange): string[] {
    const { keys } = this.#disk
    const from = gte === undefined ? 0 : lowerBound(keys, bytesKey(gte))
    const to = lt === undefined ? keys.length : lowerBound(keys, bytesKey(lt))
    if (to <= from) return []
    if (reverse === true) return keys.slice(Math.max(from, to - limit), to).toReversed()
    return keys.slice(from, Math.min(to, from + limit))
  }

  #assertOpen(operation: string): void {
    if (!this.#closed) return
    throw new PortError('PORTS_CLOSED', {
      operation,
      path: 'memory',
      reason: 'the store is closed',
    })
  }
}

function lowerBound(keys: readonly string[], key: string): number {
  let low = 0
  let high = keys.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((keys[middle] as string) < key) low = middle + 1
    else high = middle
  }
  return low
}

function keyBytes(key: string): Uint8Array {
  const bytes = new Uint8Array(key.length)
  for (let i = 0; i < key.length; i++) bytes[i] = key.charCodeAt(i)
  return bytes
}

function asPortError(cause: unknown): PortError {
  if (cause instanceof PortError) return cause
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new PortError('PORTS_IO_FAILED', { operation: 'batch', path: 'memory', reason }, cause)
}
