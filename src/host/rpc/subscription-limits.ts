// How many subscriptions each client holds, and how many clients hold any.

/** Who subscribes: one WebSocket, or one HTTP request that waits for a transaction. */
export type SubscriptionClient = object

/** Counts subscriptions against the two limits; every `take` must be followed by one `release`. */
export class SubscriptionLimits {
  readonly #maxClients: number
  readonly #maxPerClient: number
  readonly #held = new Map<SubscriptionClient, number>()

  constructor(maxClients: number, maxPerClient: number) {
    this.#maxClients = maxClients
    this.#maxPerClient = maxPerClient
  }

  /**
   * Why this client may not subscribe now, in CometBFT's words, or null. CometBFT also refuses
   * those who are among the clients already, so its last client never gets to its limit.
   */
  refusal(client: SubscriptionClient): string | null {
    const held = this.#held.get(client) ?? 0
    if (held === 0 && this.#held.size >= this.#maxClients) {
      return `max_subscription_clients ${this.#maxClients} reached`
    }
    if (held >= this.#maxPerClient) {
      return `max_subscriptions_per_client ${this.#maxPerClient} reached`
    }
    return null
  }

  take(client: SubscriptionClient): void {
    this.#held.set(client, (this.#held.get(client) ?? 0) + 1)
  }

  release(client: SubscriptionClient): void {
    const held = (this.#held.get(client) ?? 0) - 1
    if (held > 0) this.#held.set(client, held)
    else this.#held.delete(client)
  }
}
