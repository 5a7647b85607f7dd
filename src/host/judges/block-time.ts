// Block time: only moves forward, and lies between what honest clocks said.

import { formatTime } from '../../core/bytes/index.ts'
import type { Time } from '../../core/bytes/index.ts'
import type { Block } from '../../core/types/index.ts'
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
      flaws.push(...this.#witnessFlaws(block, last), ...this.#clockFlaws(block, last, atMs))
    }
    if (flaws.length === 0) return
    const detail = `time ${formatTime(time)} of height ${height} ${flaws.join(' and ')}`
    this.#report({ rule: 'block-time', detail, culprits: [node], atMs })
  }

  #witnessFlaws({ header, lastCommit }: Block, last: LastBlock): string[] {
    if (lastCommit === null) return []
    const { medianTimeRule } = this.#ledger.setting.genesis
    const says = saysOf(lastCommit, last.bench, medianTimeRule)
    const isHonest = (address: Uint8Array): boolean => this.#ledger.isHonest(address)
    const honest = says.filter(({ address }) => isHonest(address)).map((say) => say.time)
    const [first, ...others] = honest
    if (first === undefined) return []
    // Half of an odd power is rounded down, by CometBFT too: with powers of 1 and the fewest
    // signatures possible, a third of the power may name the earliest time.
    const all = says.reduce((sum, { power }) => sum + power, 0n)
    const lying = says.filter(({ address }) => !isHonest(address))
    const villains = lying.reduce((sum, { power }) => sum + power, 0n)
    if (villains > 0n && villains >= all / 2n) return []
    const earliest = others.reduce((least, time) => (time < least ? time : least), first)
    const latest = others.reduce((most, time) => (time > most ? time : most), first)
    const isBetween = header.time >= earliest && header.time <= latest
    return isBetween ? [] : ['lies outside the timestamps of honest signers']
  }

  #clockFlaws({ header }: Block, last: LastBlock, atMs: number): string[] {
    const { startTime } = this.#ledger.setting
    const honest = this.#skews.filter((_, index) => !this.#ledger.isVillain(index))
    const timeOf = (ms: number): Time => startTime + BigInt(Math.floor(ms)) * MILLISECOND
    const most = timeOf(atMs + 1 + Math.max(...honest.map(({ mostMs }) => mostMs)))
    // A timestamp is put a millisecond after the block voted for, where a clock is behind that; the
    // block voted for is this one or one that rests on the same height.
    const pushed = last.time + 2n * MILLISECOND
    const flaws: string[] = []
    if (header.time > most && header.time > pushed) flaws.push('is ahead of every honest clock')
    // Nobody honest signs for a height before somebody honest has the block below.
    const begunMs = this.#firstMs.get(header.height - 2n) ?? 0
    const least = timeOf(begunMs + Math.min(...honest.map(({ leastMs }) => leastMs)))
    if (header.time < least) flaws.push('is behind every honest clock')
    return flaws
  }
}
