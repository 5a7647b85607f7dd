// A key-value store in memory that can lose what was not synced, as a machine without power does.

import { assert, bytesKey, copyBytes } from '../../core/bytes/index.ts'
import type { KeyRange, KeyValueEntry, KeyValueOperation, KeyValueStore } from '../ports/index.ts'
import { PortError } from '../ports/index.ts'
import { DiskGate } from './disk-gate.ts'
import type { TableChange } from './table.ts'

/**
 * Called before a batch is applied; what it throws becomes the failure of that batch, and of the
 * store if synced.
 */
export type BeforeBatch = (step: { readonly sync: boolean; readonly operations: number }) => void

/** Which disk a store lives on, and under which name. */
export interface StorePlace {
  readonly gate: DiskGate
  readonly name: string
}

/** Entries live as long as the disk; `reopen` and `crash` hand them on to the next one. */
export class MemoryKeyValueStore implements KeyValueStore {
  readonly #place: StorePlace
  readonly #beforeBatch: BeforeBatch
  #closed = false
  #failure: PortError | null = null
  /** Batches apply in the order of the calls also where the disk takes its time. */
  #tail: Promise<void> | null = null

  constructor(options: { readonly beforeBatch?: BeforeBatch } = {}, place?: StorePlace) {
    this.#place = place ?? { gate: new DiskGate(), name: 'memory' }
    this.#beforeBatch = options.beforeBatch ?? (() => {})
  }

  async get(key: Uint8Array): Promise<Uint8Array | undefined> {
    this.#assertOpen('get')
    return this.#read(bytesKey(key))
  }

  async getMany(keys: readonly Uint8Array[]): Promise<(Uint8Array | undefined)[]> {
    this.#assertOpen('getMany')
    return keys.map((key) => this.#read(bytesKey(key)))
  }

  async batch(
    operations: readonly KeyValueOperation[],
    options: { readonly sync: boolean },
  ): Promise<void> {
    this.#assertOpen('batch')
    const changes = operations.map(changeOf)
    if (this.#place.gate.hooks.delay === undefined) return this.#batch(changes, options.sync)
    const done = (this.#tail ?? Promise.resolve()).then(() => this.#batch(changes, options.sync))
    this.#tail = done.catch(() => undefined)
    return done
  }

  async *iterate(range: KeyRange): AsyncIterable<KeyValueEntry> {
    this.#assertOpen('iterate')
    const { gate, name } = this.#place
    const table = gate.image.table(name)
    const entries = table.keysIn(range).map((key) => [key, table.get(key)] as const)
    for (const [key, value] of entries) {
      this.#assertOpen('iterate')
      if (value === undefined) continue
      const bytes = keyBytes(key)
      yield [bytes, gate.read({ store: name, key: bytes }, value.slice())]
    }
  }

  async close(): Promise<void> {
    await this.#tail
    this.#closed = true
  }

  /** Closes and opens again: nothing is lost. */
  reopen(options: { readonly beforeBatch?: BeforeBatch } = {}): MemoryKeyValueStore {
    this.#closed = true
    return new MemoryKeyValueStore(options, this.#place)
  }

  /** Number of batches that a crash now could lose. */
  get unsyncedBatches(): number {
    return this.#place.gate.image.changes.filter(({ kind }) => kind === 'batch').length
  }

  /**
   * The store after a loss of power that kept the first `kept` of the unsynced batches. This one is
   * dead. Not for a store of a `MemoryDisk`, which crashes as a whole.
   */
  crash(kept = 0): MemoryKeyValueStore {
    const { gate, name } = this.#place
    this.#closed = true
    gate.end()
    const image = gate.image.afterCrash((_, index) => index < kept)
    return new MemoryKeyValueStore({}, { gate: new DiskGate({}, image), name })
  }

  #read(key: string): Uint8Array | undefined {
    const { gate, name } = this.#place
    const value = gate.image.table(name).get(key)?.slice()
    if (value === undefined || gate.hooks.onRead === undefined) return value
    return gate.read({ store: name, key: keyBytes(key) }, value)
  }

  async #batch(changes: readonly TableChange[], sync: boolean): Promise<void> {
    if (this.#failure !== null) throw this.#failure
    const { gate, name } = this.#place
    const kind = sync ? 'synced-batch' : 'batch'
    try {
      this.#beforeBatch({ sync, operations: changes.length })
      // The hook may have crashed this store: nothing is applied after that.
      this.#assertOpen('batch')
      await gate.perform({ kind, operation: 'batch', path: name }, () => ({
        kind: 'batch',
        store: name,
        changes,
        sync,
      }))
    } catch (cause) {
      const failure = asPortError(cause)
      if (sync) this.#failure = failure
      throw failure
    }
  }

  #assertOpen(operation: string): void {
    if (this.#closed) {
      const { name } = this.#place
      const reason = 'the store is closed'
      throw new PortError('PORTS_CLOSED', { operation, path: name, reason })
    }
    this.#place.gate.assertAlive(operation, this.#place.name)
  }
}

function changeOf(operation: KeyValueOperation): TableChange {
  const key = bytesKey('put' in operation ? operation.put[0] : operation.del)
  assert(key !== '', 'keys are not empty')
  return { key, value: 'put' in operation ? copyBytes(operation.put[1]) : undefined }
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
