// Clients: a steady stream of transactions to whichever honest node runs.

import { toUtf8 } from '../../core/bytes/index.ts'
import type { Draws } from './draws.ts'
import type { Member } from './member.ts'
import type { Timeline } from './timeline.ts'

/** What a load is made of. */
export interface LoadOptions {
  readonly timeline: Timeline
  readonly draws: Draws
  readonly txsPerSecond: number
  readonly members: readonly Member[]
}

/** Goes on until the run ends. */
export class Load {
  readonly #options: LoadOptions
  #sent = 0

  constructor(options: LoadOptions) {
    this.#options = options
  }

  start(): void {
    if (this.#options.txsPerSecond > 0) this.#next()
  }

  #next(): void {
    const { timeline, txsPerSecond, draws } = this.#options
    const meanMs = Math.max(1, Math.floor(1000 / txsPerSecond))
    timeline.after(draws.between(1, 2 * meanMs), () => {
      this.#send()
      this.#next()
    })
  }

  #send(): void {
    const { members, draws } = this.#options
    const open = members.filter(({ isHonest, state }) => isHonest && state === 'running')
    if (open.length === 0) return
    const tx = toUtf8(`key${draws.between(0, 99)}=value${this.#sent++}`)
    const answer = draws.pick(open).replica?.mempool.checkTx(tx)
    // A node that dies meanwhile answers nobody.
    Promise.resolve(answer).catch(() => undefined)
  }
}
