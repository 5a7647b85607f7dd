// The naive validator and the production rules agree on blocks that are broken in every way.

import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { EMPTY_BYTES } from '../../core/bytes/index.ts'
import { runs } from '../../../test/search/depth.ts'
import { blockTimeAfter, validateBlockRules } from '../../core/chain/index.ts'
import { DEFAULT_FAULT_DETECTOR_CONFIG, checkEvidence } from '../../core/faults/index.ts'
import { tryDecode } from '../../core/proto/index.ts'
import {
  EMPTY_COMMIT,
  NIL_BLOCK_ID,
  decodeBlock,
  defaultConsensusParams,
  encodeBlock,
  evidenceHash,
  makeBlock,
} from '../../core/types/index.ts'
import type {
  Block,
  BlockId,
  Commit,
  CommitSig,
  DuplicateVoteEvidence,
  Evidence,
  Genesis,
  Header,
  Vote,
} from '../../core/types/index.ts'
import { History, START, blockIdOf, crypto, keyOf, signVote } from './history.fixture.ts'
import type { Ballot } from './history.fixture.ts'
import { naiveNext, naiveStart } from './naive-state.ts'
import type { NaiveState } from './naive-state.ts'
import { judgeBlock } from './naive-validator.ts'
import { Notary } from './notary.ts'

/** A chain at some height, and the naive account of it. */
interface Scene {
  readonly history: History
  readonly naive: NaiveState
}

const NAMES = ['fresh', 'one', 'later', 'nil', 'changed', 'params', 'short evidence'] as const
const update = { pubKey: keyOf(4).pubKey, power: 25n }
const shortEvidence = {
  ...defaultConsensusParams,
  evidence: { maxAgeNumBlocks: 1n, maxAgeDuration: 1_500_000_000n, maxBytes: 700n },
}

function historyOf(name: (typeof NAMES)[number], change: Partial<Genesis>): History {
  const base = name === 'short evidence' ? { ...change, consensusParams: shortEvidence } : change
  const history = new History([40n, 30n, 20n, 10n], base)
  if (name === 'fresh') return history
  history.extend({ txs: [Uint8Array.of(1)] })
  if (name === 'one') return history
  if (name === 'nil') history.extend({ ballots: ['block', 'block', 'nil', 'absent'] })
  else if (name === 'changed') history.extend({ response: { validatorUpdates: [update] } })
  else if (name === 'params') {
    const block = { maxBytes: 5_000_000n, maxGas: 5n }
    history.extend({ response: { consensusParamUpdates: { block, version: { app: 2n } } } })
  } else history.extend({ evidence: [evidenceAt(history, 1n)] })
  history.extend()
  return history
}

function evidenceAt(history: History, height: bigint): DuplicateVoteEvidence {
  const link = history.links.find(({ block }) => block.header.height === height)
  const set = link?.before.validators ?? history.state.validators
  const [validator] = set.validators
  if (validator === undefined) throw new Error('no validators')
  const key = history.keyOfValidator(validator)
  const vote = (number: number): Vote => signVote(key, { height, blockId: blockIdOf(number) })
  return {
    kind: 'duplicate-vote',
    voteA: vote(1),
    voteB: vote(2),
    totalVotingPower: set.totalVotingPower,
    validatorPower: validator.votingPower,
    timestamp: link?.block.header.time ?? START,
  }
}

function sceneOf(history: History): Scene {
  let naive = naiveStart(crypto, history.genesis, { appVersion: 1n })
  for (const link of history.links) naive = naiveNext(crypto, naive, link, link.response)
  return { history, naive }
}

const genesisChanges: readonly Partial<Genesis>[] = [
  {},
  { lockRule: 'comet-legacy', medianTimeRule: 'commit-only' },
  { initialHeight: 7n },
]
const scenes = genesisChanges.flatMap((change) =>
  NAMES.filter(
    (name) => change.initialHeight === undefined || name === 'fresh' || name === 'one',
  ).map((name) => sceneOf(historyOf(name, change))),
)

/** What the production rules say. */
function productionAccepts({ history }: Scene, block: Block): boolean {
  const { state } = history
  const linkAt = (height: bigint) =>
    history.links.find((link) => link.block.header.height === height)
  const named = (evidence: Evidence): string =>
    Buffer.from(evidenceHash(crypto, evidence)).toString('hex')
  const committed = new Set(history.links.flatMap((link) => link.block.evidence.map(named)))
  const context = {
    crypto,
    chainId: state.chainId,
    initialHeight: state.initialHeight,
    evidenceRule: state.evidenceRule,
    detection: DEFAULT_FAULT_DETECTOR_CONFIG,
    lastBlockHeight: state.lastBlockHeight,
    lastBlockTime: state.lastBlockTime,
    params: state.consensusParams.evidence,
    history: {
      headerAt: (height: bigint) => linkAt(height)?.block.header ?? null,
      commitAt: (height: bigint) => linkAt(height + 1n)?.block.lastCommit ?? null,
      validatorsAt: (height: bigint) => linkAt(height)?.before.validators ?? null,
      isCommitted: (hash: Uint8Array) => committed.has(Buffer.from(hash).toString('hex')),
      isOffenceCommitted: () => false,
    },
  }
  return (
    validateBlockRules({ crypto, chainState: state, block }) === null &&
    block.evidence.every((evidence) => checkEvidence(context, evidence) === null)
  )
}

type Change = (block: Block, scene: Scene) => Block

const inHeader =
  (change: (header: Header, scene: Scene) => Partial<Header>): Change =>
  (block, scene) => ({
    ...block,
    header: { ...block.header, ...change(block.header, scene) },
  })

const inCommit =
  (change: (commit: Commit, scene: Scene) => Commit | null): Change =>
  (block, scene) => ({
    ...block,
    lastCommit: block.lastCommit === null ? null : change(block.lastCommit, scene),
  })

const bytes = fc.oneof(
  fc.constant(EMPTY_BYTES),
  fc.uint8Array({ minLength: 20, maxLength: 20 }),
  fc.uint8Array({ minLength: 31, maxLength: 33 }),
  fc.constant(new Uint8Array(32).fill(9)),
)
const hashFields = [
  'lastCommitHash',
  'dataHash',
  'validatorsHash',
  'nextValidatorsHash',
  'consensusHash',
  'appHash',
  'lastResultsHash',
  'evidenceHash',
] as const

const blockIds: fc.Arbitrary<BlockId> = fc.oneof(
  fc.constant(NIL_BLOCK_ID),
  fc.nat(50).map(blockIdOf),
  fc.record({ hash: bytes, partSetHeader: fc.record({ total: fc.nat(3), hash: bytes }) }),
)

const headerChanges: readonly fc.Arbitrary<Change>[] = [
  fc
    .tuple(fc.constantFrom(0n, 11n, 12n, 111n), fc.constantFrom(0n, 1n, 2n))
    .map(([block, app]) => inHeader(() => ({ version: { block, app } }))),
  fc
    .constantFrom('', 'judged', 'Judged', 'judged2', 'é'.repeat(26))
    .map((chainId) => inHeader(() => ({ chainId }))),
  fc.constantFrom(-1n, 0n, 1n).map((by) => inHeader((old) => ({ height: old.height + by }))),
  fc.constantFrom(-5n, 0n, 1n).map((height) => inHeader(() => ({ height }))),
  fc
    .constantFrom(-1n, 1n, 1_000_000n, -1_000_000_000n)
    .map((by) => inHeader((old) => ({ time: old.time + by }))),
  fc.constant(inHeader((_, { history }) => ({ time: history.state.lastBlockTime }))),
  blockIds.map((lastBlockId) => inHeader(() => ({ lastBlockId }))),
  fc
    .tuple(fc.constantFrom(...hashFields), bytes)
    .map(([field, value]) => inHeader(() => ({ [field]: value }))),
  fc
    .tuple(fc.constantFrom(...hashFields), fc.constantFrom(...hashFields))
    .map(([field, other]) => inHeader((old) => ({ [field]: old[other] }))),
  fc
    .nat(3)
    .map((node) => inHeader((_, { history }) => ({ proposerAddress: history.key(node).address }))),
  bytes.map((proposerAddress) => inHeader(() => ({ proposerAddress }))),
  fc.constant(inHeader(() => ({ proposerAddress: keyOf(99).address }))),
]

const entryChanges: readonly fc.Arbitrary<(entry: CommitSig) => Partial<CommitSig>>[] = [
  fc.constantFrom(0, 1, 2, 3, 4).map((blockIdFlag) => () => ({ blockIdFlag })),
  fc
    .oneof(
      bytes,
      fc.nat(3).map((node) => keyOf(node + 1).address),
    )
    .map((validatorAddress) => () => ({ validatorAddress })),
  fc
    .oneof(bytes, fc.uint8Array({ minLength: 63, maxLength: 65 }))
    .map((signature) => () => ({ signature })),
  fc.nat(63).map((at) => ({ signature }) => ({
    signature: signature.map((byte, index) => (index === at ? byte ^ 1 : byte)),
  })),
  fc.constantFrom(1n, -1n).map((by) => ({ timestamp }) => ({ timestamp: timestamp + by })),
]

const withEntry = (at: number, change: (entry: CommitSig) => Partial<CommitSig>): Change =>
  inCommit((commit) => ({
    ...commit,
    signatures: commit.signatures.map((entry, index) =>
      index === at ? { ...entry, ...change(entry) } : entry,
    ),
  }))

// The same commit by other ballots, signed anew, and the time that follows from it.
const revoted = (ballots: readonly Ballot[], round: number): Change =>
  inCommit((commit, { history }) => {
    const link = history.links.at(-1)
    if (link === undefined) return commit
    const place = { height: link.block.header.height, round, blockId: link.blockId }
    return history.commitOf(place, link.before.validators, ballots)
  })

const commitChanges: readonly fc.Arbitrary<Change>[] = [
  fc.constantFrom(null, EMPTY_COMMIT).map((commit) => inCommit(() => commit)),
  fc.constantFrom(-1n, 1n).map((by) => inCommit((old) => ({ ...old, height: old.height + by }))),
  fc.constantFrom(-1, 0, 1).map((round) => inCommit((old) => ({ ...old, round }))),
  blockIds.map((blockId) => inCommit((old) => ({ ...old, blockId }))),
  fc
    .nat(3)
    .map((at) => inCommit((old) => ({ ...old, signatures: old.signatures.toSpliced(at, 1) }))),
  fc.tuple(fc.nat(3), fc.nat(3)).map(([from, to]) =>
    inCommit((old) => {
      const entry = old.signatures[from]
      if (entry === undefined || to >= old.signatures.length) return old
      return { ...old, signatures: old.signatures.with(to, entry) }
    }),
  ),
  fc.constant(
    inCommit((old) => ({ ...old, signatures: [...old.signatures, ...old.signatures.slice(0, 1)] })),
  ),
  fc.tuple(fc.nat(3), fc.oneof(...entryChanges)).map(([at, change]) => withEntry(at, change)),
]

const ballots = fc.array(fc.constantFrom<Ballot>('block', 'nil', 'absent'), {
  minLength: 4,
  maxLength: 4,
})
const revotes = fc.tuple(ballots, fc.nat(2)).map(([each, round]) => revoted(each, round))

const pieceChanges: readonly fc.Arbitrary<
  (piece: DuplicateVoteEvidence) => Partial<DuplicateVoteEvidence>
>[] = [
  fc.constant(() => ({})),
  fc.constant(({ voteA, voteB }) => ({ voteA: voteB, voteB: voteA })),
  fc.constant(({ voteA }) => ({ voteB: voteA })),
  fc.constantFrom(-1n, 1n).map((by) => (old) => ({ totalVotingPower: old.totalVotingPower + by })),
  fc.constantFrom(-1n, 1n).map((by) => (old) => ({ validatorPower: old.validatorPower + by })),
  fc.constantFrom(-1n, 1n).map((by) => (old) => ({ timestamp: old.timestamp + by })),
  fc
    .tuple(
      fc.constantFrom('voteA' as const, 'voteB' as const),
      fc.constantFrom<Partial<Vote>>(
        { type: 1 },
        { type: 3 },
        { height: 2n },
        { height: 0n },
        { round: 1 },
        { round: -1 },
        { validatorIndex: 3 },
        { validatorIndex: -1 },
        { validatorAddress: keyOf(99).address },
        { validatorAddress: EMPTY_BYTES },
        { signature: EMPTY_BYTES },
        { signature: new Uint8Array(64).fill(1) },
        { signature: new Uint8Array(65).fill(1) },
        { extension: Uint8Array.of(1) },
        { extension: Uint8Array.of(1), extensionSignature: new Uint8Array(64) },
        { extensionSignature: new Uint8Array(65) },
        { blockId: NIL_BLOCK_ID },
        { blockId: { ...blockIdOf(1), hash: EMPTY_BYTES } },
      ),
    )
    .map(([which, change]) => (old) => ({ [which]: { ...old[which], ...change } })),
]

const evidenceChanges: readonly fc.Arbitrary<Change>[] = [
  fc
    .tuple(fc.constantFrom(0n, 1n, 2n, 3n, 4n, 7n), fc.oneof(...pieceChanges))
    .map(([height, change]): Change => (block, { history }) => {
      const piece = evidenceAt(history, height)
      return { ...block, evidence: [...block.evidence, { ...piece, ...change(piece) }] }
    }),
  fc.constant((block: Block): Block => ({
    ...block,
    evidence: [...block.evidence, ...block.evidence],
  })),
]

const txChanges: readonly fc.Arbitrary<Change>[] = [
  fc.array(fc.uint8Array({ maxLength: 3 }), { maxLength: 4 }).map((txs): Change => (block) => ({
    ...block,
    txs,
  })),
]

/** Puts the hashes of the contents into the header, as a villain would. */
const rehashed: Change = (block) =>
  makeBlock(crypto, { ...block, lastCommit: block.lastCommit ?? EMPTY_COMMIT })

/** The time that follows from the commit, by the rules of production. */
const retimed: Change = (block, { history }) => ({
  ...block,
  header: {
    ...block.header,
    time: blockTimeAfter(history.state, block.lastCommit ?? EMPTY_COMMIT),
  },
})

const cases = fc.record({
  at: fc.nat(scenes.length - 1),
  changes: fc.array(
    fc.oneof(
      ...headerChanges,
      ...commitChanges,
      { arbitrary: revotes, weight: 4 },
      ...evidenceChanges,
      ...txChanges,
    ),
    { maxLength: 3 },
  ),
  isRetimed: fc.boolean(),
  isRehashed: fc.boolean(),
})

const TIMEOUT = { timeout: 60_000 * Math.ceil(runs(1) / 10) }
const CASES = runs(2000)

test(`naive validator: agrees with core/chain on ${CASES} changed blocks`, TIMEOUT, () => {
  const tally = { accepted: 0, refused: 0 }
  const property = fc.property(cases, ({ at, changes, isRetimed, isRehashed }) => {
    const scene = scenes[at]
    if (scene === undefined) throw new Error('no such scene')
    // Blocks come from the wire: what cannot be on it is judged by nobody.
    const decoded = tryDecode(() => {
      let block = scene.history.propose({ txs: [Uint8Array.of(7)] })
      for (const change of changes) block = change(block, scene)
      if (isRetimed) block = retimed(block, scene)
      if (isRehashed) block = rehashed(block, scene)
      return decodeBlock(encodeBlock(block))
    }, EMPTY_BYTES)
    fc.pre(decoded.ok)
    const notary = new Notary(crypto, scene.history.genesis.chainId)
    const reasons = judgeBlock({ crypto, notary }, scene.naive, decoded.value)
    const accepted = productionAccepts(scene, decoded.value)
    tally[accepted ? 'accepted' : 'refused'] += 1
    expect(reasons.length === 0 ? 'valid' : reasons.join(', ')).toBe(
      accepted ? 'valid' : reasons.join(', '),
    )
    if (!accepted) expect(reasons).not.toEqual([])
  })
  fc.assert(property, { numRuns: CASES })
  // Neither side is always of one opinion. A long run may be cut short.
  const total = tally.accepted + tally.refused
  expect(tally.accepted).toBeGreaterThan(total / 20)
  expect(tally.refused).toBeGreaterThan(total / 3)
})
