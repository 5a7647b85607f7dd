// The naive validator acquits a lawful block and names each rule that is broken alone.

import { describe, expect, test } from 'vitest'
import { EMPTY_BYTES } from '../../core/bytes/index.ts'
import {
  EMPTY_COMMIT,
  NIL_BLOCK_ID,
  defaultConsensusParams,
  encodeBlock,
  makeBlock,
  makeBlockId,
} from '../../core/types/index.ts'
import type {
  Block,
  Commit,
  DuplicateVoteEvidence,
  Genesis,
  Header,
} from '../../core/types/index.ts'
import { History, START, blockIdOf, crypto, keyOf, signVote } from './history.fixture.ts'
import { judgeCommit } from './naive-commit.ts'
import { naiveNext, naiveStart } from './naive-state.ts'
import { judgeBlock, judgeName } from './naive-validator.ts'
import { Notary } from './notary.ts'

const hash = new Uint8Array(32).fill(9)

/** A chain of two blocks, and what the naive validator says of the next one. */
function stage(change: Partial<Genesis> = {}) {
  const history = new History([40n, 30n, 20n, 10n], change)
  history.extend({ txs: [Uint8Array.of(1)] })
  history.extend({ ballots: ['block', 'block', 'nil', 'block'] })
  let naive = naiveStart(crypto, history.genesis, { appVersion: 1n })
  for (const link of history.links) naive = naiveNext(crypto, naive, link, link.response)
  const notary = new Notary(crypto, history.genesis.chainId)
  const reasons = (block: Block): string[] => judgeBlock({ crypto, notary }, naive, block)
  return { history, naive, reasons }
}

const { history, naive, reasons } = stage()
const block = history.propose({ txs: [Uint8Array.of(1), Uint8Array.of(2)] })

/** The block with the hashes of its changed contents. */
const remade = (header: Partial<Header>, contents: Partial<Block> = {}): Block =>
  makeBlock(crypto, {
    ...block,
    lastCommit: block.lastCommit ?? EMPTY_COMMIT,
    ...(contents as Pick<Block, 'txs'>),
    header: { ...block.header, ...header },
  })

describe('naive validator', () => {
  test('a lawful block: breaks no rule, by either rule of time', () => {
    expect(reasons(block)).toEqual([])
    const other = stage({ medianTimeRule: 'commit-only', lockRule: 'comet-legacy' })
    expect(other.reasons(other.history.propose())).toEqual([])
  })

  test('a header: each field that is broken alone is the one reason', () => {
    const { header } = block
    const cases: readonly (readonly [Partial<Header>, string])[] = [
      [{ version: { block: 12n, app: 1n } }, 'block version 12'],
      [{ version: { block: 111n, app: 2n } }, 'app version 2'],
      [{ chainId: 'other' }, 'chain id'],
      [{ height: header.height + 1n }, 'height 4'],
      [{ time: header.time + 1n }, 'time is not the median'],
      [{ lastBlockId: blockIdOf(3) }, 'last block id'],
      [{ validatorsHash: hash }, 'validators hash'],
      [{ nextValidatorsHash: hash }, 'next validators hash'],
      [{ consensusHash: hash }, 'consensus hash'],
      [{ appHash: EMPTY_BYTES }, 'app hash'],
      [{ lastResultsHash: hash }, 'results hash'],
      [{ proposerAddress: keyOf(99).address }, 'proposer is no validator'],
    ]
    for (const [change, reason] of cases) expect(reasons(remade(change))).toEqual([reason])
    const wrong = (change: Partial<Header>): string[] =>
      reasons({ ...block, header: { ...header, ...change } })
    expect(wrong({ lastCommitHash: hash })).toEqual(['last commit hash'])
    expect(wrong({ dataHash: hash })).toEqual(['data hash'])
    expect(wrong({ evidenceHash: hash })).toEqual(['evidence hash'])
  })

  test('time: must be after the last block, whatever the median is', () => {
    const { last } = naive
    if (last === null) throw new Error('there are blocks')
    const later = { ...naive, last: { ...last, time: block.header.time } }
    const notary = new Notary(crypto, history.genesis.chainId)
    expect(judgeBlock({ crypto, notary }, later, block)).toContain(
      'time is not after the last block',
    )
  })

  test('time: nil precommits count by one rule and not by the other', () => {
    const times = (['non-absent', 'commit-only'] as const).map((medianTimeRule) => {
      const one = new History([10n, 10n, 10n, 10n], { medianTimeRule })
      one.extend({ ballots: ['nil', 'block', 'block', 'block'] })
      return one.propose().header.time
    })
    expect(times[0]).not.toBe(times[1])
  })

  test('first block: has the genesis time and no commit', () => {
    const fresh = new History([10n, 10n])
    const state = naiveStart(crypto, fresh.genesis, { appVersion: 1n })
    const notary = new Notary(crypto, fresh.genesis.chainId)
    const first = fresh.propose()
    const judge = (each: Block): string[] => judgeBlock({ crypto, notary }, state, each)
    expect(judge(first)).toEqual([])
    const header = { ...first.header, time: START + 1n }
    expect(judge({ ...first, header })).toEqual(['time is not the genesis'])
    const { lastCommit } = block
    const early = makeBlock(crypto, { ...first, lastCommit: lastCommit ?? EMPTY_COMMIT })
    expect(judge(early)).toEqual(['last commit of the first block'])
  })

  test('name: is that of header and parts, and the block fits', () => {
    const { blockId } = makeBlockId(crypto, block)
    const bytes = encodeBlock(block)
    expect(judgeName(crypto, naive, block, { blockId, bytes })).toEqual([])
    const parts = { ...blockId, partSetHeader: { ...blockId.partSetHeader, total: 2 } }
    for (const wrong of [parts, { ...blockId, hash }, NIL_BLOCK_ID]) {
      const flaws = judgeName(crypto, naive, block, { blockId: wrong, bytes })
      expect(flaws).toEqual(['the id names another block'])
    }
    const small = { ...naive.params, block: { maxBytes: 100n, maxGas: -1n } }
    const flaws = judgeName(crypto, { ...naive, params: small }, block, { blockId, bytes })
    expect(flaws).toEqual([`${bytes.length} bytes, 100 are allowed`])
  })
})

describe('naive validator of last commits', () => {
  const { commit } = history.last
  const set = history.last.before.validators
  const place = { height: 2n, round: 0, blockId: history.last.blockId }
  const flawsOf = (changed: Commit): string[] =>
    reasons(remade({}, { lastCommit: changed })).filter((each) => each.startsWith('last commit'))

  const withEntry = (index: number, change: Partial<Commit['signatures'][number]>): Commit => ({
    ...commit,
    signatures: commit.signatures.map((entry, at) =>
      at === index ? { ...entry, ...change } : entry,
    ),
  })

  test('commit: of another height, block or size decides nothing', () => {
    expect(flawsOf(commit)).toEqual([])
    const other = history.commitOf({ ...place, height: 1n }, set)
    expect(flawsOf(other)).toEqual(['last commit: of height 1'])
    const elsewhere = history.commitOf({ ...place, blockId: blockIdOf(1) }, set)
    expect(flawsOf(elsewhere)).toEqual(['last commit: decides another block'])
    const short = { ...commit, signatures: commit.signatures.slice(0, 3) }
    expect(flawsOf(short)).toContain('last commit: a wrong number of entries')
    expect(flawsOf({ ...commit, round: -1 })).toContain('last commit: negative height or round')
  })

  test('commit: exactly two thirds are too few', () => {
    const thirds = new History([10n, 10n, 10n])
    const { blockId, before } = thirds.extend()
    const third = { height: 1n, round: 0, blockId }
    const notary = new Notary(crypto, thirds.genesis.chainId)
    const { bench } = naiveStart(crypto, thirds.genesis, { appVersion: 1n })
    const judge = (last: 'block' | 'nil'): string[] => {
      const given = thirds.commitOf(third, before.validators, ['block', 'block', last])
      return judgeCommit(notary, given, bench, third)
    }
    expect(judge('block')).toEqual([])
    expect(judge('nil')).toEqual(['power 20 of 30'])
  })

  test('commit: too little power decides nothing, and each signature must be good', () => {
    const weak = history.commitOf(place, set, ['nil', 'block', 'block', 'block'])
    expect(flawsOf(weak)).toEqual(['last commit: power 60 of 100'])
    const bad = withEntry(2, { signature: new Uint8Array(64).fill(1) })
    expect(flawsOf(bad)).toEqual(['last commit: entry 2 is not signed'])
    const { signature } = commit.signatures[1] ?? { signature: EMPTY_BYTES }
    expect(flawsOf(withEntry(2, { signature }))).toEqual(['last commit: entry 2 is not signed'])
  })

  test('commit: a signature of another counts for nobody', () => {
    const [first] = commit.signatures
    if (first === undefined) throw new Error('a commit has entries')
    const doubled = { ...commit, signatures: commit.signatures.with(3, first) }
    expect(flawsOf(doubled)).toContain('last commit: entry 3 names another validator')
    expect(flawsOf(withEntry(0, { blockIdFlag: 1 }))).toContain(
      'last commit: entry 0 has a wrong shape',
    )
  })
})

describe('naive validator of evidence', () => {
  const set = history.last.before.validators
  const validator = set.validators[1]
  if (validator === undefined) throw new Error('there are validators')
  const key = history.keyOfValidator(validator)
  const piece: DuplicateVoteEvidence = {
    kind: 'duplicate-vote',
    voteA: signVote(key, { height: 2n, blockId: blockIdOf(1) }),
    voteB: signVote(key, { height: 2n, blockId: blockIdOf(2) }),
    totalVotingPower: set.totalVotingPower,
    validatorPower: validator.votingPower,
    timestamp: history.last.block.header.time,
  }
  const flawsOf = (...evidence: readonly DuplicateVoteEvidence[]): string[] =>
    reasons(remade({}, { evidence }))

  test('evidence: proves a fault, once, of a validator, with true numbers', () => {
    expect(flawsOf(piece)).toEqual([])
    expect(flawsOf(piece, piece)).toEqual(['evidence stands twice in the chain'])
    const { voteA, voteB } = piece
    expect(flawsOf({ ...piece, voteA: voteB, voteB: voteA })).toEqual([
      'the votes are not in order',
    ])
    expect(flawsOf({ ...piece, voteB: voteA })).toEqual(['votes for one value'])
    expect(flawsOf({ ...piece, totalVotingPower: 99n })).toEqual(['a wrong total power'])
    expect(flawsOf({ ...piece, validatorPower: 99n })).toEqual(['a wrong power'])
    expect(flawsOf({ ...piece, timestamp: START + 7n })).toEqual([
      'another time than that of the block',
    ])
    const later = signVote(key, { height: 2n, round: 1, blockId: blockIdOf(2) })
    expect(flawsOf({ ...piece, voteB: later })).toEqual(['votes of two steps'])
    const unsigned = { ...voteB, signature: new Uint8Array(64).fill(1) }
    expect(flawsOf({ ...piece, voteB: unsigned })).toEqual(['a vote is not signed'])
    const future = { height: 5n, blockId: blockIdOf(1) }
    const early = { ...piece, voteA: signVote(key, future), voteB: signVote(key, future) }
    expect(flawsOf(early)).toContain('nothing is known of height 5')
    const stranger = keyOf(99)
    const strange = [1, 2].map((id) => signVote(stranger, { height: 2n, blockId: blockIdOf(id) }))
    const [a = voteA, b = voteB] = strange
    expect(flawsOf({ ...piece, voteA: a, voteB: b }).join()).toContain('was no validator')
  })

  test('evidence: too much or too old is refused', () => {
    const limits = { maxAgeNumBlocks: 1n, maxAgeDuration: 1n, maxBytes: 100n }
    const strict = stage({
      consensusParams: { ...defaultConsensusParams, evidence: limits },
    })
    const { time } = strict.history.links[0]?.block.header ?? { time: START }
    const of = (height: bigint, timestamp: bigint): string[] => {
      const voteA = signVote(key, { height, blockId: blockIdOf(1) })
      const voteB = signVote(key, { height, blockId: blockIdOf(2) })
      const evidence = [{ ...piece, voteA, voteB, timestamp }]
      return strict.reasons(strict.history.propose({ evidence }))
    }
    expect(of(2n, piece.timestamp)).toEqual(['too much evidence'])
    expect(of(1n, time)).toEqual(['too much evidence'])
    strict.history.extend()
    let at = strict.naive
    at = naiveNext(crypto, at, strict.history.last, strict.history.last.response)
    const voteA = signVote(key, { height: 1n, blockId: blockIdOf(1) })
    const voteB = signVote(key, { height: 1n, blockId: blockIdOf(2) })
    const old = { ...piece, voteA, voteB, timestamp: time }
    const notary = new Notary(crypto, strict.history.genesis.chainId)
    const late = strict.history.propose({ evidence: [old] })
    expect(judgeBlock({ crypto, notary }, at, late)).toEqual(['too much evidence', 'too old'])
  })
})
