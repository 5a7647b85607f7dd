// Block time: only moves forward, and lies between what honest clocks said.

import { formatTime } from '../../core/bytes/index.ts'
import type { Time } from '../../core/bytes/index.ts'
import type { Block, Commit } from '../../core/types/index.ts'
import type { Ledger } from './ledger.ts'
import { saysOf } from './naive-commit.ts'
import { lastTime } from './naive-state.ts'
import type { LastBlock, NaiveState } from './naive-state.ts'
import type { Committed, Skewed } from './observation.ts'
import type { Report } from './violation.ts'

const MILLISECOND = 1_000_000n

/** How far the clock of a node has been off, either way. */
interface Skew {
  readonly leastMs: number
  readonly mostMs: number
}

/**
 * Judges the time of each block once. The bounds hold while villains have less than a third of the
 * power.
 */
export class BlockTimeJudge {
  readonly #ledger: Ledger
  readonly #report: Report
  readonly #skews: Skew[]
  /** When the first honest node had committed a height; of the newest heights. */
  readonly #firstMs = new Map<bigint, number>()
  #newest = 0n

  constructor(ledger: Ledger, report: Report) {
    this.#ledger = ledger
    this.#report = report
    this.#skews = ledger.setting.skewMs.map((ms) => ({ leastMs: ms, mostMs: ms }))
  }

  /** Notes that a clock was set. */
  onSkewed({ node, skewMs }: Skewed): void {
    const { leastMs, mostMs } = this.#skews[node] ?? { leastMs: skewMs, mostMs: skewMs }
    const skew = { leastMs: Math.min(leastMs, skewMs), mostMs: Math.max(mostMs, skewMs) }
    this.#skews[node] = skew
  }

  /** Judges the block when the first node commits its height. */
  onCommitted({ node, atMs, block }: Committed, before: NaiveState): void {
    const { height, time } = block.header
    if (height <= this.#newest) return
    this.#newest = height
    this.#firstMs.set(height, atMs)
    this.#firstMs.delete(height - 3n)
    const { last } = before
    if (last === null) return
    const flaws: string[] = []
    if (time <= lastTime(before)) flaws.push('is not after the block before')
    // Who signed the last commit were the validators of the last height.
    if (this.#ledger.areVillainsFew(last.bench)) {
      const mayBeEarly = this.#mayVillainsDate(block, last)
      flaws.push(...this.#witnessFlaws(block, last, mayBeEarly))
      flaws.push(...this.#clockFlaws(block, last, atMs))
      if (!mayBeEarly) flaws.push(...this.#delayFlaws(block))
    }
    if (flaws.length === 0) return
    const detail = `time ${formatTime(time)} of height ${height} ${flaws.join(' and ')}`
    this.#report({ rule: 'block-time', detail, culprits: [node], atMs })
  }

  /**
   * Whether villains may name the time, as the earliest one. Half of an odd power is rounded down,
   * by CometBFT too: of the fewest signatures possible, less than a third of all power may be the
   * half.
   */
  #mayVillainsDate({ lastCommit }: Block, last: LastBlock): boolean {
    const says = this.#saysOf(lastCommit, last)
    const lying = says.filter(({ address }) => !this.#ledger.isHonest(address))
    const villains = lying.reduce((sum, { power }) => sum + power, 0n)
    const all = says.reduce((sum, { power }) => sum + power, 0n)
    return villains > 0n && villains >= all / 2n
  }

  #witnessFlaws({ header, lastCommit }: Block, last: LastBlock, mayBeEarly: boolean): string[] {
    const says = this.#saysOf(lastCommit, last)
    const honest = says.filter(({ address }) => this.#ledger.isHonest(address))
    const [first, ...others] = honest.map((say) => say.time)
    if (first === undefined) return []
    const earliest = others.reduce((least, time) => (time < least ? time : least), first)
    const latest = others.reduce((most, time) => (time > most ? time : most), first)
    const isBetween = (mayBeEarly || header.time >= earliest) && header.time <= latest
    return isBetween ? [] : ['lies outside the timestamps of honest signers']
  }

  #saysOf(lastCommit: Commit | null, last: LastBlock): ReturnType<typeof saysOf> {
    if (lastCommit === null) return []
    return saysOf(lastCommit, last.bench, this.#ledger.setting.genesis.medianTimeRule)
  }

  #clockFlaws({ header }: Block, last: LastBlock, atMs: number): string[] {
    const most = this.#timeAt(
      atMs + 1 + Math.max(...this.#honestSkews().map((each) => each.mostMs)),
    )
    // A timestamp is put a millisecond after the block voted for, where a clock is behind that; the
    // block voted for is this one or one that rests on the same height.
    const pushed = last.time + 2n * MILLISECOND
    return header.time > most && header.time > pushed ? ['is ahead of every honest clock'] : []
  }

  // Nobody honest signs for a height before somebody honest has the block below.
  #delayFlaws({ header }: Block): string[] {
    const begunMs = this.#firstMs.get(header.height - 2n) ?? 0
    const leastMs = begunMs + Math.min(...this.#honestSkews().map((each) => each.leastMs))
    return header.time < this.#timeAt(leastMs) ? ['is behind every honest clock'] : []
  }

  #honestSkews(): readonly Skew[] {
    return this.#skews.filter((_, index) => !this.#ledger.isVillain(index))
  }

  #timeAt(ms: number): Time {
    return this.#ledger.setting.startTime + BigInt(Math.floor(ms)) * MILLISECOND
  }
}
