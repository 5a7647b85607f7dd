// The ordered entries of one key-value store in memory.

import { bytesKey } from '../../core/bytes/index.ts'
import type { KeyRange } from '../ports/index.ts'

/** One change: the key as a latin1 string, and its new value or none. */
export interface TableChange {
  readonly key: string
  readonly value: Uint8Array | undefined
}

/** Keys that are put into their places one by one; more are sorted in at once. */
const FEW = 32

/**
 * Keys compare as latin1 strings do, which is the order of their bytes. They are sorted when
 * somebody walks through them; a fork costs nothing until one of the two changes.
 */
export class Table {
  #values = new Map<string, Uint8Array>()
  /** In order, as it was at the last walk. */
  #keys: string[] = []
  /** Keys that came or went since. */
  #moved: string[] = []
  #isShared = false

  get size(): number {
    return this.#values.size
  }

  get(key: string): Uint8Array | undefined {
    return this.#values.get(key)
  }

  set({ key, value }: TableChange): void {
    this.#own()
    const isThere = this.#values.has(key)
    if (isThere !== (value !== undefined)) this.#moved.push(key)
    if (value === undefined) this.#values.delete(key)
    else this.#values.set(key, value)
  }

  /** The same entries, free to change apart from these. */
  fork(): Table {
    const other = new Table()
    other.#values = this.#values
    other.#keys = this.#keys
    other.#moved = this.#moved
    other.#isShared = true
    this.#isShared = true
    return other
  }

  /** The keys of a range, in its order and within its limit. */
  keysIn({ gte, lt, reverse, limit }: KeyRange): string[] {
    this.#sort()
    const keys = this.#keys
    const from = gte === undefined ? 0 : lowerBound(keys, bytesKey(gte))
    const to = lt === undefined ? keys.length : lowerBound(keys, bytesKey(lt))
    if (to <= from) return []
    if (reverse === true) return keys.slice(Math.max(from, to - limit), to).toReversed()
    return keys.slice(from, Math.min(to, from + limit))
  }

  #sort(): void {
    if (this.#moved.length === 0) return
    this.#own()
    if (this.#moved.length > FEW) this.#keys = [...this.#values.keys()].toSorted(byCode)
    else for (const key of this.#moved) this.#place(key)
    this.#moved = []
  }

  #place(key: string): void {
    const at = lowerBound(this.#keys, key)
    const isListed = this.#keys[at] === key
    if (isListed === this.#values.has(key)) return
    if (isListed) this.#keys.splice(at, 1)
    else this.#keys.splice(at, 0, key)
  }

  #own(): void {
    if (!this.#isShared) return
    this.#values = new Map(this.#values)
    this.#keys = [...this.#keys]
    this.#moved = [...this.#moved]
    this.#isShared = false
  }
}

function byCode(a: string, b: string): number {
  return a < b ? -1 : 1
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
