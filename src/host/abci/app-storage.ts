// Keeps the state of a defined application across restarts.

import { fromUtf8, toUtf8 } from '../../core/bytes/index.ts'
import type { KeyValueStore } from '../ports/index.ts'

/**
 * A saved state: the text in the order in which its objects stand, and the height it belongs to.
 */
export interface SavedApp {
  readonly height: bigint
  readonly time: bigint
  readonly text: string
}

/** Bytes of state written per block on average; a larger state is written more rarely. */
const BYTES_PER_BLOCK = 64 * 1024

/** Blocks that are executed again at the next start, at most. */
const MAX_SKIPPED = 1000n

const HEADER_BYTES = 16

/**
 * One key per application. A state is written whole, small ones after each block and large ones so
 * rarely that the writing stays below 64 KiB a block; what was not written is executed again from
 * the stored blocks. Never synced.
 */
export class AppStorage {
  readonly #store: KeyValueStore
  readonly #key: Uint8Array
  #savedHeight = 0n

  constructor(store: KeyValueStore, name: string) {
    this.#store = store
    this.#key = toUtf8(`app/${name}`)
  }

  /** What was saved last, or null. */
  async load(): Promise<SavedApp | null> {
    const bytes = await this.#store.get(this.#key)
    if (bytes === undefined || bytes.length < HEADER_BYTES) return null
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#savedHeight = view.getBigInt64(0)
    return {
      height: this.#savedHeight,
      time: view.getBigInt64(8),
      text: fromUtf8(bytes.subarray(HEADER_BYTES)),
    }
  }

  /** Whether a state of this size is due to be written at this height. */
  isDue(height: bigint, byteSize: number): boolean {
    const every = BigInt(Math.ceil(byteSize / BYTES_PER_BLOCK))
    return height - this.#savedHeight >= (every > MAX_SKIPPED ? MAX_SKIPPED : every)
  }

  /** Writes a state. */
  async save(saved: SavedApp): Promise<void> {
    const text = toUtf8(saved.text)
    const bytes = new Uint8Array(HEADER_BYTES + text.length)
    const view = new DataView(bytes.buffer)
    view.setBigInt64(0, saved.height)
    view.setBigInt64(8, saved.time)
    bytes.set(text, HEADER_BYTES)
    await this.#store.batch([{ put: [this.#key, bytes] }], { sync: false })
    this.#savedHeight = saved.height
  }
}
