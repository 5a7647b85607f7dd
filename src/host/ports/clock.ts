// The clock port: wall time, monotonic time, timers and the end of the current turn.

import type { Time } from '../../core/bytes/index.ts'

/** A timer that was set and can still be called off. */
export interface Timer {
  /** Calls the timer off; does nothing once it has fired or was cancelled before. */
  cancel(): void
}

/**
 * Time as a room of host may know it. Durations are milliseconds and are measured on the monotonic
 * clock, so a jump of the wall clock neither fires nor delays a timer.
 */
export interface Clock {
  /**
   * Wall time in nanoseconds since the Unix epoch; may jump either way. Only for what is shown or
   * signed.
   */
  now(): Time
  /** Milliseconds, with fractions, since an arbitrary moment; never runs backwards. */
  monotonicMs(): number
  /**
   * Calls `f` once, not before `ms` milliseconds have passed and never within this call. Zero and
   * negative durations mean the next turn of the loop.
   */
  setTimer(ms: number, f: () => void): Timer
  /**
   * Calls `f` once at the end of this turn of the loop, after the code that runs now and after what
   * waits on promises that are resolved already. Calls keep their order. For work that many events
   * of one turn share: one write, one sync.
   */
  defer(f: () => void): void
}
