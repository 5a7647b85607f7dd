// The real clock: system time for people and signatures, monotonic time and timers for everything
// else.

import { performance } from 'node:perf_hooks'
import type { Time } from '../../core/bytes/index.ts'
import type { Clock, Timer } from '../../host/ports/index.ts'

const NS_PER_MS = 1_000_000n
/** setTimeout fires at once when asked for more. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1

/** The system's time. Timers keep the process alive until they fire or are cancelled. */
export const systemClock: Clock = {
  now(): Time {
    return BigInt(Date.now()) * NS_PER_MS
  },

  monotonicMs(): number {
    return performance.now()
  },

  setTimer(ms: number, f: () => void): Timer {
    const dueMs = performance.now() + ms
    let handle: NodeJS.Timeout
    const wait = (leftMs: number): void => {
      handle = setTimeout(check, Math.min(Math.ceil(leftMs), MAX_TIMEOUT_MS))
    }
    // The loop's own time is up to a millisecond old, so a timeout may come early; then the rest is
    // waited for.
    const check = (): void => {
      const leftMs = dueMs - performance.now()
      if (leftMs > 0) wait(leftMs)
      else f()
    }
    wait(Math.max(0, ms))
    return { cancel: () => clearTimeout(handle) }
  },

  defer(f: () => void): void {
    setImmediate(f)
  },
}
