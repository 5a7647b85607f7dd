// Clients: a steady stream of transactions to whichever honest node runs.

import { toBase64, toUtf8 } from '../../core/bytes/index.ts'
import type { PublicKey } from '../../core/proto/index.ts'
import { paramsRequest } from './changing-params.ts'
import type { Draws } from './draws.ts'
import type { Member } from './member.ts'
import type { ParamsPlan, RangeBytes } from './plan.ts'
import type { Timeline } from './timeline.ts'

/** As many different requests for one power; the application reads 64 digits. */
const MAX_ZEROS = 40

/** What a load is made of. */
export interface LoadOptions {
  readonly timeline: Timeline
  readonly draws: Draws
  readonly txsPerSecond: number
  readonly txBytes: RangeBytes
  readonly members: readonly Member[]
}

/** Goes on until the run ends. */
export class Load {
  readonly #options: LoadOptions
  #sent = 0
  #asked = 0

  constructor(options: LoadOptions) {
    this.#options = options
  }

  start(): void {
    if (this.#options.txsPerSecond > 0) this.#next()
  }

  /** Asks for another voting power of a validator. */
  askForPower(pubKey: PublicKey, power: number): void {
    this.#ask((count) => {
      const digits = `${'0'.repeat(count % MAX_ZEROS)}${power}`
      return `val=ed25519!${toBase64(pubKey.bytes)}!${digits}`
    })
  }

  /** Asks for other consensus parameters. */
  askForParams(params: ParamsPlan): void {
    this.#ask((count) => paramsRequest(params, count))
  }

  // Asks the first honest node that runs. A mempool remembers what it has seen: no two requests are
  // the same.
  #ask(request: (count: number) => string): void {
    const [first] = openOf(this.#options.members)
    if (first !== undefined) submit(first, request(this.#asked++))
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
    const { members, draws, txBytes } = this.#options
    const open = openOf(members)
    if (open.length === 0) return
    const [least, most] = txBytes
    const bytes = most === 0 ? 0 : draws.between(least, most)
    const tx = `key${draws.between(0, 99)}=value${this.#sent++}`.padEnd(bytes, '.')
    submit(draws.pick(open), tx)
  }
}

function openOf(members: readonly Member[]): readonly Member[] {
  return members.filter(({ isHonest, state }) => isHonest && state === 'running')
}

function submit(member: Member, tx: string): void {
  const answer = member.replica?.mempool.checkTx(toUtf8(tx))
  // A node that dies meanwhile answers nobody.
  Promise.resolve(answer).catch(() => undefined)
}
