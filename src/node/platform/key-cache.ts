// Imported keys by their bytes, the least recently used one forgotten first.

import type { KeyObject } from 'node:crypto'
import { bytesKey } from '../../core/bytes/index.ts'

/** Importing a key costs as much as verifying with it: a chain's validators should all stay. */
export class KeyCache {
  readonly #capacity: number
  readonly #importKey: (bytes: Uint8Array) => KeyObject
  readonly #keys = new Map<string, KeyObject>()

  constructor(capacity: number, importKey: (bytes: Uint8Array) => KeyObject) {
    this.#capacity = capacity
    this.#importKey = importKey
  }

  /** Keys kept now, never more than the capacity. */
  get size(): number {
    return this.#keys.size
  }

  /** The key of these bytes, imported when it is not kept. Throws what the import throws. */
  get(bytes: Uint8Array): KeyObject {
    const id = bytesKey(bytes)
    const known = this.#keys.get(id)
    const key = known ?? this.#importKey(bytes)
    // A map keeps the order of insertion: what was asked for last stands last.
    if (known !== undefined) this.#keys.delete(id)
    this.#keys.set(id, key)
    if (this.#keys.size > this.#capacity) this.#forgetOldest()
    return key
  }

  #forgetOldest(): void {
    for (const oldest of this.#keys.keys()) {
      this.#keys.delete(oldest)
      return
    }
  }
}
