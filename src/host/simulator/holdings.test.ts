// What a node holds is weighed against bounds that grow with what they depend on only.

import { expect, test } from 'vitest'
import { MAX_PENDING_PER_VALIDATOR } from '../evidence/index.ts'
import { holdingsOf } from './holdings.ts'
import type { Holding, Weighable } from './holdings.ts'

const QUEUE = 5000

function nodeWith(held: number, peers = 3): Weighable {
  const link = { known: { places: held }, peer: { stats: () => ({ heldBytes: held }) } }
  return {
    engine: { messages: { size: held }, state: { votes: { size: held } } },
    evidence: { size: held, byteSize: held },
    gossip: { links: () => Array.from({ length: peers }, () => link) },
    mempool: { size: held, sizeBytes: held, config: { size: 10, maxTxsBytes: 100 } },
  }
}

const broken = (holdings: readonly Holding[]): string[] =>
  holdings.filter(({ count, bound }) => count > bound).map(({ what }) => what)

test('holdings: each is weighed, and told when it is beyond its bound', () => {
  const facts = { round: 0, validators: 4, queueBytes: QUEUE }
  expect(broken(holdingsOf(nodeWith(0), facts))).toEqual([])
  expect(broken(holdingsOf(nodeWith(0, 0), facts))).toEqual([])
  expect(broken(holdingsOf(nodeWith(10 * 2 ** 20), facts))).toHaveLength(7)
  expect(broken(holdingsOf(nodeWith(2 ** 30), facts))).toEqual(
    holdingsOf(nodeWith(0), facts).map(({ what }) => what),
  )
  expect(broken(holdingsOf(nodeWith(MAX_PENDING_PER_VALIDATOR * 4), facts))).not.toContain(
    'pieces of evidence',
  )
})

test('holdings: rounds allow more votes', () => {
  const boundAt = (round: number, name: string): number =>
    holdingsOf(nodeWith(0), { round, validators: 4, queueBytes: QUEUE }).find(
      ({ what }) => what === name,
    )?.bound ?? 0
  for (const name of ['pool messages', 'rounds of votes', 'places of votes of one peer']) {
    expect(boundAt(5, name)).toBeGreaterThan(boundAt(0, name))
  }
})
