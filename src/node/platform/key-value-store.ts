// The key-value store on LevelDB.

import { ClassicLevel } from 'classic-level'
import type {
  KeyRange,
  KeyValueEntry,
  KeyValueOperation,
  KeyValueStore,
  PortErrorCode,
} from '../../host/ports/index.ts'
import { PortError } from '../../host/ports/index.ts'

type Database = ClassicLevel<Uint8Array, Uint8Array>

/**
 * Sizes of the database's caches. A larger write buffer than the default made synced blocks of 1
 * MiB no faster.
 */
export interface LevelOptions {
  /** Bytes of table blocks kept in memory. */
  readonly cacheBytes?: number
  /** Bytes of writes gathered in memory before they become a table. */
  readonly writeBufferBytes?: number
}

const MEGABYTE = 1024 * 1024

/**
 * A LevelDB directory. Only one process can have it open; the system releases it when that process
 * dies.
 */
export class LevelKeyValueStore implements KeyValueStore {
  readonly #database: Database
  /** Batches run in the thread pool: one behind the other keeps the order of the calls. */
  #lastBatch: Promise<void> = Promise.resolve()
  #failure: PortError | null = null
  #closing: Promise<void> | null = null

  private constructor(database: Database) {
    this.#database = database
  }

  /**
   * Opens or creates the directory (its parent must exist).
   * @throws PortError `PORTS_IN_USE` when another process has it open, `PORTS_CORRUPT`,
   * `PORTS_IO_FAILED`.
   */
  static async open(path: string, options: LevelOptions = {}): Promise<LevelKeyValueStore> {
    const database: Database = new ClassicLevel(path, {
      keyEncoding: 'view',
      valueEncoding: 'view',
      cacheSize: options.cacheBytes ?? 8 * MEGABYTE,
      writeBufferSize: options.writeBufferBytes ?? 4 * MEGABYTE,
    })
    try {
      await database.open()
    } catch (cause) {
      throw storeError('open', path, cause)
    }
    return new LevelKeyValueStore(database)
  }

  async get(key: Uint8Array): Promise<Uint8Array | undefined> {
    this.#assertOpen('get')
    try {
      const value = await this.#database.get(key)
      return value === undefined ? undefined : plain(value)
    } catch (cause) {
      throw storeError('get', this.#database.location, cause)
    }
  }

  async getMany(keys: readonly Uint8Array[]): Promise<(Uint8Array | undefined)[]> {
    this.#assertOpen('getMany')
    try {
      const values = await this.#database.getMany([...keys])
      return values.map((value) => (value === undefined ? undefined : plain(value)))
    } catch (cause) {
      throw storeError('getMany', this.#database.location, cause)
    }
  }

  async batch(
    operations: readonly KeyValueOperation[],
    options: { readonly sync: boolean },
  ): Promise<void> {
    this.#assertOpen('batch')
    const done = this.#lastBatch.then(() => this.#write(operations, options.sync))
    this.#lastBatch = done.catch(() => {})
    await done
  }

  async *iterate(range: KeyRange): AsyncIterable<KeyValueEntry> {
    this.#assertOpen('iterate')
    try {
      for await (const [key, value] of this.#database.iterator({ ...range })) {
        yield [plain(key), plain(value)]
      }
    } catch (cause) {
      throw storeError('iterate', this.#database.location, cause)
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#lastBatch.then(() => this.#database.close())
    return this.#closing
  }

  async #write(operations: readonly KeyValueOperation[], sync: boolean): Promise<void> {
    if (this.#failure !== null) throw this.#failure
    try {
      // Chained: an array of operations is copied and checked twice, which took twice as long.
      const batch = this.#database.batch()
      for (const operation of operations) {
        if ('put' in operation) batch.put(operation.put[0], operation.put[1])
        else batch.del(operation.del)
      }
      await batch.write({ sync })
    } catch (cause) {
      const failure = storeError('batch', this.#database.location, cause)
      if (sync) this.#failure = failure
      throw failure
    }
  }

  #assertOpen(operation: string): void {
    if (this.#closing === null) return
    const path = this.#database.location
    throw new PortError('PORTS_CLOSED', { operation, path, reason: 'the store is closed' })
  }
}

/** LevelDB hands out Buffers of their own memory. */
function plain(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length)
}

const CODES: Readonly<Record<string, PortErrorCode>> = {
  LEVEL_LOCKED: 'PORTS_IN_USE',
  LEVEL_CORRUPTION: 'PORTS_CORRUPT',
  LEVEL_DATABASE_NOT_OPEN: 'PORTS_CLOSED',
  LEVEL_ITERATOR_NOT_OPEN: 'PORTS_CLOSED',
}

/** LevelDB's error with its cause, which carries the code when opening failed. */
function storeError(operation: string, path: string, cause: unknown): PortError {
  if (cause instanceof PortError) return cause
  const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause
  const reason = inner instanceof Error ? inner.message : String(inner)
  const level = inner instanceof Error ? String((inner as NodeJS.ErrnoException).code) : ''
  const noSpace = /No space left|Disk quota|File too large/.test(reason)
  const code = noSpace ? 'PORTS_NO_SPACE' : (CODES[level] ?? 'PORTS_IO_FAILED')
  return new PortError(code, { operation, path, reason }, cause)
}
