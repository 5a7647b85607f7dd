// What every clock must do; `passTime` lets an invented clock run and waits for a real one.

import { describe, expect, test } from 'vitest'
import type { Clock } from './clock.ts'

/** A clock under test. */
export interface ClockWorld {
  readonly clock: Clock
  /** Resolves once at least `ms` have passed on the clock and what was due has run. */
  passTime(ms: number): Promise<void>
}

/** Registers the suite for one implementation. */
export function clockContract(name: string, makeWorld: () => ClockWorld): void {
  describe(`clock port, ${name}`, () => {
    test('clock: monotonic time never runs backwards and counts milliseconds', async () => {
      const { clock, passTime } = makeWorld()
      const before = clock.monotonicMs()
      await passTime(5)
      const between = clock.monotonicMs() - before
      expect(between).toBeGreaterThanOrEqual(5)
      expect(clock.monotonicMs()).toBeGreaterThanOrEqual(before + between)
    })

    test('clock: wall time is nanoseconds and moves with the monotonic time', async () => {
      const { clock, passTime } = makeWorld()
      const before = clock.now()
      await passTime(5)
      expect(clock.now() - before).toBeGreaterThanOrEqual(3_000_000n)
    })

    test('clock: a timer fires once, not early and not within the call that sets it', async () => {
      const { clock, passTime } = makeWorld()
      const start = clock.monotonicMs()
      const fired: number[] = []
      clock.setTimer(3, () => fired.push(clock.monotonicMs() - start))
      expect(fired).toEqual([])
      await passTime(10)
      await passTime(10)
      expect(fired).toHaveLength(1)
      expect(fired[0]).toBeGreaterThanOrEqual(3)
    })

    test('clock: timers with zero and negative durations fire in the next turn', async () => {
      const { clock, passTime } = makeWorld()
      const fired: string[] = []
      clock.setTimer(0, () => fired.push('zero'))
      clock.setTimer(-5, () => fired.push('negative'))
      expect(fired).toEqual([])
      await passTime(4)
      expect(fired.toSorted()).toEqual(['negative', 'zero'])
    })

    test('clock: a cancelled timer does not fire, cancelling late does nothing', async () => {
      const { clock, passTime } = makeWorld()
      const fired: string[] = []
      const cancelled = clock.setTimer(2, () => fired.push('cancelled'))
      const kept = clock.setTimer(2, () => fired.push('kept'))
      cancelled.cancel()
      cancelled.cancel()
      await passTime(8)
      kept.cancel()
      expect(fired).toEqual(['kept'])
    })

    test('clock: a duration beyond 2^31 milliseconds does not fire at once', async () => {
      const { clock, passTime } = makeWorld()
      let fired = false
      const timer = clock.setTimer(2 ** 33, () => (fired = true))
      await passTime(5)
      timer.cancel()
      expect(fired).toBe(false)
    })

    test('clock: deferred calls run once, in order, after resolved promises', async () => {
      const { clock, passTime } = makeWorld()
      const order: string[] = []
      clock.defer(() => order.push('deferred 1'))
      void Promise.resolve().then(() => order.push('promise'))
      clock.defer(() => order.push('deferred 2'))
      order.push('now')
      await passTime(2)
      expect(order).toEqual(['now', 'promise', 'deferred 1', 'deferred 2'])
    })

    test('clock: a call deferred by a deferred call runs too', async () => {
      const { clock, passTime } = makeWorld()
      const order: string[] = []
      clock.defer(() => {
        order.push('outer')
        clock.defer(() => order.push('inner'))
      })
      await passTime(2)
      await passTime(2)
      expect(order).toEqual(['outer', 'inner'])
    })
  })
}
