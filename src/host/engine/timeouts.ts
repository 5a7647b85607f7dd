// The timers of one height: one per step, the newest wins.
import type { Timeout } from '../../core/consensus/index.ts'
import type { Clock, Timer } from '../ports/index.ts'

/** Turns scheduled timeouts into calls. At most one timer per step is under way. */
export class Timeouts {
  readonly #clock: Clock
  readonly #fire: (timeout: Timeout) => void
  readonly #timers = new Map<Timeout['step'], Timer>()

  constructor(clock: Clock, fire: (timeout: Timeout) => void) {
    this.#clock = clock
    this.#fire = fire
  }

  /** Sets the timer of the timeout's step, in place of an older one, which could only be stale. */
  schedule(timeout: Timeout, durationMs: number): void {
    this.#timers.get(timeout.step)?.cancel()
    const timer = this.#clock.setTimer(durationMs, () => {
      this.#timers.delete(timeout.step)
      this.#fire(timeout)
    })
    this.#timers.set(timeout.step, timer)
  }

  cancelAll(): void {
    for (const timer of this.#timers.values()) timer.cancel()
    this.#timers.clear()
  }
}
