// The keys of transactions seen lately, least recently seen forgotten first.

/**
 * A bounded set of keys in the order they were last seen. The order is kept beside the set: a Set
 * whose first key is taken out again and again walks over all that were there before it.
 */
export class TxCache {
  /** When each key was last seen. */
  readonly #seen = new Map<string, number>()
  readonly #capacity: number
  /** Keys as they were seen, from `#first` on; one that was seen again later is passed over. */
  #order: { readonly key: string; readonly at: number }[] = []
  #first = 0
  #now = 0

  /** A capacity of 0 remembers nothing. */
  constructor(capacity: number) {
    this.#capacity = capacity
  }

  /** Remembered keys. */
  get size(): number {
    return this.#seen.size
  }

  /** Remembers a key; false when it was there already (it then counts as just seen). */
  push(key: string): boolean {
    const isNew = !this.#seen.has(key)
    const at = this.#now++
    this.#seen.set(key, at)
    this.#order.push({ key, at })
    while (this.#seen.size > this.#capacity) this.#forgetOldest()
    if (this.#order.length - this.#first > 2 * this.#capacity + 1) this.#dropPassedOver()
    return isNew
  }

  /** Whether the key is remembered; does not count as seeing it. */
  has(key: string): boolean {
    return this.#seen.has(key)
  }

  /** Forgets a key. */
  remove(key: string): void {
    this.#seen.delete(key)
  }

  /** Forgets all. */
  clear(): void {
    this.#seen.clear()
    this.#order = []
    this.#first = 0
  }

  #forgetOldest(): void {
    const oldest = this.#order[this.#first++]
    if (oldest !== undefined && this.#seen.get(oldest.key) === oldest.at) {
      this.#seen.delete(oldest.key)
    }
    if (this.#first > this.#capacity) this.#dropPassedOver()
  }

  #dropPassedOver(): void {
    this.#order = this.#order.slice(this.#first).filter(({ key, at }) => this.#seen.get(key) === at)
    this.#first = 0
  }
}
