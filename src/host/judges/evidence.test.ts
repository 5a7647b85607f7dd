// The judge of evidence acquits who carries every proof in time, and tells what is missing.

import { describe, expect, test } from 'vitest'
import {
  DEFAULT_SLASHING_POLICY,
  VoteType,
  defaultConsensusParams,
} from '../../core/types/index.ts'
import type {
  DoubleProposalEvidence,
  DuplicateVoteEvidence,
  Evidence,
  Genesis,
  Proposal,
  Vote,
} from '../../core/types/index.ts'
import { History, START, blockIdOf, signProposal } from './history.fixture.ts'
import type { LinkOptions } from './history.fixture.ts'
import { Court } from './index.ts'
import type { Observation, Violation } from './index.ts'

const VILLAIN = 3
const HONEST = [0, 1, 2]

/** What is told of a height before it is decided, by height. */
type Told = Readonly<Record<number, (history: History) => readonly Observation[]>>

interface Tale {
  readonly told?: Told
  /** What the block of a height is made of. */
  readonly blocks?: Readonly<Record<number, (history: History) => LinkOptions>>
  readonly heights?: number
  readonly healedAt?: number
  readonly genesis?: Partial<Genesis>
  readonly villains?: readonly number[]
}

// Nodes 0 to 2 have ten times the power of the villain, whose turn comes once in 31 heights.
function judge(tale: Tale): readonly Violation[] {
  const { told = {}, blocks = {}, heights = 8, healedAt = 1, genesis = {} } = tale
  const history = new History([10n, 10n, 10n, 1n], genesis)
  const court = new Court(history.setting({ villains: tale.villains ?? [VILLAIN], gossipMs: 1e6 }))
  for (const node of HONEST) court.see({ kind: 'started', atMs: 0, node })
  for (let height = 1; height <= heights; height++) {
    const link = history.extend(blocks[height]?.(history) ?? {})
    if (height === healedAt) court.see({ kind: 'healed', atMs: height * 1000, core: HONEST })
    for (const node of HONEST) court.see(history.voted(node, link, { type: VoteType.prevote }))
    for (const fact of told[height]?.(history) ?? []) court.see(fact)
    for (const node of HONEST) court.see(history.committed(node, link))
  }
  return court.violations()
}

const found = (tale: Tale): readonly string[] =>
  judge(tale).map(({ rule, detail }) => `${rule}: ${detail}`)

const voteOf = (history: History, value: number, place: Partial<Vote> = {}, node = VILLAIN): Vote =>
  history.vote(node, { type: VoteType.prevote, height: 2n, blockId: blockIdOf(value), ...place })

interface Way {
  readonly to?: number
  readonly from?: number
}

const sendVote =
  (value: number, place: Partial<Vote> = {}, { to = 0, from = VILLAIN }: Way = {}) =>
  (history: History): Observation[] => [
    { kind: 'delivered-vote', atMs: 1, from, to, vote: voteOf(history, value, place) },
  ]

const both =
  (place: Partial<Vote> = {}, way: Way = {}) =>
  (history: History): Observation[] => [
    ...sendVote(1, place, way)(history),
    ...sendVote(2, place, way)(history),
  ]

function powersAt(history: History, height: bigint, node: number) {
  const link = history.links.find(({ block }) => block.header.height === height)
  const set = link?.before.validators
  const validator = set?.find(history.key(node).address)
  return {
    totalVotingPower: set?.totalVotingPower ?? 0n,
    validatorPower: validator?.votingPower ?? 0n,
    timestamp: link?.block.header.time ?? 0n,
  }
}

const votesPiece = (
  history: History,
  place: Partial<Vote> = {},
  node = VILLAIN,
): DuplicateVoteEvidence => ({
  kind: 'duplicate-vote',
  voteA: voteOf(history, 1, place, node),
  voteB: voteOf(history, 2, place, node),
  ...powersAt(history, place.height ?? 2n, node),
})

const carrying =
  (...pieces: readonly ((history: History) => Evidence)[]) =>
  (history: History): LinkOptions => ({ evidence: pieces.map((piece) => piece(history)) })

const MISSING =
  'evidence: block 7 of node 0 carries nothing against node 3, which prevoted twice at 2/0: ' +
  'node 0 proves it since height 2'

describe('two votes that one node was sent', { timeout: 60_000 }, () => {
  const told = { 2: both() }

  test('evidence: is in time up to five blocks after the block of the fault', () => {
    expect(found({ told, blocks: { 3: carrying(votesPiece) } })).toEqual([])
    expect(found({ told, blocks: { 7: carrying(votesPiece) } })).toEqual([])
  })

  test('evidence: is missed when it is missing or late', () => {
    expect(found({ told, heights: 6 })).toEqual([])
    expect(found({ told, heights: 7 })).toEqual([MISSING])
    expect(found({ told, blocks: { 8: carrying(votesPiece) }, heights: 9 })).toEqual([MISSING])
  })

  test('evidence: that is too old for a block, by heights and by time, is owed no more', () => {
    const aged = (maxAgeNumBlocks: bigint, maxAgeDuration: bigint): readonly string[] => {
      const evidence = { ...defaultConsensusParams.evidence, maxAgeNumBlocks, maxAgeDuration }
      const genesis = { consensusParams: { ...defaultConsensusParams, evidence } }
      return found({ told, healedAt: 5, heights: 10, genesis })
    }
    const second = 1_000_000_000n
    expect(aged(5n, second)).toEqual([])
    expect(aged(6n, second)).toHaveLength(1)
    expect(aged(5n, 60n * second)).toHaveLength(1)
    // By the parameters of the block, not by those that the chain began with.
    const limits = { maxAgeNumBlocks: 5n, maxAgeDuration: second }
    const evidence = { ...defaultConsensusParams.evidence, ...limits }
    const change = (): LinkOptions => ({ response: { consensusParamUpdates: { evidence } } })
    expect(found({ told, healedAt: 5, heights: 10, blocks: { 1: change } })).toEqual([])
  })

  test('evidence: that stands in two blocks or beside another of its validator is told', () => {
    const again = (history: History): DuplicateVoteEvidence => {
      const piece = votesPiece(history)
      return { ...piece, voteA: { ...piece.voteA, validatorIndex: 9 } }
    }
    expect(found({ told, blocks: { 3: carrying(votesPiece), 5: carrying(again) } })).toEqual([
      'evidence: block 5 of node 0 carries again the evidence of block 3 (duplicate-vote)',
    ])
    const other = (history: History): Evidence => votesPiece(history, { round: 1 })
    expect(found({ told, blocks: { 3: carrying(votesPiece, other) } })).toEqual([
      'evidence: block 3 of node 0 carries two pieces against node 3',
    ])
  })

  test('evidence: against somebody honest, or that proves nothing, is told', () => {
    const framed = (history: History): Evidence => votesPiece(history, {}, 1)
    expect(found({ blocks: { 4: carrying(framed) } })).toEqual([
      'accountability: block 4 of node 0 accuses honest node 1',
      'accountability: block 4 of node 1 accuses honest node 1',
      'accountability: block 4 of node 2 accuses honest node 1',
    ])
    const forged = (history: History): Evidence => {
      const piece = votesPiece(history)
      return { ...piece, voteA: { ...piece.voteA, signature: piece.voteB.signature } }
    }
    expect(found({ blocks: { 4: carrying(forged) } })[0]).toMatch(/^validity: .*not signed/)
  })

  test('evidence: of one vote, or of two that two nodes were sent, is not asked for', () => {
    expect(found({ told: { 2: sendVote(1) } })).toEqual([])
    const [here, there] = [sendVote(1), sendVote(2, {}, { to: 1 })]
    expect(found({ told: { 2: (history) => [...here(history), ...there(history)] } })).toEqual([])
    const passedOn = sendVote(2, {}, { from: 1 })
    const mixed = { 2: (history: History) => [...here(history), ...passedOn(history)] }
    expect(found({ told: mixed, heights: 7 })).toEqual([MISSING])
  })

  test('evidence: counts votes of the height of the node and of the one below, signed ones', () => {
    expect(found({ told: { 3: both() }, heights: 7 })).toEqual([MISSING])
    expect(found({ told: { 4: both() } })).toEqual([])
    expect(found({ told: { 2: both({ round: 2 }) } })).toEqual([])
    const forged = (history: History): Observation[] => {
      const vote = { ...voteOf(history, 2), signature: voteOf(history, 1).signature.slice() }
      vote.signature[0] = 1
      const fact = { kind: 'delivered-vote', atMs: 1, from: VILLAIN, to: 0, vote } as const
      return [...sendVote(1)(history), fact]
    }
    expect(found({ told: { 2: forged } })).toEqual([])
    const forgedFirst = (history: History): Observation[] => [
      ...forged(history),
      ...both()(history),
    ]
    expect(found({ told: { 2: forgedFirst }, heights: 7 })).toEqual([MISSING])
  })

  test('evidence: is owed from the healing on', () => {
    expect(found({ told, healedAt: 4, heights: 7 })).toEqual([])
    const [late] = found({ told, healedAt: 4, heights: 8 })
    expect(late).toMatch(/block 8 of .* node 0 proves it since height 3$/)
    expect(found({ told, healedAt: 99 })).toEqual([])
  })

  test('evidence: is not owed by who crashed before a block made it durable', () => {
    const crash = (): Observation[] => [
      { kind: 'crashed', atMs: 1, node: 0 },
      { kind: 'started', atMs: 1, node: 0 },
    ]
    const atOnce = { 2: (history: History) => [...both()(history), ...crash()] }
    const tale = { healedAt: 5, heights: 9 }
    expect(found({ ...tale, told: atOnce })).toEqual([])
    expect(found({ ...tale, told: { ...told, 3: crash } })).toHaveLength(1)
    const late = both({ height: 2n })
    const lateAtOnce = { 3: (history: History) => [...late(history), ...crash()] }
    expect(found({ ...tale, told: lateAtOnce })).toEqual([])
    expect(found({ ...tale, told: { 3: late, 4: crash } })).toHaveLength(1)
  })

  test('evidence: is nobody’s debt where villains are too many or make the blocks', () => {
    expect(found({ told, villains: [1, VILLAIN] })).toEqual([])
    // Block 10 is the villain's.
    const blocks = { 7: carrying(votesPiece) }
    const late = { told: { 5: both({ height: 5n }) }, blocks: {}, heights: 10 }
    expect(found({ told, blocks, heights: 10 })).toEqual([])
    expect(found(late)).toEqual([])
    expect(found({ ...late, heights: 11 })).toHaveLength(1)
  })
})

describe('a villain that does it again and again', { timeout: 60_000 }, () => {
  const place = (round: number): Partial<Vote> => ({ height: 2n + BigInt(round) })
  const told = { 2: both(place(0)), 3: both(place(1)), 4: both(place(2)) }
  const piece =
    (at: number) =>
    (history: History): Evidence =>
      votesPiece(history, place(at))

  test('evidence: a backlog is carried one a block, the oldest first', () => {
    const blocks = { 7: carrying(piece(0)), 8: carrying(piece(1)), 9: carrying(piece(2)) }
    expect(found({ told, blocks, heights: 11 })).toEqual([])
    expect(found({ told, blocks: { ...blocks, 9: () => ({}) }, heights: 11 })).toHaveLength(2)
  })

  test('evidence: of more offences than a node keeps, which ones is left to it', () => {
    const told: Record<number, Told[number]> = {}
    const blocks: Record<number, (history: History) => LinkOptions> = {}
    // A node that keeps 64, and of one height what it was shown last.
    const kept: Partial<Vote>[] = []
    for (let height = 2; height <= 100; height++) {
      const oldest = height < 7 ? undefined : kept.shift()
      if (oldest !== undefined) blocks[height] = carrying((history) => votesPiece(history, oldest))
      if (height > 24) continue
      const places = [0, 1].flatMap((round) =>
        [VoteType.prevote, VoteType.precommit].map((type) => ({
          height: BigInt(height),
          round,
          type,
        })),
      )
      told[height] = (history) => places.flatMap((each) => both(each)(history))
      for (const each of places.toReversed()) if (kept.length < 64) kept.push(each)
    }
    expect(found({ told, blocks, heights: 100 })).toEqual([])
    expect(found({ told, blocks: { ...blocks, 20: () => ({}) }, heights: 20 })).toHaveLength(1)
  })

  test('evidence: something younger does not do', () => {
    const blocks = { 7: carrying(piece(1)), 8: carrying(piece(0)), 9: carrying(piece(2)) }
    expect(found({ told, blocks, heights: 9 })).toEqual([
      'evidence: block 7 of node 0 carries only something younger against node 3, which ' +
        'prevoted twice at 2/0: node 0 proves it since height 2',
    ])
  })
})

describe('chains of all kinds of evidence', { timeout: 60_000 }, () => {
  const downtime = { ...DEFAULT_SLASHING_POLICY.downtime, window: 4, minSigned: 2 }
  const slashing = { ...DEFAULT_SLASHING_POLICY, downtime }
  const genesis: Partial<Genesis> = { evidenceRule: 'all', slashing }
  const lone = (history: History, height: bigint): number =>
    history.nodeOf(
      history.links.find(({ block }) => block.header.height === height)?.before.validators.proposer
        .address ?? new Uint8Array(0),
    )

  const proposed = (history: History, value: number, total = 1): Proposal => {
    const { hash, partSetHeader } = blockIdOf(value)
    const blockId = { hash, partSetHeader: { ...partSetHeader, total } }
    return signProposal(history.key(lone(history, 2n)), { height: 2n, blockId, timestamp: START })
  }
  const twiceOf =
    (total: number) =>
    (history: History): Observation[] =>
      [1, 2].map((value) => ({
        kind: 'delivered-proposal',
        atMs: 1,
        from: lone(history, 2n),
        to: HONEST.find((node) => node !== lone(history, 2n)) ?? 0,
        proposal: proposed(history, value, total),
      }))
  const twice = twiceOf(1)
  const proposalsPiece = (history: History): DoubleProposalEvidence => ({
    kind: 'double-proposal',
    validatorAddress: history.key(lone(history, 2n)).address,
    proposalA: proposed(history, 1),
    proposalB: proposed(history, 2),
    ...powersAt(history, 2n, lone(history, 2n)),
  })

  // Whose turn height 2 is lies; everybody has the same power, and a fourth of it.
  function judgeEqual(tale: Tale): readonly string[] {
    const history = new History([10n, 10n, 10n, 10n], tale.genesis)
    history.extend()
    const liar = history.turnOf(0).node
    const honest = [0, 1, 2, 3].filter((node) => node !== liar)
    const fresh = new History([10n, 10n, 10n, 10n], tale.genesis)
    const court = new Court(fresh.setting({ villains: [liar], gossipMs: 1e6 }))
    for (let height = 1; height <= 8; height++) {
      const link = fresh.extend(tale.blocks?.[height]?.(fresh) ?? {})
      if (height === 1) court.see({ kind: 'healed', atMs: 1000, core: honest })
      for (const node of honest) court.see(fresh.voted(node, link, { type: VoteType.prevote }))
      for (const fact of tale.told?.[height]?.(fresh) ?? []) court.see(fact)
      for (const node of honest) court.see(fresh.committed(node, link))
    }
    return court.violations().map(({ rule, detail }) => `${rule}: ${detail}`)
  }

  test('evidence: two proposals are carried where blocks carry them', () => {
    const told = { 2: twice }
    expect(judgeEqual({ told, genesis })[0]).toMatch(/^evidence: .* which proposed twice at 2\/0/)
    expect(judgeEqual({ told, genesis, blocks: { 3: carrying(proposalsPiece) } })).toEqual([])
    expect(judgeEqual({ told, genesis: {} })).toEqual([])
    const onComet = { told, genesis: {}, blocks: { 3: carrying(proposalsPiece) } }
    expect(judgeEqual(onComet)[0]).toMatch(/^validity: .*evidence of double-proposal/)
  })

  test('evidence: proposals of blocks too large for their height are nobody’s to hear', () => {
    const { block, evidence } = defaultConsensusParams
    const limits = {
      block: { ...block, maxBytes: 100_000n },
      evidence: { ...evidence, maxBytes: 100_000n },
    }
    const change = (): LinkOptions => ({ response: { consensusParamUpdates: limits } })
    const judged = (total: number): readonly string[] =>
      judgeEqual({ told: { 2: twiceOf(total) }, genesis, blocks: { 1: change } })
    expect(judged(2)[0]).toMatch(/^evidence: .* which proposed twice at 2\/0/)
    expect(judged(3)).toEqual([])
  })

  test('evidence: absence is carried by what the commits say, of whomever', () => {
    // Node 3 is the last of the validators: it has the least power.
    const ballots = ['block', 'block', 'block', 'absent'] as const
    const down = (): LinkOptions => ({ ballots })
    const piece = (history: History): Evidence => ({
      kind: 'downtime',
      validatorAddress: history.key(VILLAIN).address,
      windowStart: 5n,
      windowEnd: 8n,
      missed: 3,
      ...powersAt(history, 8n, VILLAIN),
    })
    const blocks = { 5: down, 6: down, 8: down }
    const tale = { genesis, heights: 14 }
    const [missing] = found({ ...tale, blocks })
    expect(missing).toMatch(/^evidence: block 14 .* which missed 3 of 4 heights up to 8: the chain/)
    expect(found({ ...tale, blocks: { 5: down, 6: down } })).toEqual([])
    // Somebody honest may be named for it.
    const honest = { ...tale, villains: [] }
    expect(found({ ...honest, blocks })).toEqual([missing])
    expect(found({ ...honest, blocks: { ...blocks, 11: carrying(piece) } })).toEqual([])
    const wrong = (history: History): Evidence => ({ ...piece(history), missed: 4 }) as Evidence
    const [lie] = found({ ...tale, blocks: { ...blocks, 11: carrying(wrong) }, heights: 11 })
    expect(lie).toMatch(/^validity: .*3 heights missed, not 4/)
  })
})
