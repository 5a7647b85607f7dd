// A WebSocket without a network: what was sent is kept, and reading can stop.

import type { MessageSocket } from '../ports/index.ts'

/** Both ends in one: `say` is the client, the rest is what the server sees. */
export class FakeSocket implements MessageSocket {
  /** Messages that the client has received. */
  readonly received: string[] = []
  /** While false nothing is read and sent bytes stay in the buffer. */
  isReading = true
  isPaused = false
  closedWith: string | null = null
  bufferedBytes = 0
  #onMessage: (text: string) => void = () => {}
  #onDrain: () => void = () => {}
  #onClose: () => void = () => {}

  send(text: string): void {
    this.received.push(text)
    if (!this.isReading) this.bufferedBytes += text.length
  }

  onMessage(f: (text: string) => void): void {
    this.#onMessage = f
  }

  onDrain(f: () => void): void {
    this.#onDrain = f
  }

  onClose(f: () => void): void {
    this.#onClose = f
  }

  pause(): void {
    this.isPaused = true
  }

  resume(): void {
    this.isPaused = false
  }

  close(_code: number, reason: string): void {
    if (this.closedWith !== null) return
    this.closedWith = reason
    this.#onClose()
  }

  /** The client sends a message. */
  say(message: object | string): void {
    this.#onMessage(typeof message === 'string' ? message : JSON.stringify(message))
  }

  /** The client reads everything. */
  drain(): void {
    this.isReading = true
    this.bufferedBytes = 0
    this.#onDrain()
  }

  /** What was received since the last call. */
  take(): string[] {
    return this.received.splice(0)
  }
}

/** Lets everything that is ready happen: promises, and the ends of turns of a memory clock. */
export const settle = async (): Promise<void> => {
  for (let i = 0; i < 10; i++) await new Promise<void>((resolve) => setImmediate(resolve))
}
