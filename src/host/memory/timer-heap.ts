// Timers in the order in which they fall due.

/** A timer that waits. */
export interface PendingTimer {
  readonly dueMs: number
  /** Timers due at one moment fire in the order they were set. */
  readonly order: number
  readonly fire: () => void
  isCancelled: boolean
}

/** Cancelled timers are left where they are until this many outweigh the others. */
const MANY = 64

/** A binary heap: setting and taking a timer cost the logarithm of their number. */
export class TimerHeap {
  #heap: PendingTimer[] = []
  #cancelled = 0

  push(timer: PendingTimer): void {
    this.#heap.push(timer)
    this.#rise(this.#heap.length - 1)
  }

  cancel(timer: PendingTimer): void {
    if (timer.isCancelled) return
    timer.isCancelled = true
    this.#cancelled++
    if (this.#cancelled < MANY || this.#cancelled * 2 < this.#heap.length) return
    this.#heap = this.#heap.filter((each) => !each.isCancelled).toSorted(inOrder)
    this.#cancelled = 0
  }

  /** The timer that is due first, or null. */
  first(): PendingTimer | null {
    let top = this.#heap[0]
    while (top?.isCancelled === true) {
      this.#removeTop()
      this.#cancelled--
      top = this.#heap[0]
    }
    return top ?? null
  }

  /** Takes the timer that is due first; it cannot be cancelled any more. */
  take(): PendingTimer | null {
    const top = this.first()
    if (top === null) return null
    this.#removeTop()
    top.isCancelled = true
    return top
  }

  #removeTop(): void {
    const last = this.#heap.pop()
    if (last === undefined || this.#heap.length === 0) return
    this.#heap[0] = last
    this.#sink()
  }

  #rise(from: number): void {
    const timer = this.#at(from)
    let at = from
    while (at > 0) {
      const parent = (at - 1) >>> 1
      if (inOrder(this.#at(parent), timer) <= 0) break
      this.#heap[at] = this.#at(parent)
      at = parent
    }
    this.#heap[at] = timer
  }

  #sink(): void {
    const timer = this.#at(0)
    const size = this.#heap.length
    let at = 0
    for (let child = 1; child < size; child = 2 * at + 1) {
      if (child + 1 < size && inOrder(this.#at(child + 1), this.#at(child)) < 0) child++
      if (inOrder(timer, this.#at(child)) <= 0) break
      this.#heap[at] = this.#at(child)
      at = child
    }
    this.#heap[at] = timer
  }

  #at(index: number): PendingTimer {
    return this.#heap[index] as PendingTimer
  }
}

function inOrder(a: PendingTimer, b: PendingTimer): number {
  return a.dueMs === b.dueMs ? a.order - b.order : a.dueMs - b.dueMs
}
