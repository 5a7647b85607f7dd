// Keeps connections to the persistent peers: dials at once, and again for as long as it takes.

import type { Clock, Random, Timer } from '../ports/index.ts'
import type { PeerError } from './errors.ts'
import type { PeerAddress } from './peer-address.ts'

const MAX_TARGETS = 1024
/**
 * A peer that has been gone for a minute is tried every six seconds: whoever returns waits a tenth
 * of its absence.
 */
const SHARE_OF_ABSENCE = 0.1
const JITTER = 0.2

/** What a dialer needs. */
export interface DialerOptions {
  readonly clock: Clock
  readonly random: Random
  readonly minDelayMs: number
  readonly maxDelayMs: number
  /** How long an id must not be dialled, 0 when it may be now. */
  readonly bannedMs: (id: string) => number
  /** Whether the peer is connected already, because it dialled us. */
  readonly isUp: (id: string) => boolean
  /** Begins one attempt, which ends in `onUp` or `onFailed`. */
  readonly dial: (address: PeerAddress) => void
}

/** One persistent peer as an operator sees it. */
export interface PersistentPeerStatus extends PeerAddress {
  readonly state: 'up' | 'dialling' | 'waiting'
  /** Why the last attempt failed, or the last connection ended; null when there was none. */
  readonly lastError: PeerError | null
}

interface Target {
  readonly address: PeerAddress
  state: 'up' | 'dialling' | 'waiting'
  goneSinceMs: number
  timer: Timer | null
  lastError: PeerError | null
}

/**
 * The waits grow by a tenth each, from `minDelayMs` to `maxDelayMs`, with up to a fifth of jitter
 * either way so that nodes which lost each other at one moment do not meet again and again.
 */
export class Dialer {
  readonly #options: DialerOptions
  readonly #targets = new Map<string, Target>()
  #isStopped = false

  constructor(options: DialerOptions) {
    this.#options = options
  }

  /** True when the id is one of the persistent peers. */
  has(id: string): boolean {
    return this.#targets.has(id)
  }

  /**
   * Dials now, unless the peer is up, and keeps at it; an id that is known already keeps its first
   * address.
   */
  add(address: PeerAddress): void {
    const isKnown = this.#targets.has(address.id)
    if (this.#isStopped || isKnown || this.#targets.size >= MAX_TARGETS) return
    const goneSinceMs = this.#options.clock.monotonicMs()
    const target: Target = { address, state: 'waiting', goneSinceMs, timer: null, lastError: null }
    this.#targets.set(address.id, target)
    if (this.#options.isUp(address.id)) target.state = 'up'
    else this.#dial(target)
  }

  /** The peer is connected, by whichever side dialled. */
  onUp(id: string): void {
    const target = this.#targets.get(id)
    if (target === undefined) return
    target.timer?.cancel()
    target.timer = null
    target.state = 'up'
  }

  /** The connected peer is gone. */
  onDown(id: string, error: PeerError): void {
    const target = this.#targets.get(id)
    if (target === undefined || this.#isStopped) return
    target.goneSinceMs = this.#options.clock.monotonicMs()
    this.#wait(target, error)
  }

  /** An attempt failed; true when it is the first with this error since the last success. */
  onFailed(id: string, error: PeerError): boolean {
    const target = this.#targets.get(id)
    if (target === undefined || this.#isStopped || target.state === 'up') return false
    const isNews = target.lastError?.code !== error.code
    this.#wait(target, error)
    return isNews
  }

  /** Dials nobody any more. */
  stop(): void {
    this.#isStopped = true
    for (const target of this.#targets.values()) target.timer?.cancel()
  }

  status(): PersistentPeerStatus[] {
    return [...this.#targets.values()].map(({ address, state, lastError }) => ({
      ...address,
      state,
      lastError,
    }))
  }

  #wait(target: Target, error: PeerError): void {
    target.lastError = error
    target.state = 'waiting'
    target.timer?.cancel()
    target.timer = this.#options.clock.setTimer(this.#delayMs(target), () => this.#dial(target))
  }

  #delayMs(target: Target): number {
    const { clock, minDelayMs, maxDelayMs, bannedMs } = this.#options
    const absenceMs = clock.monotonicMs() - target.goneSinceMs
    const delayMs = Math.min(maxDelayMs, Math.max(minDelayMs, absenceMs * SHARE_OF_ABSENCE))
    return Math.max(bannedMs(target.address.id), delayMs * (1 + JITTER * this.#draw()))
  }

  /** From -1 to 1. */
  #draw(): number {
    const [high = 0, low = 0] = this.#options.random.bytes(2)
    return (high * 256 + low) / 32_767.5 - 1
  }

  #dial(target: Target): void {
    target.timer = null
    target.state = 'dialling'
    this.#options.dial(target.address)
  }
}
