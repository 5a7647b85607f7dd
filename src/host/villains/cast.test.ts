// Every villain does what its name says, and three honest validators go on without a fork.

import { afterEach, describe, expect, test } from 'vitest'
import { equalBytes, toHex } from '../../core/bytes/index.ts'
import { VoteType, equalBlockId, isNilBlockId, verifyVote } from '../../core/types/index.ts'
import type { Vote } from '../../core/types/index.ts'
import { nativeCrypto } from '../../node/platform/index.ts'
import { Cluster } from '../replica/cluster.fixture.ts'
import { FORGERY_NAMES } from './impersonator.ts'
import { VILLAINS } from './index.ts'
import { Theatre } from './theatre.fixture.ts'
import type { Arrival, Bill } from './theatre.fixture.ts'

const LIAR = 3
const opened: Theatre[] = []
afterEach(async () => {
  for (const theatre of opened.splice(0)) await expectSound(theatre)
})

/** One of four: the honest ones neither fork nor sign twice. */
async function expectSound(theatre: Theatre): Promise<void> {
  expect(await theatre.forks()).toEqual([])
  expect(theatre.cluster.equivocations()).toEqual([])
  await theatre.close()
}

async function open(bill: Bill): Promise<Theatre> {
  const theatre = await Theatre.open(bill)
  opened.push(theatre)
  return theatre
}

const placeOf = ({ height, round, type }: Vote): string => `${height}/${round}/${type}`

/** The liar's own votes as they came from itself, by place. */
function toldBy(
  theatre: Theatre,
  node: number,
): Map<string, (Vote & { to: number; at: number })[]> {
  const { address } = theatre.cluster.genesis.validators[node] ?? {}
  const told = new Map<string, (Vote & { to: number; at: number })[]>()
  for (const { from, to, atMs: at, message } of theatre.arrivals) {
    if (from !== node || message?.kind !== 'vote' || address === undefined) continue
    if (!equalBytes(message.vote.validatorAddress, address)) continue
    const place = placeOf(message.vote)
    told.set(place, [...(told.get(place) ?? []), { ...message.vote, to, at }])
  }
  return told
}

/** Per round of the liar's proposals: who was told which block. */
function proposedBy(theatre: Theatre, node: number): Map<string, Map<string, Set<number>>> {
  const rounds = new Map<string, Map<string, Set<number>>>()
  for (const { height, round, blockId, to } of theatre.proposalsFrom(node)) {
    const key = `${height}/${round}`
    const blocks = rounds.get(key) ?? new Map<string, Set<number>>()
    const hash = toHex(blockId.hash)
    rounds.set(key, blocks.set(hash, (blocks.get(hash) ?? new Set()).add(to)))
  }
  return rounds
}

describe('the cast', () => {
  test('VILLAINS: names every villain once, with its vice', () => {
    expect(new Set(VILLAINS.map(({ name }) => name)).size).toBe(10)
    for (const { vice } of VILLAINS) expect(vice).toMatch(/^[A-Z].+\.$/)
  })

  test('corrupt: the same seed tells the same lies', async () => {
    const lies = await Promise.all(
      [1, 2].map(async () => {
        const theatre = await open({ villains: { [LIAR]: 'flooder' } })
        await theatre.play(3n)
        return theatre.votesOf(LIAR).map((vote) => `${placeOf(vote)} to ${vote.to}`)
      }),
    )
    expect(lies[1]).toEqual(lies[0])
    expect(lies[0]?.length).toBeGreaterThan(10)
  })

  test('corrupt: before the height from which it lies a villain is honest', async () => {
    const theatre = await open({ villains: { [LIAR]: 'silent' }, fromHeight: 3n })
    await theatre.play(4n)
    const heights = new Set(theatre.votesOf(LIAR).map(({ height }) => height))
    expect(heights).toContain(2n)
    expect([...heights].every((height) => height < 3n)).toBe(true)
  })
})

describe('silent', () => {
  test('silent: not a word on any channel but the greeting of block sync', async () => {
    const theatre = await open({ villains: { [LIAR]: 'silent' } })
    await theatre.play(4n)
    const words = theatre.arrivals.filter(({ from }) => from === LIAR)
    expect(words.filter(({ message }) => message !== null)).toEqual([])
    expect(theatre.votesOf(LIAR)).toEqual([])
  })
})

describe('equivocator', () => {
  test('equivocator: two prevotes and two precommits, and each peer is told one', async () => {
    const theatre = await open({ villains: { [LIAR]: 'equivocator' } })
    await theatre.play(6n)
    const places = theatre.equivocations(LIAR)
    expect(places.some((place) => place.endsWith(`/${VoteType.prevote}`))).toBe(true)
    expect(places.some((place) => place.endsWith(`/${VoteType.precommit}`))).toBe(true)
    const pairs = new Set<string>()
    for (const votes of toldBy(theatre, LIAR).values()) {
      const values = new Set(votes.map(({ blockId }) => toHex(blockId.hash)))
      if (values.size === 2) pairs.add([...values].includes('') ? 'nil' : 'block')
      for (const to of theatre.honest) {
        const heard = votes.filter((vote) => vote.to === to)
        expect(new Set(heard.map(({ blockId }) => toHex(blockId.hash))).size).toBeLessThan(2)
      }
    }
    expect([...pairs].toSorted()).toEqual(['block', 'nil'])
    expect(theatre.expulsions(LIAR)).toEqual([])
  })
})

describe('equivocator from a height on', () => {
  test('equivocator: what it says again of a height before is honest', async () => {
    const theatre = await open({ villains: { [LIAR]: 'equivocator' }, fromHeight: 3n })
    await theatre.play(5n)
    const heights = theatre.equivocations(LIAR).map((place) => Number(place.split('/')[0]))
    expect(heights.length).toBeGreaterThan(0)
    expect(heights.filter((height) => height < 3)).toEqual([])
  })
})

describe('double proposer', () => {
  test('double-proposer: two valid blocks for one round, each shown to one half', async () => {
    const theatre = await open({ villains: { [LIAR]: 'double-proposer' } })
    await theatre.play(8n)
    const doubled = [...proposedBy(theatre, LIAR).values()].filter(({ size }) => size === 2)
    expect(doubled.length).toBeGreaterThan(0)
    for (const blocks of doubled) {
      const told = [...blocks.values()].flatMap((peers) => [...peers])
      expect(told.toSorted((a, b) => a - b)).toEqual(theatre.honest)
    }
    expect(theatre.refusals()).toEqual([])
    expect(theatre.equivocations(LIAR)).toEqual([])
  })
})

/** Height 2, round 0: 0 sees no polka, the others lock; nobody sees enough precommits. */
function splitLocks(liar: number, indexOf: (node: number) => number): Bill['isHeard'] {
  return ({ to, atMs, message }: Arrival) => {
    if (message === null || atMs > 30_000) return true
    if (message.kind === 'block-part' || message.kind === 'proposal') {
      const { height, round } = message.kind === 'proposal' ? message.proposal : message
      return !(to === 0 && height === 2n && round === 0)
    }
    if (message.kind !== 'vote') return true
    const { height, round, type, validatorIndex } = message.vote
    if (height !== 2n || round !== 0) return true
    if (type === VoteType.prevote) return !(to === 0 && validatorIndex === indexOf(liar))
    if (validatorIndex === indexOf(liar)) return false
    return !(to === liar && validatorIndex === indexOf(1))
  }
}

describe('amnesiac', () => {
  test('amnesiac: prevotes against the block that it precommitted, the same to all', async () => {
    let indexOf = (_node: number): number => -1
    const isHeard: Bill['isHeard'] = (arrival) => splitLocks(LIAR, indexOf)?.(arrival) ?? true
    const theatre = await open({ villains: { [LIAR]: 'amnesiac' }, isHeard })
    indexOf = (node) => {
      const address = theatre.cluster.genesis.validators[node]?.address
      const { validatorSet } = theatre.cluster.at(0).replica.engine.state
      return address === undefined ? -1 : validatorSet.indexOf(address)
    }
    await theatre.play(4n)
    const votes = theatre.votesOf(LIAR).filter(({ height }) => height === 2n)
    const lock = votes.find(({ type, round }) => type === VoteType.precommit && round === 0)
    const later = votes.filter(({ type, round }) => type === VoteType.prevote && round === 1)
    expect(lock !== undefined && !isNilBlockId(lock.blockId)).toBe(true)
    expect(later.length).toBeGreaterThan(0)
    for (const { blockId } of later) {
      expect(lock !== undefined && equalBlockId(blockId, lock.blockId)).toBe(false)
    }
    expect(theatre.equivocations(LIAR)).toEqual([])
  })
})

describe('withholder', () => {
  test('withholder: whole blocks and votes reach one half at most', async () => {
    const theatre = await open({ villains: { [LIAR]: 'withholder' } })
    await theatre.play(8n)
    const rounds = proposedBy(theatre, LIAR)
    expect(rounds.size).toBeGreaterThanOrEqual(2)
    const given = [...rounds.keys()].map((place) => {
      const [height, round] = place.split('/')
      const parts = theatre.arrivals.filter(
        ({ from, message }) =>
          from === LIAR &&
          message?.kind === 'block-part' &&
          message.height === BigInt(height ?? 0) &&
          message.round === Number(round),
      )
      return new Set(parts.map(({ to }) => to)).size
    })
    expect(given[0]).toBe(0)
    expect(given.every((count) => count < theatre.honest.length)).toBe(true)
    const told = [...toldBy(theatre, LIAR).values()]
    expect(told.length).toBeGreaterThan(0)
    for (const votes of told) expect(new Set(votes.map(({ to }) => to)).size).toBeLessThan(3)
  })
})

describe('flooder', () => {
  test('flooder: a bounded flood of far votes; garbage ends a connection', async () => {
    const theatre = await open({ villains: { [LIAR]: 'flooder' } })
    await theatre.play(6n)
    const votes = [...toldBy(theatre, LIAR).values()].flat()
    expect(votes.some(({ round }) => round > 100)).toBe(true)
    expect(votes.some(({ height }) => height > 100n)).toBe(true)
    // A node may keep votes of 34 rounds at most, of four validators.
    const far = new Map<string, Set<number>>()
    for (const { round, height, to } of votes) {
      const place = `${to}/${height}`
      far.set(place, (far.get(place) ?? new Set()).add(round))
    }
    expect(Math.max(...[...far.values()].map(({ size }) => size))).toBeGreaterThan(34)
    const words = theatre.arrivals.filter(({ from }) => from === LIAR)
    const seconds = theatre.cluster.clock.monotonicMs() / 1000
    expect(words.length / seconds / 3).toBeLessThan(60)
    expect(theatre.expulsions(LIAR).length).toBeGreaterThan(0)
    expect(theatre.expulsions(LIAR).every((why) => why.startsWith('P2P_VIOLATION'))).toBe(true)
  })
})

describe('impersonator', () => {
  test.each(FORGERY_NAMES.map((name, drawn) => ({ name, drawn })))(
    'impersonator: $name ends the connection and is never passed on',
    async ({ drawn }) => {
      const theatre = await open({ villains: { [LIAR]: 'impersonator' }, drawn })
      await theatre.play(3n)
      expect(theatre.expulsions(LIAR).length).toBeGreaterThan(0)
      expect(theatre.expulsions(LIAR)[0]).toMatch(/^P2P_VIOLATION/)
      const { validators, chainId } = theatre.cluster.genesis
      for (const { from, message } of theatre.arrivals) {
        if (from === LIAR || message?.kind !== 'vote') continue
        const { vote } = message
        const signer = validators.find((each) => equalBytes(each.address, vote.validatorAddress))
        const isGood =
          signer !== undefined && verifyVote(nativeCrypto, chainId, vote, signer.pubKey)
        expect(isGood).toBe(true)
      }
    },
  )

  test('impersonator: old votes said again are borne', async () => {
    const theatre = await open({ villains: { [LIAR]: 'impersonator' }, drawn: 0 })
    await theatre.play(3n)
    const again = theatre.arrivals.filter(
      ({ from, message }) => from === LIAR && message?.kind === 'vote',
    )
    expect(again.length).toBeGreaterThan(10)
    expect(theatre.expulsions(LIAR).length).toBeLessThan(3)
  })
})

describe('stale-lock', () => {
  test('stale-lock: its votes go to one at once, and to the others when they are old', async () => {
    const theatre = await open({ villains: { [LIAR]: 'stale-lock' } })
    await theatre.play(8n)
    const favourites = new Set<number>()
    let late = 0
    for (const votes of toldBy(theatre, LIAR).values()) {
      const start = Math.min(...votes.map(({ at }) => at))
      const early = new Set(votes.filter(({ at }) => at < start + 1000).map(({ to }) => to))
      expect(early.size).toBe(1)
      for (const to of early) favourites.add(to)
      late += votes.filter(({ at }) => at >= start + 2500).length
    }
    expect(favourites.size).toBe(3)
    expect(late).toBeGreaterThan(10)
  })

  test('stale-lock: proposes the block of an old round again, polka or not', async () => {
    // Only the liar gets the block of height 2, round 0; round 1 is its own.
    const isHeard = ({ to, message }: Arrival): boolean => {
      if (message?.kind !== 'block-part' && message?.kind !== 'proposal') return true
      const { height, round } = message.kind === 'proposal' ? message.proposal : message
      return height !== 2n || round !== 0 || to === LIAR
    }
    const theatre = await open({ villains: { [LIAR]: 'stale-lock' }, isHeard })
    await theatre.play(4n)
    const stale = theatre.proposalsFrom(LIAR).filter(({ height }) => height === 2n)
    expect(stale.map(({ round, polRound }) => [round, polRound])).toContainEqual([1, 0])
  })
})

describe('twins', () => {
  test('twins: one key votes for two values when the copies see different things', async () => {
    const { validators } = new Cluster({ size: 4 }).genesis
    const sides = [0, 1, 1, 0, 1]
    const isHeard = ({ from, to, atMs }: Arrival): boolean =>
      atMs < 2500 || atMs > 12_000 || sides[from] === sides[to]
    const twins = [3, 4] as const
    const theatre = await open({ size: 5, genesis: { validators }, villains: {}, twins, isHeard })
    await theatre.play(8n)
    expect(theatre.equivocations(3).length).toBeGreaterThan(0)
  })
})
