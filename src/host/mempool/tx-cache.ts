// The keys of transactions seen lately, least recently seen forgotten first.

/** A bounded set of keys in the order they were last seen. */
export class TxCache {
  readonly #keys = new Set<string>()
  readonly #capacity: number

  /** A capacity of 0 remembers nothing. */
  constructor(capacity: number) {
    this.#capacity = capacity
  }

  /** Remembered keys. */
  get size(): number {
    return this.#keys.size
  }

  /** Remembers a key; false when it was there already (it then counts as just seen). */
  push(key: string): boolean {
    const isNew = !this.#keys.delete(key)
    this.#keys.add(key)
    if (this.#keys.size > this.#capacity) this.#forgetOldest()
    return isNew
  }

  /** Whether the key is remembered; does not count as seeing it. */
  has(key: string): boolean {
    return this.#keys.has(key)
  }

  /** Forgets a key. */
  remove(key: string): void {
    this.#keys.delete(key)
  }

  /** Forgets all. */
  clear(): void {
    this.#keys.clear()
  }

  #forgetOldest(): void {
    const oldest = this.#keys.values().next()
    if (oldest.done !== true) this.#keys.delete(oldest.value)
  }
}
