// Evidence from node to node: once to each peer that can judge it; who sends nonsense is dropped.

import { describe, expect, test } from 'vitest'
import { decodeEvidenceList, encodeEvidenceList } from '../../core/proto/index.ts'
import { offenceKey } from '../../core/types/index.ts'
import type { Evidence } from '../../core/types/index.ts'
import { nativeCrypto } from '../../node/platform/index.ts'
import type { Peer } from '../p2p/index.ts'
import { Desk, alteredCopy } from './desk.fixture.ts'
import type { Offence } from './desk.fixture.ts'
import { EVIDENCE_CHANNEL, EvidenceReactor } from './index.ts'

/** A peer that keeps what it is sent. */
class Listener {
  readonly peer: Peer
  readonly messages: Uint8Array[] = []
  height = 100n
  room = Infinity

  constructor(letter: string) {
    const id = letter.repeat(40)
    const send = (_channel: number, message: Uint8Array): boolean => {
      if (this.room <= 0) return false
      this.room--
      return this.messages.push(message) > 0
    }
    this.peer = { id, send, canSend: () => this.room > 0 } as Partial<Peer> as Peer
  }

  /** The offences that it was told of since it was last asked. */
  heard(): string[] {
    return this.messages.splice(0).flatMap((each) => decodeEvidenceList(each).map(offenceKey))
  }
}

interface Scene {
  readonly desk: Desk
  readonly reactor: EvidenceReactor
  readonly stops: string[]
  readonly a: Listener
  readonly b: Listener
  /** Has a peer send evidence, and waits for what comes of it. */
  say(from: Listener, ...evidence: readonly Evidence[]): Promise<void>
  add(offence: Offence): Promise<string>
}

const settle = (): Promise<void> => new Promise(setImmediate)

async function scene(): Promise<Scene> {
  const desk = await Desk.at(3n)
  const [a, b] = [new Listener('a'), new Listener('b')]
  const stops: string[] = []
  const reactor = new EvidenceReactor({
    store: desk.store,
    crypto: nativeCrypto,
    clock: desk.clock,
    logger: desk.logger,
    heightOf: (id) => [a, b].find(({ peer }) => peer.id === id)?.height ?? 0n,
    stopPeer: (peer, reason) => void stops.push(`${peer.id.slice(0, 1)}: ${reason}`),
  })
  for (const { peer } of [a, b]) reactor.addPeer(peer)
  return {
    desk,
    reactor,
    stops,
    a,
    b,
    say: async ({ peer }, ...evidence) => {
      reactor.receive(peer, EVIDENCE_CHANNEL, encodeEvidenceList(evidence))
      await settle()
    },
    add: async (offence) => {
      const evidence = await desk.evidenceOf(offence)
      await desk.store.add(evidence, 'detector')
      await settle()
      return offenceKey(evidence)
    },
  }
}

describe('EvidenceReactor', () => {
  test('push: every peer gets a piece once, and again after it was away', async () => {
    const { add, a, b, reactor } = await scene()
    const first = await add({ round: 1 })
    expect([a.heard(), b.heard()]).toEqual([[first], [first]])
    const second = await add({ round: 2 })
    expect([a.heard(), b.heard()]).toEqual([[second], [second]])
    reactor.removePeer(a.peer, 'away')
    reactor.addPeer(a.peer)
    await settle()
    expect([a.heard(), b.heard()]).toEqual([[first, second], []])
  })

  test('push: a peer gets what it can judge: above the height, and not too far', async () => {
    const { add, a, b, reactor } = await scene()
    a.height = 3n
    b.height = 3n + 200_000n
    const offence = await add({ height: 3n })
    expect([a.heard(), b.heard()]).toEqual([[], []])
    a.height = 4n
    reactor.onHeight()
    await settle()
    expect([a.heard(), b.heard()]).toEqual([[offence], []])
  })

  test('push: a second header waits until the peer has the commit of its height', async () => {
    const { desk, a, b, reactor } = await scene()
    await desk.grow(5n)
    const attack = await desk.attack()
    a.height = b.height = 4n
    await desk.store.add(attack, 'detector')
    await settle()
    expect([a.heard(), b.heard()]).toEqual([[], []])
    a.height = 5n
    reactor.onHeight()
    await settle()
    expect([a.heard(), b.heard()]).toEqual([[offenceKey(attack)], []])
  })

  test('push: what a peer sent goes to the others, and on when a queue drains', async () => {
    const { desk, say, a, b, reactor } = await scene()
    b.room = 0
    const evidence = await desk.evidenceOf()
    await say(a, evidence)
    expect([a.heard(), b.heard()]).toEqual([[], []])
    b.room = 9
    reactor.onDrain()
    await settle()
    expect([a.heard(), b.heard()]).toEqual([[], [offenceKey(evidence)]])
    await say(b, alteredCopy(evidence))
    expect([a.heard(), b.heard()]).toEqual([[], []])
  })

  test('push: a second peer that sent the same does not get it back', async () => {
    const { desk, say, a, b, reactor } = await scene()
    b.room = 0
    const evidence = await desk.evidenceOf()
    await say(a, evidence)
    await say(b, evidence)
    b.room = 9
    reactor.onDrain()
    await settle()
    expect([a.heard(), b.heard()]).toEqual([[], []])
  })

  test('push: what a block has taken is told to nobody any more', async () => {
    const { add, desk, a, reactor } = await scene()
    await add({})
    expect(a.heard()).toHaveLength(1)
    await desk.nextEvidence()
    reactor.removePeer(a.peer, 'away')
    reactor.addPeer(a.peer)
    await settle()
    expect(a.heard()).toEqual([])
  })

  test('receive: a forgery, an accusation of the innocent and garbage end the peer', async () => {
    const { desk, say, a, stops, reactor } = await scene()
    const evidence = await desk.evidenceOf()
    const { voteB } = evidence
    await say(a, { ...evidence, voteB: { ...voteB, signature: new Uint8Array(64) } })
    await say(a, { ...evidence, timestamp: 7n })
    await say(a, { ...evidence, voteA: voteB })
    reactor.receive(a.peer, EVIDENCE_CHANNEL, Uint8Array.of(0x0a, 0x7f))
    expect(stops).toEqual([
      'a: invalid evidence: the signature of vote B is wrong',
      'a: invalid evidence: it names another time than that of block 1',
      'a: evidence message: piece 0: the votes stand in the wrong order',
      expect.stringMatching(/^a: evidence message: /),
    ])
    expect(desk.store.size).toBe(0)
  })

  test('receive: early, known and already committed evidence is borne', async () => {
    const { desk, say, a, stops } = await scene()
    const evidence = await desk.evidenceOf()
    await say(a, await desk.evidenceOf({ height: 4n }), evidence, evidence)
    await desk.nextEvidence()
    await say(a, evidence, alteredCopy(evidence))
    expect(stops).toEqual([])
    expect(await desk.committed()).toEqual([evidence])
  })

  test('receive: kinds that the chain does not carry end the peer', async () => {
    const { desk, say, a, stops } = await scene()
    const { voteA } = await desk.evidenceOf()
    await say(a, {
      kind: 'downtime',
      validatorAddress: voteA.validatorAddress,
      windowStart: 1n,
      windowEnd: 2n,
      missed: 1,
      totalVotingPower: 100n,
      validatorPower: 40n,
      timestamp: voteA.timestamp,
    })
    expect(stops).toEqual([expect.stringMatching(/^a: invalid evidence: .*kind downtime/)])
  })
})
