// One node of the world: a disk that lasts, and the lives that run on it one after the other.

import { FRESH_SIGN_STATE, FileSigner, parseSignState, validatorKeyOf } from '../privval/index.ts'
import type { Signer } from '../privval/index.ts'
import { Replica } from '../replica/index.ts'
import type { ReplicaOptions } from '../replica/index.ts'
import { corrupt } from '../villains/index.ts'
import type { Villain } from '../villains/index.ts'
import { NodeClock } from './clock.ts'
import { Disk, NODE_DIRECTORY } from './disk.ts'
import type { DiskOptions } from './disk.ts'
import { START_TIME, signingSeedOf } from './seats.ts'
import { stageOptions } from './stage-options.ts'
import type { Common } from './stage-options.ts'
import type { Cause } from './narrator.ts'
import type { Timeline } from './timeline.ts'
import { watchSigner } from './watched-signer.ts'
import type { Witness } from './witness.ts'

const STATE_PATH = `${NODE_DIRECTORY}/priv_validator_state.json`

/** What a member is made of. */
export interface MemberOptions {
  readonly node: number
  /** The validator whose key it holds: its own index, but for the copy of a twin. */
  readonly seat: number
  /** Null for an honest node. */
  readonly villain: Pick<Villain, 'name' | 'fromHeight'> | null
  readonly timeline: Timeline
  readonly disk: Omit<DiskOptions, 'node' | 'onPowerLoss'>
  readonly skewMs: number
  readonly witness: Witness
  /** Calls `act` as something that happens to this node. */
  readonly around: (cause: Cause, act: () => void) => void
}

/** A node from start to crash or halt. */
interface Life {
  readonly clock: NodeClock
  replica: Replica | null
}

/** Whether a member runs. */
export type MemberState = 'down' | 'starting' | 'running' | 'paused'

/** Owns everything of one node. */
export class Member {
  readonly node: number
  readonly seat: number
  readonly isHonest: boolean
  readonly #options: MemberOptions
  readonly #disk: Disk
  #common: Common | null = null
  #life: Life | null = null
  #lives = 0
  #skewMs: number

  constructor(options: MemberOptions) {
    const { node, seat, villain, skewMs } = options
    this.node = node
    this.seat = seat
    this.isHonest = villain === null
    this.#options = options
    this.#skewMs = skewMs
    this.#disk = new Disk({ ...options.disk, node, onPowerLoss: () => this.crash() })
  }

  /** The replica that runs, or null. */
  get replica(): Replica | null {
    return this.#life?.replica ?? null
  }

  get state(): MemberState {
    if (this.#life === null) return 'down'
    if (this.#life.clock.isPaused) return 'paused'
    return this.#life.replica === null ? 'starting' : 'running'
  }

  get disk(): Disk {
    return this.#disk
  }

  /** Starts the node on what is on its disk; nothing when it runs. */
  start(common: Common): void {
    if (this.#life !== null) return
    this.#common = common
    const { timeline, around } = this.#options
    const life: Life = {
      clock: new NodeClock({
        timeline,
        startTime: START_TIME,
        skewMs: () => this.#skewMs,
        around,
      }),
      replica: null,
    }
    this.#life = life
    this.#lives++
    this.#open(life).catch((error: unknown) => this.fail(error, life))
  }

  /** Power loss: the process is gone, and of what it did not sync only a part stays. */
  crash(): void {
    if (this.#life === null) return
    this.#end()
    this.#disk.crash()
    this.#options.witness.onCrash(this.node)
  }

  /** The run is over. */
  abandon(): void {
    this.#end()
  }

  pause(): void {
    this.#life?.clock.pause()
  }

  resume(): void {
    this.#life?.clock.resume()
  }

  skew(byMs: number): void {
    this.#skewMs += byMs
    this.#options.witness.onSkew(this.node, this.#skewMs)
  }

  /** The process ends itself; what it wrote stays, as its machine runs on. */
  fail(error: unknown, life: Life | null = this.#life): void {
    if (life === null || life !== this.#life) return
    this.#end()
    this.#disk.detach()
    const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
    this.#options.witness.onStop(this.node, reason, this.#disk.isBad)
  }

  #end(): void {
    const life = this.#life
    this.#life = null
    life?.clock.die()
    // Not stopped: a process that is gone says no farewell. Its connections end all the same.
    life?.replica?.switch.stop().catch(() => undefined)
  }

  async #open(life: Life): Promise<void> {
    const options = await this.#replicaOptions(life)
    const replica = await Replica.open(options)
    if (this.#life !== life) return
    life.replica = replica
    replica.halted.then((error) => this.fail(error, life)).catch(() => undefined)
    if (this.isHonest) await this.#options.witness.onStart(this.node, replica)
    if (this.#life !== life) return
    await replica.start()
  }

  async #replicaOptions(life: Life): Promise<ReplicaOptions> {
    const { node, seat, villain } = this.#options
    const common = this.#common as Common
    const ports = await this.#disk.ports(
      (ms) => new Promise((resolve) => void life.clock.setTimer(ms, resolve)),
    )
    const honest = await stageOptions(common, {
      node,
      clock: life.clock,
      disk: ports,
      signer: await this.#signer(ports.files),
      randomSeed: common.plan.seed + 1000 * this.#lives + node,
      onExecuted: (request) => {
        if (villain === null) this.#options.witness.onExecuted(node, request)
      },
    })
    if (villain === null) return honest
    const keySeed = signingSeedOf(seat)
    const copies = corrupt(honest, { ...villain, keySeed, copy: () => honest })
    return copies[node === seat ? 0 : 1] ?? honest
  }

  async #signer(files: ReplicaOptions['ports']['files']): Promise<Signer> {
    const { crypto } = this.#common as Common
    const { node, seat, witness } = this.#options
    const bytes = await files.readFile(STATE_PATH)
    const state = bytes === null ? FRESH_SIGN_STATE : parseSignState(STATE_PATH, bytes)
    const key = validatorKeyOf(crypto, signingSeedOf(seat))
    const signer = new FileSigner({ files, crypto, key, state, statePath: STATE_PATH })
    if (!this.isHonest) return signer
    return watchSigner(signer, () => witness.signerWatch(node, this.replica?.engine.state ?? null))
  }
}
