// Virtual time: what is due when, in one order that depends on nothing but the calls made.

import { assert } from '../../core/bytes/index.ts'

/** Something due at a moment. */
export interface Appointment {
  readonly dueMs: number
  /** Appointments of one moment are kept in the order they were made. */
  readonly order: number
  /** Null once it is kept or called off. */
  act: (() => void) | null
  /** True while it stands in the heap. */
  waits: boolean
}

/** A heap of appointments; what is called off stays in it until its moment comes. */
export class Timeline {
  readonly #heap: Appointment[] = []
  #nowMs = 0
  #order = 0
  #calledOff = 0
  #deferred: (() => void)[] = []

  /** Milliseconds since the start; whole. */
  get nowMs(): number {
    return this.#nowMs
  }

  /** Appointments that are still to be kept. */
  get pending(): number {
    return this.#heap.length - this.#calledOff
  }

  /** Makes an appointment `ms` milliseconds from now, rounded up to a whole one. */
  after(ms: number, act: () => void): Appointment {
    const dueMs = this.#nowMs + Math.max(0, Math.ceil(ms))
    const appointment: Appointment = { dueMs, order: this.#order++, act, waits: true }
    this.#push(appointment)
    return appointment
  }

  callOff(appointment: Appointment): void {
    if (appointment.act === null) return
    appointment.act = null
    if (!appointment.waits) return
    this.#calledOff++
    if (this.#calledOff > 64 && this.#calledOff * 2 > this.#heap.length) this.#sweep()
  }

  /** Has `act` called at the end of the present turn. */
  defer(act: () => void): void {
    this.#deferred.push(act)
  }

  /** Makes the calls deferred up to now, in order; false when there were none. */
  callDeferred(): boolean {
    const calls = this.#deferred
    if (calls.length === 0) return false
    this.#deferred = []
    for (const call of calls) call()
    return true
  }

  /** True while something is to be done at the present moment. */
  get isBusy(): boolean {
    return this.#deferred.length > 0 || this.nextMs() === this.#nowMs
  }

  /** When the next appointment is due, or null. */
  nextMs(): number | null {
    for (let first = this.#heap[0]; first !== undefined; first = this.#heap[0]) {
      if (first.act !== null) return first.dueMs
      this.#pop()
      this.#calledOff--
    }
    return null
  }

  /** Moves on to a moment, not past the next appointment. */
  moveTo(ms: number): void {
    assert(ms >= this.#nowMs && ms <= (this.nextMs() ?? ms), 'time passes nothing over')
    this.#nowMs = ms
  }

  /**
   * Keeps the appointments of the present moment that were made before this call, in order; false
   * when there were none.
   */
  keepDue(): boolean {
    const due: Appointment[] = []
    while (this.nextMs() === this.#nowMs) due.push(this.#pop())
    for (const appointment of due) {
      const { act } = appointment
      appointment.act = null
      act?.()
    }
    return due.length > 0
  }

  #push(appointment: Appointment): void {
    const heap = this.#heap
    let at = heap.length
    heap.push(appointment)
    while (at > 0) {
      const above = (at - 1) >>> 1
      const parent = heap[above] as Appointment
      if (isBefore(parent, appointment)) break
      heap[at] = parent
      at = above
    }
    heap[at] = appointment
  }

  #pop(): Appointment {
    const heap = this.#heap
    const first = heap[0] as Appointment
    first.waits = false
    const last = heap.pop() as Appointment
    if (heap.length > 0) this.#sink(last)
    return first
  }

  #sink(appointment: Appointment): void {
    const heap = this.#heap
    let at = 0
    for (;;) {
      let below = 2 * at + 1
      if (below >= heap.length) break
      const right = heap[below + 1]
      if (right !== undefined && isBefore(right, heap[below] as Appointment)) below++
      const child = heap[below] as Appointment
      if (isBefore(appointment, child)) break
      heap[at] = child
      at = below
    }
    heap[at] = appointment
  }

  // A sorted array is a heap.
  #sweep(): void {
    const left = this.#heap.filter(({ act }) => act !== null)
    left.sort((a, b) => a.dueMs - b.dueMs || a.order - b.order)
    this.#heap.length = 0
    for (const each of left) this.#heap.push(each)
    this.#calledOff = 0
  }
}

function isBefore(a: Appointment, b: Appointment): boolean {
  return a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.order < b.order)
}
