// Collects every vote that nodes tell over their WebSocket, and finds keys that signed two values.

import { WebSocket } from 'ws'

/** A vote as RPC shows it, or a signature of a commit with the place of that commit. */
export interface SeenVote {
  readonly type: number
  readonly height: string
  readonly round: number
  readonly block_id: { readonly hash: string; readonly parts: { readonly hash: string } }
  readonly validator_address: string
}

/** The votes of a network. */
export class VoteWatch {
  /** Votes looked at, repetitions included. */
  count = 0
  readonly conflicts: string[] = []
  readonly #values = new Map<string, string>()
  readonly #sockets = new Set<WebSocket>()
  readonly #waiting: (() => void)[] = []

  /** Follows a node until its connection ends. */
  follow(url: string): void {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/websocket`)
    this.#sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => this.#sockets.delete(socket))
    socket.on('open', () => {
      const params = { query: "tm.event='Vote'" }
      socket.send(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'subscribe', params }))
    })
    socket.on('message', (data: Buffer) => {
      const { result } = JSON.parse(data.toString()) as {
        result?: { data?: { value: { Vote: SeenVote } } }
      }
      if (result?.data !== undefined) this.take(result.data.value.Vote)
    })
  }

  take(vote: SeenVote): void {
    this.count++
    const place = `${vote.validator_address}/${vote.height}/${vote.round}/${vote.type}`
    const value = `${vote.block_id.hash}/${vote.block_id.parts.hash}`
    const before = this.#values.get(place) ?? value
    this.#values.set(place, before)
    for (const resolve of this.#waiting.splice(0)) resolve()
    if (before !== value) this.conflicts.push(`${place}: ${before} and ${value}`)
  }

  /** Resolves with the next vote that is told. */
  next(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  /** Distinct places at which somebody voted. */
  get places(): number {
    return this.#values.size
  }

  close(): void {
    for (const socket of this.#sockets) socket.terminate()
  }
}
