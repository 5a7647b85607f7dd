// Every rule of block validation refuses alone, and a block that follows all of them is valid.

import { describe, expect, test } from 'vitest'
import { EMPTY_BYTES } from '../bytes/index.ts'
import { nobleCrypto as crypto } from '../crypto/index.ts'
import {
  CHAIN_ID,
  START,
  blockIdOfNumber,
  keyOf,
  signCommit,
  signVote,
} from '../types/chain.fixture.ts'
import {
  EMPTY_COMMIT,
  commitVote,
  defaultConsensusParams,
  makeBlock,
  verifiedSignatureKey,
  voteSignBytes,
} from '../types/index.ts'
import type { Block, Commit, DuplicateVoteEvidence, Evidence, Header } from '../types/index.ts'
import { TestChain } from './chain.fixture.ts'
import { validateBlockRules } from './index.ts'
import type { BlockRules } from './index.ts'

const chainOf = (heights: number): TestChain => {
  const chain = new TestChain()
  for (let i = 0; i < heights; i++) chain.commit()
  return chain
}

/** The block made anew with other contents, all its own hashes being right. */
const remade = (block: Block, header: Partial<Header>, lastCommit: Commit | null = null): Block =>
  makeBlock(crypto, {
    ...block,
    header: { ...block.header, ...header },
    lastCommit: lastCommit ?? block.lastCommit ?? EMPTY_COMMIT,
  })

type Options = Partial<Omit<BlockRules, 'crypto' | 'chainState' | 'block'>>

const verdict = (chain: TestChain, block: Block, options: Options = {}): string | null =>
  validateBlockRules({ crypto, chainState: chain.state, block, ...options })

describe('block validation', () => {
  const chain = chainOf(3)
  const block = chain.makeBlock({ txs: [Uint8Array.of(1), Uint8Array.of(2, 3)] })
  const { header } = block
  const hash = new Uint8Array(32).fill(9)

  test('block: one that follows the chain state is valid', () => {
    expect(verdict(chain, block)).toBeNull()
    expect(verdict(chainOf(0), chainOf(0).makeBlock())).toBeNull()
  })

  test('header: each field that differs from the chain state refuses the block', () => {
    const changes: readonly (readonly [string, Partial<Header>])[] = [
      ['version', { version: { block: 111n, app: 0n } }],
      ['version', { version: { block: 11n, app: 1n } }],
      ['chain id', { chainId: 'other' }],
      ['height', { height: header.height + 1n }],
      ['height', { height: header.height - 1n }],
      ['last block id', { lastBlockId: blockIdOfNumber(3) }],
      ['appHash', { appHash: EMPTY_BYTES }],
      ['consensusHash', { consensusHash: hash }],
      ['lastResultsHash', { lastResultsHash: hash }],
      ['validatorsHash', { validatorsHash: hash }],
      ['nextValidatorsHash', { nextValidatorsHash: hash }],
      ['proposer', { proposerAddress: keyOf(99).address }],
      ['time', { time: header.time + 1n }],
      ['time', { time: header.time - 1n }],
    ]
    for (const [reason, change] of changes) {
      expect(verdict(chain, remade(block, change))).toContain(reason)
    }
  })

  test('validators change: proposer and signers are those of their heights', () => {
    const changing = chainOf(0)
    const joining = keyOf(99)
    const leaving = changing.keyed.keys[3]
    if (leaving === undefined) throw new Error('the chain has four validators')
    const proposedBy = ({ address }: typeof joining): string | null =>
      verdict(changing, remade(changing.makeBlock(), { proposerAddress: address }))
    changing.commit({
      validatorUpdates: [
        { pubKey: joining.pubKey, power: 5n },
        { pubKey: leaving.pubKey, power: 0n },
      ],
    })
    expect(proposedBy(leaving)).toBeNull()
    expect(proposedBy(joining)).toContain('is no validator')
    changing.commit()
    // Block 3 carries the signature of who has left by then.
    expect(proposedBy(joining)).toBeNull()
    expect(proposedBy(leaving)).toContain('is no validator')
  })

  test('header: each structural rule refuses the block', () => {
    const changes: readonly Partial<Header>[] = [
      { version: { block: 12n, app: 0n } },
      { chainId: 'x'.repeat(51) },
      { height: 0n },
      { proposerAddress: new Uint8Array(19) },
      { validatorsHash: new Uint8Array(31) },
      { lastBlockId: { ...header.lastBlockId, hash: new Uint8Array(5) } },
    ]
    for (const change of changes) {
      expect(verdict(chain, remade(block, change))).toMatch(/^header: /)
    }
  })

  test('contents: hashes that are not those of the contents refuse the block', () => {
    const wrong = (change: Partial<Header>): Block => ({
      ...block,
      header: { ...header, ...change },
    })
    expect(verdict(chain, wrong({ dataHash: hash }))).toContain('dataHash')
    expect(verdict(chain, wrong({ lastCommitHash: hash }))).toContain('lastCommitHash')
    expect(verdict(chain, wrong({ evidenceHash: hash }))).toContain('evidenceHash')
    expect(verdict(chain, { ...block, txs: block.txs.toReversed() })).toContain('dataHash')
    expect(verdict(chain, { ...block, lastCommit: null })).toContain('no last commit')
  })

  test('first block: carries no commit and the genesis time', () => {
    const fresh = chainOf(0)
    const first = fresh.makeBlock()
    expect(first.header.time).toBe(START)
    expect(verdict(fresh, remade(first, { time: START + 1n }))).toContain('time')
    const commit = { ...chain.lastCommit, height: 0n }
    expect(verdict(fresh, remade(first, {}, commit))).toContain('first block')
  })

  test('first block: of a chain that starts higher has that height', () => {
    const later = new TestChain({ initialHeight: 10n })
    expect(later.makeBlock().header.height).toBe(10n)
    expect(verdict(later, later.makeBlock())).toBeNull()
    expect(verdict(later, remade(later.makeBlock(), { height: 1n }))).toContain('height 1')
    later.commit()
    expect(verdict(later, later.makeBlock())).toBeNull()
  })

  test('paper chains: have their own block version', () => {
    const paper = new TestChain({ lockRule: 'paper' })
    expect(paper.makeBlock().header.version.block).toBe(111n)
    expect(verdict(paper, paper.makeBlock())).toBeNull()
    expect(verdict(paper, chainOf(0).makeBlock())).toContain('version')
  })
})

describe('last commit', () => {
  const chain = chainOf(2)
  const block = chain.makeBlock()
  const commit = chain.lastCommit
  const withSignature = (index: number, signature: Uint8Array): Commit => ({
    ...commit,
    signatures: commit.signatures.map((entry, i) =>
      i === index ? { ...entry, signature } : entry,
    ),
  })
  const bad = new Uint8Array(64).fill(1)

  test('commit: one that is not verified refuses the block', () => {
    expect(verdict(chain, remade(block, {}, withSignature(3, bad)))).toContain('last commit: wrong')
    expect(verdict(chain, remade(block, {}, EMPTY_COMMIT))).toContain('0 entries')
    const weak = signCommit(chain.keyed, 2n, commit.blockId, ['block', 'nil', 'nil', 'block'])
    expect(verdict(chain, remade(block, {}, weak))).toContain('not enough')
    const old = signCommit(chain.keyed, 1n, commit.blockId)
    expect(verdict(chain, remade(block, {}, old))).toContain('commit of height 1')
  })

  test('commit: known signatures are not verified again, others are', () => {
    const known = new Set(
      commit.signatures.map((_, i) => {
        const vote = commitVote(commit, i)
        const { pubKey } = chain.keyed.keys[i]!
        return verifiedSignatureKey(pubKey, voteSignBytes(CHAIN_ID, vote), vote.signature)
      }),
    )
    const deaf = { ...crypto, verifyEd25519: () => false }
    const isVerified = (key: string): boolean => known.has(key)
    const using = { crypto: deaf, chainState: chain.state, isVerified }
    expect(validateBlockRules({ ...using, block })).toBeNull()
    const changed = remade(block, {}, withSignature(0, bad))
    expect(validateBlockRules({ ...using, block: changed })).toContain('entry 0')
  })
})

describe('block time', () => {
  test('time: is the median by the rule of the chain and not by the other rule', () => {
    const blocks = (['non-absent', 'commit-only'] as const).map((medianTimeRule) => {
      const chain = new TestChain({ medianTimeRule })
      // Validators sign a millisecond later each, with the powers 40, 30, 20 and 10.
      chain.commit({}, ['block', 'block', 'nil', 'nil'])
      const block = chain.makeBlock()
      expect(verdict(chain, block)).toBeNull()
      return { chain, block }
    })
    const offsets = blocks.map(({ block }) => block.header.time - START - 1_000_000_000n)
    expect(offsets).toEqual([1_000_000n, 0n])
    expect(verdict(blocks[0]!.chain, blocks[1]!.block)).toContain('time')
    expect(verdict(blocks[1]!.chain, blocks[0]!.block)).toContain('time')
  })

  test('time: must be after the last block even when the median is not', () => {
    const chain = chainOf(2)
    const block = chain.makeBlock()
    const chainState = { ...chain.state, lastBlockTime: block.header.time }
    const reason = validateBlockRules({ crypto, chainState, block })
    expect(reason).toContain('is not after')
  })
})

describe('evidence in a block', () => {
  const chain = chainOf(2)
  const [key] = chain.keyed.keys
  const evidenceOf = (round: number): DuplicateVoteEvidence => ({
    kind: 'duplicate-vote',
    voteA: signVote(key!, { round, blockId: blockIdOfNumber(1) }),
    voteB: signVote(key!, { round, blockId: blockIdOfNumber(2) }),
    totalVotingPower: 100n,
    validatorPower: 40n,
    timestamp: START,
  })
  const evidence = evidenceOf(0)
  const block = chain.makeBlock({ evidence: [evidence] })

  test('evidence: malformed, doubled or too large is refused', () => {
    const swapped = { ...evidence, voteA: evidence.voteB, voteB: evidence.voteA }
    expect(verdict(chain, chain.makeBlock({ evidence: [swapped] }))).toContain('order')
    const twice = chain.makeBlock({ evidence: [evidence, evidenceOf(1), evidence] })
    expect(verdict(chain, twice)).toContain('evidence 2 stands twice')
    const size = { ...defaultConsensusParams.evidence, maxBytes: 100n }
    const small = new TestChain({
      consensusParams: { ...defaultConsensusParams, evidence: size },
    })
    expect(verdict(small, small.makeBlock({ evidence: [evidence] }))).toContain('at most 100')
  })

  test('evidence: of a light client attack without its parts is refused', () => {
    const attack: Evidence = {
      kind: 'light-client-attack',
      conflictingBlock: {
        signedHeader: { header: block.header, commit: null },
        validatorSet: null,
      },
      commonHeight: 1n,
      byzantineValidators: [],
      totalVotingPower: 100n,
      timestamp: START,
    }
    const reason = verdict(chain, chain.makeBlock({ evidence: [attack] }))
    expect(reason).toBe('evidence 0: conflicting block: no commit')
  })

  test('evidence: of kinds that CometBFT does not know is for chains that say so', () => {
    const downtime: Evidence = {
      kind: 'downtime',
      validatorAddress: key!.address,
      windowStart: 1n,
      windowEnd: 1n,
      missed: 1,
      totalVotingPower: 100n,
      validatorPower: 40n,
      timestamp: START,
    }
    const refused = verdict(chain, chain.makeBlock({ evidence: [downtime] }))
    expect(refused).toBe('evidence 0: blocks of this chain carry no evidence of kind downtime')
    const open = new TestChain({ evidenceRule: 'all' })
    expect(open.state.version.block).toBe(211n)
    expect(verdict(open, open.makeBlock({ evidence: [downtime] }))).toBeNull()
    const reindexed = { ...evidence, voteB: { ...evidence.voteB, validatorIndex: 3 } }
    const altered = { evidence: [evidence, reindexed] }
    expect(verdict(chain, chain.makeBlock(altered))).toBeNull()
    expect(verdict(open, open.makeBlock(altered))).toBe('evidence 1 stands twice in the block')
    const other = { ...downtime, missed: 2 }
    expect(verdict(open, open.makeBlock({ evidence: [other] }))).toContain('1 heights')
  })
})
