// Evidence: every fault that an honest node can prove is soon in a block, once, and one a block.
//
// What is owed, from the moment on that the core is well. An offence is open once a member of the
// core can prove it: it was shown both messages and has committed the block of their height, or the
// commits of a whole window lack a signature. When an offence has been open for five blocks, every
// block that only honest proposers can have made carries a piece against its validator, and one
// that is no younger than the oldest such offence. So the one offence of a validator is in a block
// at most five heights later, or in the first after those that villains made; and of an offender
// with a backlog, of which a block takes one piece, the k-th oldest follows k - 1 blocks later.
// What has grown too old for a block meanwhile is owed no more.

import { bytesKey } from '../../core/bytes/index.ts'
import type { Block, Evidence } from '../../core/types/index.ts'
import type { Ledger } from './ledger.ts'
import { absentFrom, downtimeRule } from './naive-downtime.ts'
import { accusedOf, heightOfFault, offenceOf } from './naive-offence.ts'
import type { Bench } from './naive-rotation.ts'
import { blockAt, lastTime } from './naive-state.ts'
import type { Committed, DeliveredProposal, DeliveredVote, Healed } from './observation.ts'
import { Sightings } from './sightings.ts'
import type { Offence } from './sightings.ts'
import type { Report } from './violation.ts'

/** Blocks within which an offence is carried that nothing waits before. */
const MAX_BLOCKS = 5n
/**
 * So many open offences of one validator a node keeps for sure. With more, its pieces are still one
 * a block, but which of them is left to the nodes: they may have kept others than came first here.
 */
const KEPT_OPEN = 48
/** Open offences of one validator that are counted: more than any node keeps. */
const COUNTED_OPEN = 128

/** An offence that can be proved and is in no block. */
interface Open {
  readonly offence: Offence
  /**
   * Who can prove it, and after which height it was found there: the next commit makes that
   * durable. Null for all who have the chain.
   */
  readonly holders: Map<number, bigint> | null
  /** False when it came where a node may have had no room left: it only counts. */
  readonly isOwed: boolean
  /** The chain's height when the core could carry it at the earliest, null while it cannot. */
  since: bigint | null
}

/** Follows every offence from its proof to its block. */
export class EvidenceJudge {
  readonly #ledger: Ledger
  readonly #report: Report
  readonly #sightings: Sightings
  /** What a node was shown of a height that it has not committed. */
  readonly #waiting = new Map<number, Offence[]>()
  /** By culprit and name. */
  readonly #open = new Map<number, Map<string, Open>>()
  /** Where each committed offence stands. */
  readonly #carried = new Map<string, bigint>()
  /** Heights of the present window that each validator missed. */
  readonly #missed = new Map<string, number>()
  #core: Set<number> | null = null
  #top: bigint

  constructor(ledger: Ledger, report: Report) {
    this.#ledger = ledger
    this.#report = report
    this.#sightings = new Sightings(ledger)
    this.#top = ledger.setting.genesis.initialHeight - 1n
  }

  /** A node starts. */
  onStarted(node: number): void {
    this.#sightings.forget(node)
  }

  /**
   * A node is gone, and with it what was found after its last commit: the next one would have made
   * it durable.
   */
  onDown(node: number): void {
    const height = this.#sightings.heightOf(node)
    this.#sightings.forget(node)
    this.#waiting.delete(node)
    this.#core?.delete(node)
    for (const open of this.#all()) {
      const foundAfter = open.holders?.get(node)
      if (foundAfter !== undefined && foundAfter >= height) open.holders?.delete(node)
      if (!this.#isInCore(open)) open.since = null
    }
  }

  /** A node signed something: it listens, and is in that round. */
  onSigned(node: number, message: Parameters<Sightings['onSigned']>[1]): void {
    this.#sightings.onSigned(node, message)
  }

  /** A vote reaches an honest node. */
  onVote({ to, vote }: DeliveredVote): void {
    const offence = this.#sightings.onVote(to, vote)
    if (offence !== null) this.#find(to, offence)
  }

  /** A proposal reaches an honest node. */
  onProposal({ to, proposal }: DeliveredProposal): void {
    if (this.#ledger.setting.genesis.evidenceRule === 'comet') return
    const offence = this.#sightings.onProposal(to, proposal)
    if (offence !== null) this.#find(to, offence)
  }

  /** The core is well: what it can prove is owed from now on. */
  onHealed({ core }: Healed): void {
    this.#core = new Set(core)
    for (const open of this.#all()) if (this.#isInCore(open)) open.since = this.#top
  }

  /** A node has a block; the first one that has it brings it to judgement. */
  onCommitted(seen: Committed, bench: Bench): void {
    const { node, block, commit } = seen
    const { height } = block.header
    if (height > this.#top) {
      this.#dropExpired(block)
      this.#top = height
      this.#judge(seen, bench)
      this.#countAbsence(block)
    }
    this.#sightings.onCommitted(node, height, commit.round)
    const found = this.#waiting.get(node) ?? []
    this.#waiting.delete(node)
    // Found before the block, and durable with it.
    for (const offence of found) this.#hold(node, offence, offence.height - 1n)
  }

  #find(node: number, offence: Offence): void {
    const height = this.#sightings.heightOf(node)
    if (offence.height <= height) return this.#hold(node, offence, height)
    const waiting = this.#waiting.get(node) ?? []
    waiting.push(offence)
    this.#waiting.set(node, waiting)
  }

  #hold(node: number, offence: Offence, foundAfter: bigint): void {
    const { name, culprit } = offence
    if (this.#carried.has(name)) return
    const ofCulprit = this.#openOf(culprit)
    const known = ofCulprit.get(name)
    if (known === undefined && ofCulprit.size >= COUNTED_OPEN) return
    const isOwed = ofCulprit.size < KEPT_OPEN
    const open = known ?? { offence, holders: new Map<number, bigint>(), isOwed, since: null }
    ofCulprit.set(name, open)
    if (open.holders?.has(node) === false) open.holders.set(node, foundAfter)
    if (this.#isInCore(open)) open.since ??= this.#top
  }

  // The block after a height brings the height's commit; with the last of a window it is judged.
  #countAbsence({ header, lastCommit }: Block): void {
    const { genesis } = this.#ledger.setting
    const height = header.height - 1n
    const bench = this.#ledger.benchAt(height)
    if (genesis.evidenceRule === 'comet' || bench === null || lastCommit === null) return
    const { window, allowed } = downtimeRule(genesis)
    const place = (height - genesis.initialHeight) % window
    if (place === 0n) this.#missed.clear()
    for (const { address } of absentFrom(lastCommit, bench)) {
      const key = bytesKey(address)
      this.#missed.set(key, (this.#missed.get(key) ?? 0) + 1)
    }
    if (place !== window - 1n) return
    for (const { address } of bench.seats) {
      const missed = this.#missed.get(bytesKey(address)) ?? 0
      if (missed <= allowed) continue
      const name = `absence up to ${height} of ${bytesKey(address)}`
      const what = `missed ${missed} of ${window} heights up to ${height}`
      const offence = { name, culprit: this.#ledger.indexOf(address), height, what }
      const isOwed = true
      const open = { offence, holders: null, isOwed, since: this.#core === null ? null : this.#top }
      this.#openOf(offence.culprit).set(name, open)
    }
  }

  // What the block may not carry any more is not owed: too old by blocks and by time.
  #dropExpired(block: Block): void {
    const state = this.#ledger.stateBefore(block)
    if (state === null) return
    const { maxAgeNumBlocks, maxAgeDuration } = state.params.evidence
    for (const open of this.#open.values()) {
      for (const [name, { offence }] of open) {
        const blocks = state.nextHeight - 1n - offence.height
        if (blocks <= maxAgeNumBlocks) continue
        const then = blockAt(state, offence.height)
        if (then !== null && lastTime(state) - then.time > maxAgeDuration) open.delete(name)
      }
    }
  }

  #judge({ node, atMs, block, commit }: Committed, bench: Bench): void {
    const { height } = block.header
    const { evidence } = block
    const maker = this.#makerOf(height, commit.round)
    const blame = (what: string): void => {
      const detail = `block ${height} of node ${node} ${what}`
      this.#report({ rule: 'evidence', detail, culprits: maker === null ? [] : [maker], atMs })
    }
    if (maker !== null && this.#core !== null && this.#ledger.areVillainsFew(bench)) {
      for (const [culprit, open] of this.#open) {
        const lack = this.#lackOf(culprit, open, { height, evidence })
        if (lack !== null) blame(lack)
      }
    }
    this.#carry(height, evidence, maker === null ? null : blame)
  }

  // Why a block should carry something else against a validator.
  #lackOf(
    culprit: number,
    open: ReadonlyMap<string, Open>,
    { height, evidence }: { readonly height: bigint; readonly evidence: readonly Evidence[] },
  ): string | null {
    let oldest: Open | null = null
    for (const each of open.values()) {
      const isDue = each.isOwed && each.since !== null && each.since + MAX_BLOCKS <= height
      if (!isDue || (oldest !== null && oldest.offence.height <= each.offence.height)) continue
      oldest = each
    }
    if (oldest === null) return null
    const { offence, since, holders } = oldest
    const against = evidence.filter((piece) => this.#accuses(piece, culprit))
    const isCrowded = open.size >= KEPT_OPEN
    if (against.some((piece) => isCrowded || heightOfFault(piece) <= offence.height)) return null
    const carried = against.length === 0 ? 'nothing' : 'only something younger'
    const who = holders === null ? 'the chain' : `node ${[...holders.keys()].join(', ')}`
    const fault = `node ${culprit}, which ${offence.what}`
    return `carries ${carried} against ${fault}: ${who} proves it since height ${since}`
  }

  /** Takes down what a block carries; `blame` is null where villains may have made it. */
  #carry(height: bigint, evidence: readonly Evidence[], blame: ((what: string) => void) | null) {
    const accused = new Set<number>()
    for (const piece of evidence) {
      const name = offenceOf(piece)
      const before = this.#carried.get(name)
      // Where CometBFT's rules hold, a villain may change bytes that nobody signed: that is valid.
      if (before === undefined) this.#carried.set(name, height)
      else blame?.(`carries again the evidence of block ${before} (${piece.kind})`)
      for (const address of accusedOf(piece)) {
        const culprit = this.#ledger.indexOf(address)
        if (accused.has(culprit)) blame?.(`carries two pieces against node ${culprit}`)
        accused.add(culprit)
        this.#open.get(culprit)?.delete(name)
      }
    }
  }

  #accuses(piece: Evidence, culprit: number): boolean {
    return accusedOf(piece).some((address) => this.#ledger.indexOf(address) === culprit)
  }

  // Who proposed in the round of the decision, null when it or an earlier one was a villain's: the
  // block may be an old one that was proposed again.
  #makerOf(height: bigint, round: number): number | null {
    let maker: number | null = null
    for (let at = 0; at <= round; at += 1) {
      const proposer = this.#ledger.proposerAt(height, at)
      maker = proposer === null ? null : this.#ledger.indexOf(proposer)
      if (maker === null || this.#ledger.isVillain(maker)) return null
    }
    return maker
  }

  #isInCore({ holders }: Open): boolean {
    const core = this.#core
    if (core === null) return false
    if (holders === null) return true
    for (const node of holders.keys()) if (core.has(node)) return true
    return false
  }

  #openOf(culprit: number): Map<string, Open> {
    const known = this.#open.get(culprit)
    if (known !== undefined) return known
    const fresh = new Map<string, Open>()
    this.#open.set(culprit, fresh)
    return fresh
  }

  *#all(): Iterable<Open> {
    for (const ofCulprit of this.#open.values()) yield* ofCulprit.values()
  }
}
