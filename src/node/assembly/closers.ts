// What has been opened so far, closed in reverse order: at the end, or when a later step fails.

/** A stack of things to close. */
export class Closers {
  readonly #closers: (() => Promise<void>)[] = []

  /** Adds what is closed before everything added so far. */
  add(close: () => Promise<void>): void {
    this.#closers.push(close)
  }

  /**
   * Closes all, also when one fails; rejects with the first failure then. A second call finds
   * nothing to close.
   */
  async close(): Promise<void> {
    const failures: unknown[] = []
    for (let close = this.#closers.pop(); close !== undefined; close = this.#closers.pop()) {
      await close().catch((error: unknown) => void failures.push(error))
    }
    if (failures.length > 0) throw failures[0]
  }
}
