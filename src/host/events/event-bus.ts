// Delivers published events to the subscriptions whose query they match; costs next to nothing when
// nobody listens.

import type { ChainEvent } from './chain-event.ts'
import { PublishedEvent } from './published-event.ts'
import { Subscription, type SubscribeOptions } from './subscription.ts'

/** Every kind under which subscriptions without `tm.event='…'` are kept. */
const ANY_KIND = ''

/**
 * Publishes in the caller's turn and in order; a subscriber cannot slow a publisher, only lose its
 * own subscription. Limits on the count of subscriptions belong to those who hand them out (rpc).
 */
export class EventBus {
  readonly #byKind = new Map<string, Set<Subscription>>()
  #count = 0

  /** Live subscriptions. */
  get subscriptionCount(): number {
    return this.#count
  }

  /** Whether an event of this kind could reach anybody; lets a publisher skip the making of it. */
  wants(kind: ChainEvent['kind']): boolean {
    return this.#byKind.has(kind) || this.#byKind.has(ANY_KIND)
  }

  /**
   * Delivers to every matching subscription before it returns. Never throws on behalf of a
   * subscriber's slowness.
   */
  publish(event: ChainEvent): void {
    if (this.#count === 0) return
    const published = new PublishedEvent(event)
    this.#deliver(this.#byKind.get(event.kind), published)
    this.#deliver(this.#byKind.get(ANY_KIND), published)
  }

  /** Starts a subscription at the next published event. */
  subscribe(options: SubscribeOptions): Subscription {
    const kind = options.query.eventKind ?? ANY_KIND
    const subscription = new Subscription(options, (ended) => this.#remove(kind, ended))
    if (subscription.ended) return subscription
    const group = this.#byKind.get(kind)
    if (group === undefined) this.#byKind.set(kind, new Set([subscription]))
    else group.add(subscription)
    this.#count++
    return subscription
  }

  #deliver(group: ReadonlySet<Subscription> | undefined, event: PublishedEvent): void {
    if (group === undefined) return
    for (const subscription of group) {
      const { query } = subscription
      const kindIsEnough = query.conditions.length === 1 && query.eventKind === event.event.kind
      if (kindIsEnough || query.matches(event.attributes)) subscription.deliver(event)
    }
  }

  #remove(kind: string, subscription: Subscription): void {
    const group = this.#byKind.get(kind)
    if (group?.delete(subscription) !== true) return
    this.#count--
    if (group.size === 0) this.#byKind.delete(kind)
  }
}
