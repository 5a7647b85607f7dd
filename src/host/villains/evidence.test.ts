// What villains sign twice is in a block a few heights later, once, and names nobody else.

import { afterEach, describe, expect, test } from 'vitest'
import { toHexUpper } from '../../core/bytes/index.ts'
import { evidenceHeight, offenceKey } from '../../core/types/index.ts'
import type { Evidence } from '../../core/types/index.ts'
import { Query } from '../events/index.ts'
import type { Replica } from '../replica/index.ts'
import { Cluster } from '../replica/cluster.fixture.ts'
import { Theatre } from './theatre.fixture.ts'
import type { Arrival, Bill } from './theatre.fixture.ts'

const LIAR = 3
const opened: Theatre[] = []
afterEach(async () => {
  for (const theatre of opened.splice(0)) await theatre.close()
})

async function open(bill: Bill): Promise<Theatre> {
  const theatre = await Theatre.open(bill)
  opened.push(theatre)
  return theatre
}

interface Committed {
  readonly at: bigint
  readonly evidence: Evidence
}

async function committedBy({ blockStore }: Replica): Promise<Committed[]> {
  const found: Committed[] = []
  for (let at = 1n; at <= blockStore.height; at++) {
    const block = await blockStore.loadBlock(at)
    for (const evidence of block?.evidence ?? []) found.push({ at, evidence })
  }
  return found
}

const accusedOf = (evidence: Evidence): string =>
  evidence.kind === 'duplicate-vote'
    ? toHexUpper(evidence.voteA.validatorAddress)
    : evidence.kind === 'light-client-attack'
      ? 'several'
      : toHexUpper(evidence.validatorAddress)

/** Everything committed accuses the liar, nothing twice, no two pieces in one block. */
function expectJust(theatre: Theatre, committed: readonly Committed[]): void {
  const liar = toHexUpper(theatre.cluster.genesis.validators[LIAR]?.address ?? new Uint8Array(0))
  expect(new Set(committed.map(({ evidence }) => accusedOf(evidence)))).toEqual(new Set([liar]))
  const offences = committed.map(({ evidence }) => offenceKey(evidence))
  expect(offences).toEqual([...new Set(offences)])
  const blocks = committed.map(({ at }) => at)
  expect(blocks).toEqual([...new Set(blocks)])
}

describe('evidence against villains', () => {
  test('equivocator: in a block at most 5 heights later, once, also after a restart', async () => {
    const theatre = await open({ villains: { [LIAR]: 'equivocator' } })
    const { cluster } = theatre
    await theatre.play(6n)
    const before = await committedBy(cluster.at(0).replica)
    expectJust(theatre, before)
    const [first] = before
    expect(first === undefined ? 99n : first.at - evidenceHeight(first.evidence)).toBeLessThan(6n)
    // A node that forgets what it had in memory proposes nothing again.
    const disk = await cluster.stop(0)
    await cluster.start(0, disk)
    await theatre.play(10n)
    const after = await committedBy(cluster.at(0).replica)
    expectJust(theatre, after)
    expect(after.length).toBeGreaterThan(before.length)
    expect(await theatre.forks()).toEqual([])
    for (const i of theatre.honest) {
      const lines = cluster.at(i).logger.lines.filter(({ message }) => message === 'fault detected')
      expect(lines.length).toBeGreaterThan(0)
      expect(theatre.expulsions(i)).toEqual([])
    }
  })

  test('twins: a key in two places is in a block when it has signed two values', async () => {
    const { validators } = new Cluster({ size: 4 }).genesis
    const sides = [0, 1, 1, 0, 1]
    const isHeard = ({ from, to, atMs }: Arrival): boolean =>
      atMs < 2500 || atMs > 12_000 || sides[from] === sides[to]
    const twins = [LIAR, 4] as const
    const theatre = await open({ size: 5, genesis: { validators }, villains: {}, twins, isHeard })
    await theatre.play(9n)
    expect(theatre.equivocations(LIAR).length).toBeGreaterThan(0)
    expectJust(theatre, await committedBy(theatre.cluster.at(0).replica))
  })

  test('double-proposer: two proposals are evidence where the chain takes them', async () => {
    const theatre = await open({
      villains: { [LIAR]: 'double-proposer' },
      genesis: { evidenceRule: 'all' },
    })
    await theatre.play(9n)
    const committed = await committedBy(theatre.cluster.at(0).replica)
    expectJust(theatre, committed)
    expect(new Set(committed.map(({ evidence }) => evidence.kind))).toEqual(
      new Set(['double-proposal']),
    )
    for (const { at, evidence } of committed) {
      expect(at - evidenceHeight(evidence)).toBeLessThan(6n)
    }
  })

  test('double-proposer: elsewhere it is told to the operator and to subscribers', async () => {
    const theatre = await open({ villains: { [LIAR]: 'double-proposer' } })
    const query = Query.parse("tm.event='Fault'")
    if (!query.ok) throw new Error(query.error)
    const subscriptions = theatre.honest.map((i) =>
      theatre.cluster.at(i).replica.eventBus.subscribe({ query: query.value, buffer: 100 }),
    )
    await theatre.play(8n)
    const events = subscriptions.flatMap((subscription) => {
      const taken = []
      for (let next = subscription.take(); next !== null; next = subscription.take()) {
        taken.push(next.event)
      }
      return taken
    })
    expect(events[0]).toMatchObject({ kind: 'Fault', fault: 'double-proposal', isProved: true })
    const lines = theatre.honest.flatMap((i) => theatre.cluster.at(i).logger.lines)
    const warning = lines.find(({ message }) => message === 'fault detected')
    expect(String(warning?.fields?.['fault'])).toMatch(/^validator [0-9A-F]{40} proposed twice at/)
    expect(await committedBy(theatre.cluster.at(0).replica)).toEqual([])
  })
})
