// All judges together: tells each what happened, and collects what they find.

import { AgreementJudge } from './agreement.ts'
import type { Fork } from './agreement.ts'
import { AppHashJudge } from './app-hash.ts'
import { BlockTimeJudge } from './block-time.ts'
import { DoubleSignJudge } from './double-sign.ts'
import { EvidenceJudge } from './evidence.ts'
import { Ledger } from './ledger.ts'
import { LockJudge } from './locks.ts'
import { accusedOf } from './naive-offence.ts'
import { isMoreThanOneThird, isMoreThanTwoThirds } from './naive-values.ts'
import type {
  Committed,
  DeliveredProposal,
  DeliveredVote,
  Held,
  Observation,
  SignedProposal,
  SignedVote,
  Stopped,
  ToldFault,
} from './observation.ts'
import { ProgressJudge } from './progress.ts'
import { Prosecutor } from './prosecutor.ts'
import { ScheduleJudge } from './schedule.ts'
import type { Setting } from './setting.ts'
import { ToldApplicationJudge } from './told-application.ts'
import { ValidityJudge } from './validity.ts'
import type { RuleName, Violation } from './violation.ts'

/** Findings of one rule that are kept; a broken rule often breaks at every height from then on. */
const KEPT_OF_A_RULE = 10

/** Judges one run. Facts are told in the order in which they happened. */
export class Court {
  readonly #violations: Violation[] = []
  readonly #ledger: Ledger
  readonly #prosecutor: Prosecutor
  readonly #agreement = new AgreementJudge()
  readonly #validity: ValidityJudge
  readonly #doubleSign: DoubleSignJudge
  readonly #locks: LockJudge
  readonly #schedule: ScheduleJudge
  readonly #blockTime: BlockTimeJudge
  readonly #appHash: AppHashJudge
  readonly #toldApplication: ToldApplicationJudge
  readonly #progress: ProgressJudge
  readonly #evidence: EvidenceJudge
  #isForked = false

  constructor(setting: Setting) {
    const report = (violation: Violation): void => this.#keep(violation)
    this.#ledger = new Ledger(setting)
    this.#prosecutor = new Prosecutor(this.#ledger)
    this.#validity = new ValidityJudge(this.#ledger, report)
    this.#doubleSign = new DoubleSignJudge(report)
    const { lockRule } = setting.genesis
    this.#locks = new LockJudge(this.#ledger.notary, lockRule, report, (vote) =>
      this.#prosecutor.retract(vote),
    )
    this.#schedule = new ScheduleJudge(this.#ledger, report)
    this.#blockTime = new BlockTimeJudge(this.#ledger, report)
    this.#appHash = new AppHashJudge(report)
    this.#toldApplication = new ToldApplicationJudge(report)
    this.#progress = new ProgressJudge(this.#ledger, report)
    this.#evidence = new EvidenceJudge(this.#ledger, report)
  }

  /** What was found up to now, in the order of finding. */
  violations(): readonly Violation[] {
    return this.#violations
  }

  /** Looks at one fact. */
  see(observation: Observation): void {
    switch (observation.kind) {
      case 'signed-vote':
      case 'signed-proposal':
        this.#onSigned(observation)
        break
      case 'delivered-vote':
      case 'delivered-proposal':
        this.#onDelivered(observation)
        break
      case 'executed':
        this.#toldApplication.onExecuted(observation)
        break
      case 'committed':
        this.#onCommitted(observation)
        break
      case 'held':
        this.#onHeld(observation)
        break
      case 'told-fault':
        this.#onToldFault(observation)
        break
      case 'skewed':
        this.#blockTime.onSkewed(observation)
        break
      case 'healed':
        this.#progress.onHealed(observation)
        this.#evidence.onHealed(observation)
        break
      case 'started':
        this.#evidence.onStarted(observation.node)
        break
      case 'stopped':
      case 'crashed':
        this.#locks.onDown(observation.node)
        this.#evidence.onDown(observation.node)
        if (observation.kind === 'stopped') this.#onStopped(observation)
        break
      case 'ended':
        break
    }
    this.#progress.at(observation.atMs)
  }

  #onSigned(seen: SignedVote | SignedProposal): void {
    if (seen.kind === 'signed-vote') {
      this.#prosecutor.hearVote(seen.vote)
      this.#doubleSign.onSignedVote(seen)
      this.#locks.onSignedVote(seen)
      this.#schedule.onSignedVote(seen)
      this.#validity.onSignedVote(seen)
      this.#progress.onSignedVote(seen)
      this.#evidence.onSigned(seen.node, seen.vote)
    } else {
      this.#prosecutor.hearProposal(seen.proposal)
      this.#doubleSign.onSignedProposal(seen)
      this.#locks.onSignedProposal(seen)
      this.#schedule.onSignedProposal(seen)
      this.#validity.onSignedProposal(seen)
      this.#evidence.onSigned(seen.node, seen.proposal)
    }
  }

  // What honest nodes pass on was heard, or received, before.
  #onDelivered(seen: DeliveredVote | DeliveredProposal): void {
    const isNews = this.#ledger.isVillain(seen.from)
    if (seen.kind === 'delivered-vote') {
      if (isNews) this.#prosecutor.receiveVote(seen.vote)
      this.#evidence.onVote(seen)
    } else {
      if (isNews) this.#prosecutor.receiveProposal(seen.proposal)
      this.#evidence.onProposal(seen)
    }
  }

  #onHeld({ node, atMs, what, count, bound }: Held): void {
    if (count <= bound) return
    const detail = `node ${node} holds ${count} ${what}, ${bound} are allowed`
    this.#keep({ rule: 'memory', detail, culprits: [node], atMs })
  }

  #onCommitted(seen: Committed): void {
    const { block, blockId, response, commit } = seen
    this.#prosecutor.hearCommit(commit, block)
    const fork = this.#agreement.onCommitted(seen)
    const before = this.#validity.onCommitted(seen)
    if (before !== null) {
      this.#ledger.extend(before, { block, blockId }, response)
      this.#schedule.onCommitted(seen, before.bench)
      this.#blockTime.onCommitted(seen, before)
      this.#evidence.onCommitted(seen, before.bench)
      this.#toldApplication.onCommitted(seen, before)
    }
    this.#appHash.onCommitted(seen)
    this.#progress.onCommitted(seen)
    this.#onEvidence(seen)
    if (fork !== null) this.#onFork(fork)
  }

  #onEvidence({ node, atMs, block }: Committed): void {
    // Absence is no lie: who was cut off is named for it, and whether it was is validity's affair.
    const signed = block.evidence.filter(({ kind }) => kind !== 'downtime')
    for (const address of signed.flatMap(accusedOf)) {
      if (!this.#ledger.isHonest(address)) continue
      const accused = this.#ledger.indexOf(address)
      const detail = `block ${block.header.height} of node ${node} accuses honest node ${accused}`
      this.#keep({ rule: 'accountability', detail, culprits: [accused], atMs })
    }
  }

  #onToldFault({ node, atMs, fault, validators, height, isProved }: ToldFault): void {
    if (!isProved || fault === 'downtime') return
    for (const address of validators) {
      if (!this.#ledger.isHonest(address)) continue
      const accused = this.#ledger.indexOf(address)
      const detail = `node ${node} tells of ${fault} of honest node ${accused} at height ${height}`
      this.#keep({ rule: 'accountability', detail, culprits: [node], atMs })
    }
  }

  // What comes after the first fork follows from it.
  #onFork({ height, atMs, nodes, detail }: Fork): void {
    if (this.#isForked) return
    this.#isForked = true
    const accusations = this.#prosecutor.accuse(height)
    const named = accusations
      .map(({ address }) => this.#ledger.indexOf(address))
      .toSorted(ascending)
    const why = accusations.map(
      ({ address, what }) => `node ${this.#ledger.indexOf(address)} ${what}`,
    )
    const text = why.length === 0 ? detail : `${detail}; ${why.join('; ')}`
    const culprits = named.length > 0 ? named : nodes.toSorted(ascending)
    this.#keep({ rule: 'agreement', detail: text, culprits, atMs })
    this.#onAccused(height, atMs, named)
  }

  // With too few villains for a fork it is honest nodes that are broken, and they may be named.
  #onAccused(height: bigint, atMs: number, named: readonly number[]): void {
    const bench = this.#ledger.benchAt(height)
    if (bench === null || this.#ledger.areVillainsFew(bench)) return
    const keep = (detail: string, culprits: readonly number[]): void =>
      this.#keep({ rule: 'accountability', detail, culprits, atMs })
    const honest = named.filter((index) => !this.#ledger.isVillain(index))
    if (honest.length > 0) keep(`honest node ${honest.join(', ')} is named for the fork`, honest)
    // Villains with more than two thirds need nobody else, and may leave no trace.
    const villains = this.#ledger.powerOfVillains(bench)
    const isProvable = !isMoreThanTwoThirds(villains, bench.total)
    const power = this.#ledger.powerOf(bench, (index) => named.includes(index))
    if (!isProvable || isMoreThanOneThird(power, bench.total)) return
    keep(`validators with ${power} of ${bench.total} are named for the fork, too few`, named)
  }

  #onStopped({ node, atMs, reason, isExcused }: Stopped): void {
    // With a third of the power lying, a node may find a chain that it must not follow.
    if (isExcused || !this.#ledger.wereVillainsFew) return
    const detail = `node ${node} stops: ${reason}`
    this.#keep({ rule: 'halted', detail, culprits: [node], atMs })
  }

  #keep(violation: Violation): void {
    const isSame = ({ rule }: { readonly rule: RuleName }): boolean => rule === violation.rule
    const known = this.#violations.filter(isSame)
    const isKnown = known.some(({ detail }) => detail === violation.detail)
    if (!isKnown && known.length < KEPT_OF_A_RULE) this.#violations.push(violation)
  }
}

function ascending(a: number, b: number): number {
  return a - b
}
