// A network of whole messages: latency, loss, duplication, reordering and partitions from a plan.

import { FOLD } from './digest.ts'
import type { Digest } from './digest.ts'
import type { Draws } from './draws.ts'
import { LinkEnd } from './link-end.ts'
import type { Carrier, Connection, Letter, Station } from './link-end.ts'
import type { NetworkPlan } from './plan.ts'
import type { Timeline } from './timeline.ts'

/** Who is told what the network does. */
export interface NetworkWatch {
  /** Called before the receiver gets the letter. */
  onDeliver(end: LinkEnd, letter: Letter): void
  onSend(end: LinkEnd, letter: Letter): void
  onDrop(end: LinkEnd, letter: Letter): void
  /** A node ends a connection because its peer broke the rules. */
  onBlame(end: LinkEnd, reason: string): void
}

/** What a network is made of. */
export interface NetworkOptions {
  readonly timeline: Timeline
  readonly digest: Digest
  readonly draws: Draws
  readonly plan: NetworkPlan
  readonly watch: NetworkWatch
  /** Calls `act` as something that happens to a node. */
  readonly around: (node: number, act: () => void) => void
}

/**
 * Connections between switches. Within one connection letters keep their order unless the plan lets
 * them overtake; letters of one moment travel together.
 */
export class MessageNetwork implements Carrier {
  readonly #options: NetworkOptions
  readonly #stations = new Map<string, Station>()
  #plan: NetworkPlan
  #isCut: (from: number, to: number) => boolean = () => false

  constructor(options: NetworkOptions) {
    this.#options = options
    this.#plan = options.plan
  }

  get nowMs(): number {
    return this.#options.timeline.nowMs
  }

  get queueBytes(): number {
    return this.#plan.queueBytes
  }

  drawLatencyMs(): number {
    const [least, most] = this.#plan.latencyMs
    return this.#options.draws.between(least, most)
  }

  drawReconnectMs(): number {
    const [least, most] = this.#plan.reconnectMs
    return this.#options.draws.between(least, most)
  }

  register(node: Station): void {
    this.#stations.set(node.id, node)
  }

  /** A node is gone; its peers find out, some soon and some late. */
  vanish(node: Station): void {
    if (this.#stations.get(node.id) === node) this.#stations.delete(node.id)
    for (const end of node.ends()) {
      end.connection.isUp = false
      const inMs = this.#options.draws.chance(0.5) ? this.drawLatencyMs() : this.drawReconnectMs()
      this.#later(inMs, end.remote, () => end.remote.remove(end.mirror, 'connection lost'))
    }
  }

  /** Connects a node with another by id; false when that one cannot be reached now. */
  connect(from: Station, id: string): boolean {
    const to = this.#stations.get(id)
    if (to === undefined || !to.isRunning || to.clock.isPaused) return false
    if (this.#isCut(from.node, to.node) || this.#isCut(to.node, from.node)) return false
    if (!from.admits(to.id) || !to.admits(from.id)) return false
    const stale = to.peer(from.id)
    if (stale !== null) {
      stale.connection.isUp = false
      to.remove(stale, 'replaced')
    }
    const ends = [
      new LinkEnd(this, { owner: from, remote: to, outbound: true }),
      new LinkEnd(this, { owner: to, remote: from, outbound: false }),
    ] as const
    const connection: Connection = { ends, madeMs: this.nowMs, isUp: true, isBroken: false }
    for (const end of ends) end.connection = connection
    for (const end of ends) this.#options.around(end.owner.node, () => end.owner.join(end))
    return true
  }

  /** Ends a connection: at once on this side, and on the other when the news arrives. */
  close(end: LinkEnd, reason: string): void {
    end.connection.isUp = false
    end.owner.remove(end, reason)
    const { remote, mirror } = end
    this.#later(this.drawLatencyMs(), remote, () => remote.remove(mirror, 'closed by the peer'))
  }

  blame(end: LinkEnd, reason: string): void {
    this.#options.watch.onBlame(end, reason)
  }

  /** Takes a letter of which the queue has room. */
  send(end: LinkEnd, letter: Letter): void {
    const { digest, draws, watch } = this.#options
    const { owner, remote } = end
    digest.event(FOLD.send, owner.node, letter.channelId)
    digest.bytes(letter.message)
    watch.onSend(end, letter)
    if (this.#isCut(owner.node, remote.node)) {
      if (this.#plan.whenCut === 'drop') this.#lose(end, letter)
      else end.held.push(letter)
      return
    }
    const { loss, duplicate, reorder } = this.#plan
    if (draws.chance(loss)) return this.#lose(end, letter)
    if (draws.chance(duplicate)) {
      end.queuedBytes += letter.message.length
      this.#sendAlone(end, letter)
    }
    if (draws.chance(reorder)) this.#sendAlone(end, letter)
    else this.#sendInOrder(end, letter)
  }

  /** From now on messages between these nodes do not get through. */
  partition(isCut: (from: number, to: number) => boolean): void {
    this.#release()
    this.#isCut = isCut
  }

  /** Ends the partition; what was held goes on its way. */
  heal(): void {
    this.#isCut = () => false
    this.#release()
  }

  /** From now on nothing is lost, doubled or overtaken; connections that suffered are made anew. */
  calm(): void {
    this.#plan = { ...this.#plan, loss: 0, duplicate: 0, reorder: 0 }
    this.heal()
    for (const end of this.#ends()) this.#breakSoon(end.connection)
  }

  #ends(): LinkEnd[] {
    return [...this.#stations.values()].flatMap((each) => each.ends())
  }

  #release(): void {
    for (const end of this.#ends()) {
      if (this.#isCut(end.owner.node, end.remote.node)) continue
      const { held } = end
      if (held.length === 0) continue
      end.held = []
      for (const letter of held) this.#sendInOrder(end, letter)
    }
  }

  #sendInOrder(end: LinkEnd, letter: Letter): void {
    const { nowMs } = this
    if (end.bundle?.sentMs === nowMs) {
      end.bundle.letters.push(letter)
      return
    }
    const bundle = { sentMs: nowMs, letters: [letter] }
    end.bundle = bundle
    const dueMs = Math.max(end.lastDueMs, nowMs + Math.max(1, this.drawLatencyMs()))
    end.lastDueMs = dueMs
    this.#options.timeline.after(dueMs - nowMs, () => this.#deliver(end, bundle.letters))
  }

  #sendAlone(end: LinkEnd, letter: Letter): void {
    const [, most] = this.#plan.latencyMs
    const ms = this.drawLatencyMs() + this.#options.draws.between(1, 2 * most)
    this.#options.timeline.after(ms, () => this.#deliver(end, [letter]))
  }

  #deliver(end: LinkEnd, letters: readonly Letter[]): void {
    const { remote } = end
    remote.clock.run(() => {
      this.#options.around(remote.node, () => {
        for (const letter of letters) this.#deliverOne(end, letter)
        if (end.refused.size > 0 && 2 * end.queuedBytes <= this.queueBytes) this.#drainSoon(end)
      })
    })
  }

  #deliverOne(end: LinkEnd, letter: Letter): void {
    const { digest, watch } = this.#options
    const { remote, mirror } = end
    end.queuedBytes -= letter.message.length
    if (!end.connection.isUp || !remote.isRunning) return
    digest.event(FOLD.deliver, remote.node, end.owner.node)
    watch.onDeliver(end, letter)
    remote.receive(mirror, letter)
  }

  #drainSoon(end: LinkEnd): void {
    this.#later(0, end.owner, () => end.owner.drain(end))
  }

  #lose(end: LinkEnd, letter: Letter): void {
    end.queuedBytes -= letter.message.length
    this.#options.digest.event(FOLD.lose, end.owner.node, end.remote.node)
    this.#options.watch.onDrop(end, letter)
    this.#breakSoon(end.connection)
  }

  // A stream that has lost something is of no use: its ends find out, and connect again.
  #breakSoon(connection: Connection): void {
    if (connection.isBroken) return
    connection.isBroken = true
    const inMs = this.drawReconnectMs()
    for (const end of connection.ends) {
      this.#later(inMs, end.owner, () => {
        connection.isUp = false
        end.owner.remove(end, 'connection broken')
      })
    }
  }

  #later(ms: number, node: Station, act: () => void): void {
    const { timeline, around } = this.#options
    timeline.after(ms, () => node.clock.run(() => around(node.node, act)))
  }
}
