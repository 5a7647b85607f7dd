// Subscribers get every matching event in order, or are told from where to go on.

import { describe, expect, test } from 'vitest'
import { EventBus, LaggedError, Query, type ChainEvent, type SubscribeOptions } from './index.ts'

const step = (height: bigint): ChainEvent => ({
  kind: 'NewRoundStep',
  height,
  round: 0,
  step: 'RoundStepPropose',
})

const tx = (height: bigint, key: string): ChainEvent => ({
  kind: 'Tx',
  height,
  index: 0,
  tx: Uint8Array.of(1),
  hash: Uint8Array.of(0xab, 0xcd),
  result: {
    code: 0,
    data: new Uint8Array(0),
    log: '',
    info: '',
    gasWanted: 0n,
    gasUsed: 0n,
    events: [
      {
        type: 'app',
        attributes: [
          { key: 'key', value: key, index: true },
          { key: '', value: 'x', index: true },
        ],
      },
      { type: '', attributes: [{ key: 'key', value: 'hidden', index: true }] },
    ],
    codespace: '',
  },
})

function queryOf(text: string): Query {
  const query = Query.parse(text)
  if (!query.ok) throw new Error(query.error)
  return query.value
}

const all = (more: Partial<SubscribeOptions> = {}): SubscribeOptions => ({
  query: queryOf("tm.event='NewRoundStep'"),
  ...more,
})

describe('event bus', () => {
  test('delivers matching events in order and with their attributes', () => {
    const bus = new EventBus()
    const byKey = bus.subscribe({ query: queryOf("tm.event='Tx' AND app.key='b'") })
    const anyKind = bus.subscribe({ query: queryOf('app.key EXISTS') })
    for (const event of [tx(1n, 'a'), step(1n), tx(1n, 'b')]) bus.publish(event)
    expect(byKey.take()?.attributes).toEqual(
      new Map([
        ['app.key', ['b']],
        ['tm.event', ['Tx']],
        ['tx.hash', ['ABCD']],
        ['tx.height', ['1']],
      ]),
    )
    expect(byKey.take()).toBeNull()
    expect(anyKind.buffered).toBe(2)
  })

  test('iterates until the subscriber leaves', async () => {
    const bus = new EventBus()
    const subscription = bus.subscribe(all())
    bus.publish(step(1n))
    const heights: bigint[] = []
    for await (const { height } of subscription) {
      heights.push(height)
      if (height === 3n) break
      bus.publish(step(height + 1n))
    }
    expect(heights).toEqual([1n, 2n, 3n])
    expect(bus.subscriptionCount).toBe(0)
    expect(bus.wants('NewRoundStep')).toBe(false)
  })

  test('ends a subscriber that lags, after its buffer, and says where it was', async () => {
    const bus = new EventBus()
    const subscription = bus.subscribe(all({ buffer: 2 }))
    for (const height of [1n, 2n, 3n, 4n]) bus.publish(step(height))
    expect(bus.subscriptionCount).toBe(0)
    expect((await subscription.next()).value?.height).toBe(1n)
    expect((await subscription.next()).value?.height).toBe(2n)
    const error: unknown = await subscription.next().catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(LaggedError)
    expect(error).toMatchObject({ code: 'EVENTS_LAGGED', lastDeliveredHeight: 2n })
  })

  test('forgets the oldest and counts them when asked to', () => {
    const bus = new EventBus()
    const subscription = bus.subscribe(all({ buffer: 2, overflow: 'drop-oldest' }))
    for (let height = 1n; height <= 1000n; height++) bus.publish(step(height))
    expect(subscription.dropped).toBe(998)
    expect([subscription.take()?.height, subscription.take()?.height]).toEqual([999n, 1000n])
    expect(subscription.ended).toBe(false)
  })

  test('calls a reader without promises once per filling', () => {
    const bus = new EventBus()
    let calls = 0
    const subscription = bus.subscribe(all({ onReady: () => calls++ }))
    bus.publish(step(1n))
    bus.publish(step(2n))
    expect(calls).toBe(1)
    while (subscription.take() !== null);
    bus.publish(step(3n))
    expect(calls).toBe(2)
    subscription.cancel()
    expect([calls, subscription.ended, subscription.take()]).toEqual([3, true, null])
  })

  test('ends with the signal, waiting readers included', async () => {
    const bus = new EventBus()
    const controller = new AbortController()
    const subscription = bus.subscribe(all({ signal: controller.signal }))
    const next = subscription.next()
    controller.abort()
    expect(await next).toEqual({ done: true, value: undefined })
    expect(bus.subscribe(all({ signal: controller.signal })).ended).toBe(true)
    expect(bus.subscriptionCount).toBe(0)
  })

  test('a subscriber may leave while an event is delivered', () => {
    const bus = new EventBus()
    const others = [0, 1, 2].map(() => bus.subscribe(all()))
    bus.subscribe(all({ onReady: () => others.forEach((other) => other.cancel()) }))
    bus.publish(step(1n))
    bus.publish(step(2n))
    expect(bus.subscriptionCount).toBe(1)
  })
})
