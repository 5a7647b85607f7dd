// The hashes of transactions seen lately, least recently seen forgotten first.

import { assert } from '../../core/bytes/index.ts'

const HASH_BYTES = 32
const NONE = -1

/**
 * A bounded set of hashes in the order they were last seen. It lives in flat arrays, for a node
 * under load sees thousands a second and each is remembered longest of all that is known of its
 * transaction: a hash table of slots with linear probing, at most half full, and a list through the
 * slots from oldest to newest.
 */
export class TxCache {
  readonly #capacity: number
  readonly #hashes: Uint8Array
  readonly #older: Int32Array
  readonly #newer: Int32Array
  /** Slots by hash, counted from 1; 0 is an empty place. */
  readonly #table: Int32Array
  readonly #mask: number
  #oldest = NONE
  #newest = NONE
  /** The first of the slots that are free again, linked by `#newer`. */
  #free = NONE
  #used = 0
  #size = 0

  /** A capacity of 0 remembers nothing. */
  constructor(capacity: number) {
    this.#capacity = capacity
    this.#hashes = new Uint8Array(capacity * HASH_BYTES)
    this.#older = new Int32Array(capacity)
    this.#newer = new Int32Array(capacity)
    let places = 2
    while (places < 2 * capacity) places *= 2
    this.#table = new Int32Array(places)
    this.#mask = places - 1
  }

  /** Remembered hashes. */
  get size(): number {
    return this.#size
  }

  /**
   * Remembers a hash of 32 bytes; false when it was there already (it then counts as just seen).
   */
  push(hash: Uint8Array): boolean {
    assert(hash.length === HASH_BYTES, 'a transaction has a hash of 32 bytes')
    if (this.#capacity === 0) return true
    const known = this.#slotAt(this.#placeOf(hash))
    if (known !== NONE) {
      this.#unlink(known)
      this.#link(known)
      return false
    }
    if (this.#size === this.#capacity) this.#forget(this.#placeOf(this.#hashAt(this.#oldest)))
    const slot = this.#takeSlot()
    this.#hashes.set(hash, slot * HASH_BYTES)
    this.#table[this.#placeOf(hash)] = slot + 1
    this.#link(slot)
    this.#size++
    return true
  }

  /** Whether the hash is remembered; does not count as seeing it. */
  has(hash: Uint8Array): boolean {
    return this.#slotAt(this.#placeOf(hash)) !== NONE
  }

  /** Forgets a hash. */
  remove(hash: Uint8Array): void {
    const place = this.#placeOf(hash)
    if (this.#slotAt(place) !== NONE) this.#forget(place)
  }

  /** Forgets all. */
  clear(): void {
    this.#table.fill(0)
    this.#oldest = NONE
    this.#newest = NONE
    this.#free = NONE
    this.#used = 0
    this.#size = 0
  }

  /** Where a hash stands in the table, or the empty place where it would. */
  #placeOf(hash: Uint8Array): number {
    let place = homeOf(hash, 0) & this.#mask
    for (;;) {
      const slot = this.#slotAt(place)
      if (slot === NONE || this.#isAt(slot, hash)) return place
      place = (place + 1) & this.#mask
    }
  }

  #slotAt(place: number): number {
    return (this.#table[place] as number) - 1
  }

  #isAt(slot: number, hash: Uint8Array): boolean {
    const start = slot * HASH_BYTES
    for (let i = 0; i < HASH_BYTES; i++) if (this.#hashes[start + i] !== hash[i]) return false
    return true
  }

  #hashAt(slot: number): Uint8Array {
    return this.#hashes.subarray(slot * HASH_BYTES, (slot + 1) * HASH_BYTES)
  }

  #takeSlot(): number {
    if (this.#free === NONE) return this.#used++
    const slot = this.#free
    this.#free = this.#newer[slot] as number
    return slot
  }

  #forget(place: number): void {
    const slot = this.#slotAt(place)
    this.#unlink(slot)
    this.#newer[slot] = this.#free
    this.#free = slot
    this.#size--
    this.#closeGap(place)
  }

  // Whoever stands behind the gap and began its search at or before it moves into it.
  #closeGap(place: number): void {
    let gap = place
    for (let next = (gap + 1) & this.#mask; ; next = (next + 1) & this.#mask) {
      const slot = this.#slotAt(next)
      if (slot === NONE) break
      const home = homeOf(this.#hashes, slot * HASH_BYTES) & this.#mask
      if (((next - home) & this.#mask) < ((next - gap) & this.#mask)) continue
      this.#table[gap] = slot + 1
      gap = next
    }
    this.#table[gap] = 0
  }

  #link(slot: number): void {
    this.#older[slot] = this.#newest
    this.#newer[slot] = NONE
    if (this.#newest === NONE) this.#oldest = slot
    else this.#newer[this.#newest] = slot
    this.#newest = slot
  }

  #unlink(slot: number): void {
    const older = this.#older[slot] as number
    const newer = this.#newer[slot] as number
    if (older === NONE) this.#oldest = newer
    else this.#newer[older] = newer
    if (newer === NONE) this.#newest = older
    else this.#older[newer] = older
  }
}

/** Where the search for the hash at `start` begins, before the mask. */
function homeOf(bytes: Uint8Array, start: number): number {
  const high = ((bytes[start] as number) << 16) | ((bytes[start + 1] as number) << 8)
  return high | (bytes[start + 2] as number)
}
