// Progress: once the network is well, the core decides, within the rounds and the time that the
// theory allows.
//
// A core that signs nothing at all for two rounds is told of at once, and so is a member that does
// not get a block which another one has: the time of all rounds together may be longer than a run.
//
// Nobody is owed a block while members with the power to decide it are still on their way to its
// height; each of them is owed the blocks before.
//
// A round is fair when its proposer is in the core and its timeouts leave two times what a message
// takes to reach everybody. Of 2(f+1)+1 fair rounds one decides, f being the validators outside of
// the core.

import { timeoutMs } from '../../core/consensus/index.ts'
import type { TimeoutStep } from '../../core/consensus/index.ts'
import type { Ledger } from './ledger.ts'
import { isMoreThanTwoThirds } from './naive-values.ts'
import type { Committed, Healed, SignedVote } from './observation.ts'
import type { Report } from './violation.ts'

/** Without so many rounds to wait for, nothing can be asked of the core. */
const MAX_ROUNDS = 1000

/**
 * What a member needs for a block that another one has, on top of four times what a message takes
 * to reach everybody: to be asked what it lacks, more than once where the answer was lost.
 */
const CATCH_UP_MS = 6000

/** A member of the core on its way to the next block. */
interface Member {
  height: bigint
  deadlineMs: number
  /** Since when another member has the next block, null while nobody has. */
  behindMs: number | null
}

/** Watches the core from the moment it is well. */
export class ProgressJudge {
  readonly #ledger: Ledger
  readonly #report: Report
  /** The newest height of each node, and the highest round voted in at a height. */
  readonly #heights = new Map<number, bigint>()
  readonly #rounds = new Map<bigint, number>()
  readonly #roundsAtHealing = new Map<bigint, number>()
  #core: ReadonlySet<number> = new Set()
  readonly #members = new Map<number, Member>()
  #limit: { readonly height: bigint; readonly ms: number } | null = null
  /** When a member of the core last signed a vote or got a block. */
  #lastSignMs = 0
  /** When it was last looked whether somebody's time is over. */
  #lookedMs = -1
  #isTold = false

  constructor(ledger: Ledger, report: Report) {
    this.#ledger = ledger
    this.#report = report
  }

  /** Starts the watch. */
  onHealed({ atMs, core }: Healed): void {
    this.#core = new Set(core)
    this.#lastSignMs = atMs
    for (const [height, round] of this.#rounds) this.#roundsAtHealing.set(height, round)
    for (const node of core) {
      const height = this.#heights.get(node) ?? this.#ledger.setting.genesis.initialHeight - 1n
      const deadlineMs = atMs + this.#limitMs(height + 1n)
      this.#members.set(node, { height, deadlineMs, behindMs: null })
    }
    this.#noteBehind(atMs)
  }

  /** Notes a height, and gives the node the time for the next one. */
  onCommitted({ node, atMs, block }: Committed): void {
    const { height } = block.header
    if (height <= (this.#heights.get(node) ?? -1n)) return
    this.#heights.set(node, height)
    this.#rounds.delete(height - 2n)
    const member = this.#members.get(node)
    if (member === undefined) return
    this.#lastSignMs = atMs
    member.height = height
    member.deadlineMs = atMs + this.#limitMs(height + 1n)
    member.behindMs = null
    this.#noteBehind(atMs)
  }

  /** Counts the fair rounds that a height was left without. */
  onSignedVote({ node, atMs, vote }: SignedVote): void {
    const { height, round } = vote
    if (this.#core.has(node)) this.#lastSignMs = atMs
    const known = this.#rounds.get(height) ?? -1
    if (round <= known) return
    this.#rounds.set(height, round)
    if (!this.#core.has(node)) return
    const begun = (this.#roundsAtHealing.get(height) ?? -1) + 1
    let fair = 0
    for (let at = begun; at < round; at += 1) if (this.#isFair(height, at)) fair += 1
    if (fair < this.#allowedRounds(height)) return
    this.#tell([node], atMs, `height ${height} has no decision in ${fair} fair rounds`)
  }

  /** Looks whether somebody's time is over. */
  at(atMs: number): void {
    // What is not late yet does not become so before time passes.
    if (this.#isTold || atMs === this.#lookedMs) return
    this.#lookedMs = atMs
    const late: number[] = []
    for (const [node, member] of this.#members) {
      if (atMs <= member.deadlineMs) continue
      if (this.#isAttended(member.height + 1n)) late.push(node)
      else member.deadlineMs = atMs + this.#limitMs(member.height + 1n)
    }
    const [first] = late
    if (first === undefined) {
      this.#listen(atMs)
      return this.#lookBehind(atMs)
    }
    const height = this.#members.get(first)?.height
    this.#tell(late, atMs, `node ${late.join(', ')} never gets past height ${height}`)
  }

  // Steps end by themselves: a core that signs nothing for two whole rounds has stopped.
  #listen(atMs: number): void {
    const height = this.#topOfCore() + 1n
    const silentMs = Math.floor(atMs - this.#lastSignMs)
    const round = (this.#rounds.get(height) ?? 0) + 1
    const commitMs = this.#durationMs(height, round, 'new-height')
    const isPatient = silentMs <= commitMs + 2 * this.#roundMs(height, round)
    if (isPatient || !this.#canDecide(height)) return
    const detail = `nobody of the core signs anything at height ${height} for ${silentMs} ms`
    this.#tell(
      [...this.#core].toSorted((a, b) => a - b),
      atMs,
      detail,
    )
  }

  // Gossip: what one member has, all have soon (paper, Gossip communication).
  #lookBehind(atMs: number): void {
    // With a third of the power lying, a member may have found a chain that it must not follow.
    if (!this.#ledger.wereVillainsFew) return
    const limitMs = CATCH_UP_MS + 4 * this.#ledger.setting.gossipMs
    for (const [node, { height, behindMs }] of this.#members) {
      if (behindMs === null || atMs - behindMs <= limitMs) continue
      const lackMs = Math.floor(atMs - behindMs)
      const what = `lacks block ${height + 1n} for ${lackMs} ms, which another of the core has`
      this.#tell([node], atMs, `node ${node} ${what}`)
    }
  }

  #noteBehind(atMs: number): void {
    const top = this.#topOfCore()
    for (const member of this.#members.values()) if (member.height < top) member.behindMs ??= atMs
  }

  #topOfCore(): bigint {
    let top = -1n
    for (const { height } of this.#members.values()) if (height > top) top = height
    return top
  }

  #tell(culprits: readonly number[], atMs: number, detail: string): void {
    if (this.#isTold) return
    this.#isTold = true
    this.#report({ rule: 'progress', detail, culprits, atMs })
  }

  // A core without more than two thirds of the power is owed no decision.
  #canDecide(height: bigint): boolean {
    const bench = this.#ledger.benchAt(height)
    if (bench === null) return false
    const power = this.#ledger.powerOf(bench, (index) => this.#core.has(index))
    return isMoreThanTwoThirds(power, bench.total)
  }

  // Whether members with more than two thirds of the power have the block before.
  #isAttended(height: bigint): boolean {
    const bench = this.#ledger.benchAt(height)
    if (bench === null) return true
    const hasCome = (index: number): boolean =>
      (this.#members.get(index)?.height ?? -1n) >= height - 1n
    return isMoreThanTwoThirds(this.#ledger.powerOf(bench, hasCome), bench.total)
  }

  #allowedRounds(height: bigint): number {
    if (!this.#canDecide(height)) return Infinity
    const seats = this.#ledger.benchAt(height)?.seats ?? []
    const outside = seats.filter(({ address }) => !this.#core.has(this.#ledger.indexOf(address)))
    return 2 * (outside.length + 1) + 1
  }

  #isFair(height: bigint, round: number): boolean {
    const { gossipMs } = this.#ledger.setting
    const proposer = this.#ledger.proposerAt(height, round)
    if (proposer === null || !this.#core.has(this.#ledger.indexOf(proposer))) return false
    const steps = ['propose', 'prevote', 'precommit'] as const
    return steps.every((step) => this.#durationMs(height, round, step) >= 2 * gossipMs)
  }

  // All rounds until the last fair one that may be needed, each as long as it can take.
  #limitMs(height: bigint): number {
    if (this.#limit?.height !== height) this.#limit = { height, ms: this.#sumUp(height) }
    return this.#limit.ms
  }

  #sumUp(height: bigint): number {
    const needed = this.#allowedRounds(height)
    if (needed === Infinity) return Infinity
    const { gossipMs } = this.#ledger.setting
    let limit = this.#durationMs(height, 0, 'new-height') + 4 * gossipMs
    let round = this.#roundsAtHealing.get(height) ?? 0
    for (let fair = 0, left = MAX_ROUNDS; fair < needed; round += 1, left -= 1) {
      if (left === 0) return Infinity
      if (this.#isFair(height, round)) fair += 1
      limit += this.#roundMs(height, round)
    }
    return limit
  }

  #roundMs(height: bigint, round: number): number {
    const propose = this.#durationMs(height, round, 'propose')
    const prevote = this.#durationMs(height, round, 'prevote')
    const precommit = this.#durationMs(height, round, 'precommit')
    return propose + prevote + precommit + 4 * this.#ledger.setting.gossipMs
  }

  #durationMs(height: bigint, round: number, step: TimeoutStep): number {
    return timeoutMs({ height, round, step }, this.#ledger.setting.timeouts)
  }
}
