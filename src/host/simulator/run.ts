// One run of one plan: builds the world and moves its time from moment to moment.

import type { Crypto } from '../../core/crypto/index.ts'
import { Court } from '../judges/index.ts'
import type { ChainStart } from '../judges/index.ts'
import { validatorKeyOf } from '../privval/index.ts'
import type { VillainName } from '../villains/index.ts'
import { makeCheapCrypto, makeSharedCrypto } from './cheap-crypto.ts'
import { Digest, FOLD } from './digest.ts'
import { Draws } from './draws.ts'
import { Eavesdropper } from './eavesdropper.ts'
import { Load } from './load.ts'
import { Member } from './member.ts'
import { Narrator } from './narrator.ts'
import type { Cause } from './narrator.ts'
import { MessageNetwork } from './network.ts'
import type { Outcome, Violation, WorldRule } from './outcome.ts'
import type { Plan, ScriptAction } from './plan.ts'
import { validatePlan } from './plan-error.ts'
import { perform } from './script.ts'
import type { Scene } from './script.ts'
import { START_TIME, genesisOf, signingSeedOf } from './seats.ts'
import { Timeline } from './timeline.ts'
import { Witness } from './witness.ts'
import type { WitnessOptions } from './witness.ts'
import type { WorldHost } from './world-host.ts'

/** Turns of the loop that one virtual moment may take. */
const MAX_TURNS_PER_MOMENT = 10_000
/** How long the members of a core that heals may take to start. */
const SETTLE_MS = 2000
/** What nodes add to the way of a message: delays of gossip, and a few steps of their own. */
const OWN_DELAYS_MS = 100

/** What the key-value store answers when a chain begins: no transactions yet. */
const KVSTORE_START: ChainStart = { appVersion: 1n, appHash: new Uint8Array(8) }

/** Owns the world of one run; plays it once. */
export class Run {
  readonly #plan: Plan
  readonly #host: WorldHost
  readonly #timeline = new Timeline()
  readonly #digest = new Digest()
  readonly #court: Court
  readonly #witness: Witness
  readonly #scene: Scene
  readonly #found: Violation[] = []
  #judged = 0
  #core: readonly number[] | null = null

  /** Throws `PlanError` when the plan contradicts itself. */
  constructor(plan: Plan, host: WorldHost) {
    validatePlan(plan)
    this.#plan = plan
    this.#host = host
    const [timeline, digest] = [this.#timeline, this.#digest]
    const seats = seatsOf(plan)
    const crypto = cryptoOf(plan, host)
    this.#court = makeCourt(plan, crypto, seats)
    const narrator = new Narrator({
      timeline,
      digest,
      stateOf: (node) => this.#member(node).replica?.engine.state ?? null,
      onEvent: host.onEvent ?? null,
    })
    const seen: WitnessOptions = {
      timeline,
      digest,
      narrator,
      court: this.#court,
      validators: plan.validators,
      queueBytes: plan.network.queueBytes,
      accuse: (rule, detail, culprits) => this.#accuse(rule, detail, culprits),
    }
    this.#witness = new Witness(seen)
    const network = new MessageNetwork({
      timeline,
      digest,
      draws: new Draws(plan.seed, 'network'),
      plan: plan.network,
      watch: new Eavesdropper({
        ...seen,
        isHonest: (node) => this.#member(node).isHonest,
        villains: plan.byzantine.map(({ index }) => addressOf(crypto, index)),
      }),
      around: (node, act) => this.#around(node, 'message', act),
    })
    const members = seats.map((seat, node) => this.#makeMember(node, seat))
    const genesis = genesisOf(crypto, plan)
    const common = { plan, host, genesis, crypto, network, nodes: members.length }
    const load = new Load({ ...plan, timeline, draws: new Draws(plan.seed, 'load'), members })
    this.#scene = { common, members, network, narrator, load }
  }

  /** Calls `act` at a moment of virtual time. */
  at(atMs: number, act: () => void): void {
    this.#timeline.after(atMs - this.#timeline.nowMs, act)
  }

  /** Does something to the world now. */
  perform(action: ScriptAction): void {
    this.#digest.event(FOLD.action, 'node' in action ? action.node : -1, action.do.length)
    perform(this.#scene, action)
  }

  /** Plays to the end. */
  async play(): Promise<Outcome> {
    const { script, healMs } = this.#plan
    const { members, common, load } = this.#scene
    // Within a promise from the beginning: begun in a callback, the first turn of a host that waits
    // for the next tick would be over before anything has settled, and the history be another.
    await Promise.resolve()
    for (const member of members) member.start(common)
    for (const { atMs, ...action } of script) this.at(atMs, () => this.perform(action))
    this.at(healMs, () => this.#heal())
    load.start()
    do await this.#playMoment()
    while (this.#moveOn())
    return this.#end()
  }

  // All that is due at this moment, and all that follows from it while no time passes.
  async #playMoment(): Promise<void> {
    const timeline = this.#timeline
    this.#digest.event(FOLD.moment, -1, timeline.nowMs)
    for (let turns = 0; turns < MAX_TURNS_PER_MOMENT; turns++) {
      timeline.keepDue()
      await this.#host.turn()
      if (timeline.callDeferred()) await this.#host.turn()
      for (const { node } of this.#scene.members) this.#scene.narrator.lookAt(node, 'answer')
      if (!timeline.isBusy) return
    }
    this.#accuse('spin', `the moment ${timeline.nowMs} ms does not end`, [])
  }

  // False when the run is over.
  #moveOn(): boolean {
    const timeline = this.#timeline
    this.#collectVerdicts()
    if (this.#found.length > 0 || this.#isDone()) return false
    const nextMs = Math.min(timeline.nextMs() ?? Infinity, this.#plan.maxMs)
    timeline.moveTo(nextMs)
    return nextMs < this.#plan.maxMs
  }

  #isDone(): boolean {
    const { heights } = this.#plan
    if (heights === 0) return false
    const core = this.#core ?? this.#coreForNow()
    return core.length > 0 && core.every((node) => this.#witness.heightOf(node) >= BigInt(heights))
  }

  // A run that never heals has no core to wait for; one that heals has it when nobody is missing.
  #coreForNow(): readonly number[] {
    const { healMs, maxMs } = this.#plan
    const running = this.#runningHonest()
    if (healMs >= maxMs) return running
    const isWhole = running.length === this.#scene.members.filter((each) => each.isHonest).length
    return isWhole && this.#timeline.nowMs >= healMs ? running : []
  }

  // The second phase: whoever can still run does, and reaches the others.
  #heal(): void {
    const { members, network, common } = this.#scene
    network.calm()
    for (const member of members) {
      member.resume()
      member.disk.calm()
      member.start(common)
    }
    const [, reconnectMs] = this.#plan.network.reconnectMs
    this.at(this.#timeline.nowMs + SETTLE_MS + 2 * reconnectMs, () => this.#declareCore())
  }

  #declareCore(): void {
    const { narrator } = this.#scene
    const core = this.#runningHonest()
    this.#core = core
    narrator.tell({ node: -1, kind: 'healed', detail: `core ${core.join(',')}` })
    this.#court.see({ kind: 'healed', atMs: this.#timeline.nowMs, core })
  }

  #runningHonest(): readonly number[] {
    const running = this.#scene.members.filter(
      ({ isHonest, state }) => isHonest && state === 'running',
    )
    return running.map(({ node }) => node)
  }

  #end(): Outcome {
    this.#court.see({ kind: 'ended', atMs: this.#timeline.nowMs })
    this.#collectVerdicts()
    for (const member of this.#scene.members) member.abandon()
    return {
      heights: this.#scene.members.map(({ node }) => this.#witness.heightOf(node)),
      virtualMs: this.#timeline.nowMs,
      digest: this.#digest.hex(),
      events: this.#digest.events,
      violations: this.#found,
    }
  }

  #collectVerdicts(): void {
    const verdicts = this.#court.violations()
    for (; this.#judged < verdicts.length; this.#judged++) {
      const verdict = verdicts[this.#judged]
      if (verdict !== undefined) this.#report(verdict)
    }
  }

  #accuse(rule: WorldRule, detail: string, culprits: readonly number[]): void {
    this.#report({ rule, detail, culprits, atMs: this.#timeline.nowMs })
  }

  #report(violation: Violation): void {
    this.#found.push(violation)
    const { rule, detail, culprits } = violation
    const whom = culprits.length === 0 ? '' : ` (${culprits.join(',')})`
    this.#scene.narrator.tell({ node: -1, kind: 'violation', detail: `${rule}${whom}: ${detail}` })
  }

  #member(node: number): Member {
    return this.#scene.members[node] as Member
  }

  // What a node throws ends that node, as it would end a process.
  #around(node: number, cause: Cause, act: () => void): void {
    try {
      act()
    } catch (error) {
      this.#member(node).fail(error)
    }
    this.#scene.narrator.lookAt(node, cause)
  }

  #makeMember(node: number, seat: number): Member {
    const { seed, disk, skewMs } = this.#plan
    return new Member({
      node,
      seat,
      villain: villainAt(this.#plan, seat),
      timeline: this.#timeline,
      disk: { plan: disk, draws: new Draws(seed, `disk ${node}`), digest: this.#digest },
      skewMs: skewMs[seat] ?? 0,
      witness: this.#witness,
      around: (cause, act) => this.#around(node, cause, act),
    })
  }
}

// By node, whose key it holds: copies of twins stand behind all validators.
function seatsOf(plan: Plan): number[] {
  const copies = plan.byzantine.filter(({ villain }) => villain === 'twins')
  const seats = Array.from({ length: plan.validators }, (_, index) => index)
  return [...seats, ...copies.map(({ index }) => index)]
}

function villainAt(
  plan: Plan,
  seat: number,
): { readonly name: VillainName; readonly fromHeight?: bigint } | null {
  const found = plan.byzantine.find(({ index }) => index === seat)
  if (found === undefined) return null
  const from = found.fromHeight === undefined ? {} : { fromHeight: BigInt(found.fromHeight) }
  // `validatePlan` has checked the name.
  return { name: found.villain as VillainName, ...from }
}

function cryptoOf(plan: Plan, host: WorldHost): Crypto {
  return plan.crypto === 'cheap' ? makeCheapCrypto(host.crypto) : makeSharedCrypto(host.crypto)
}

function addressOf(crypto: Crypto, seat: number): Uint8Array {
  return validatorKeyOf(crypto, signingSeedOf(seat)).address
}

function makeCourt(plan: Plan, crypto: Crypto, seats: readonly number[]): Court {
  return new Court({
    crypto,
    genesis: genesisOf(crypto, plan),
    chainStart: KVSTORE_START,
    addresses: seats.map((seat) => addressOf(crypto, seat)),
    villains: seats.flatMap((seat, node) => (villainAt(plan, seat) === null ? [] : [node])),
    startTime: START_TIME,
    skewMs: seats.map((seat) => plan.skewMs[seat] ?? 0),
    timeouts: plan.times,
    // There and back: who lacks something is sent it once its peer has heard so.
    gossipMs: 2 * plan.network.latencyMs[1] + 4 * plan.disk.syncMs[1] + OWN_DELAYS_MS,
  })
}
