// The clock of one life of one node: it can stand still, be wrong, and die with its process.

import type { Time } from '../../core/bytes/index.ts'
import type { Clock, Timer } from '../ports/index.ts'
import type { Cause } from './narrator.ts'
import type { Timeline } from './timeline.ts'

const NS_PER_MS = 1_000_000n

/** What a clock is made of. */
export interface NodeClockOptions {
  readonly timeline: Timeline
  /** Wall time of moment 0. */
  readonly startTime: Time
  /** How far the wall clock is off now. */
  readonly skewMs: () => number
  /** Calls what happens to the node. */
  readonly around: (cause: Cause, act: () => void) => void
}

/** Time as one process knows it. A paused process fires what fell due when it goes on. */
export class NodeClock implements Clock {
  readonly #options: NodeClockOptions
  #state: 'running' | 'paused' | 'dead' = 'running'
  #waiting: (() => void)[] = []

  constructor(options: NodeClockOptions) {
    this.#options = options
  }

  now(): Time {
    const { timeline, startTime, skewMs } = this.#options
    return startTime + BigInt(timeline.nowMs + skewMs()) * NS_PER_MS
  }

  monotonicMs(): number {
    return this.#options.timeline.nowMs
  }

  setTimer(ms: number, f: () => void): Timer {
    const { timeline } = this.#options
    let cancelled = this.#state === 'dead'
    if (cancelled) return { cancel: () => undefined }
    const appointment = timeline.after(ms, () => {
      this.run(() => {
        if (!cancelled) this.#options.around('timer', f)
      })
    })
    return {
      cancel: () => {
        cancelled = true
        timeline.callOff(appointment)
      },
    }
  }

  defer(f: () => void): void {
    this.#options.timeline.defer(() => {
      if (this.#state !== 'dead') this.#options.around('answer', f)
    })
  }

  /** Calls `act` as something that happens to the process: now, after the pause, or never. */
  run(act: () => void): void {
    if (this.#state === 'running') act()
    else if (this.#state === 'paused') this.#waiting.push(act)
  }

  get isAlive(): boolean {
    return this.#state !== 'dead'
  }

  get isPaused(): boolean {
    return this.#state === 'paused'
  }

  pause(): void {
    if (this.#state === 'running') this.#state = 'paused'
  }

  resume(): void {
    if (this.#state !== 'paused') return
    this.#state = 'running'
    const waiting = this.#waiting
    this.#waiting = []
    for (const act of waiting) this.run(act)
  }

  /** Nothing fires any more. */
  die(): void {
    this.#state = 'dead'
    this.#waiting = []
  }
}
