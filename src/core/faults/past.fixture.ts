// A past of signed headers, without blocks behind them, and made-up headers that contradict it.

import type { Time } from '../bytes/index.ts'
import { nobleCrypto as crypto } from '../crypto/index.ts'
import { CHAIN_ID, START, setOfPowers, signVote } from '../types/chain.fixture.ts'
import type { Ballot, Key, KeyedSet } from '../types/chain.fixture.ts'
import {
  ABSENT_COMMIT_SIG,
  NIL_BLOCK_ID,
  ValidatorSet,
  commitSigOf,
  defaultConsensusParams,
  hashHeader,
  proposalSignBytes,
} from '../types/index.ts'
import type {
  BlockId,
  Commit,
  EvidenceRule,
  Header,
  LightBlock,
  Proposal,
  ValidatorSetProto,
} from '../types/index.ts'
import type { EvidenceContext } from './index.ts'

const SECOND = 1_000_000_000n
const fill = (byte: number): Uint8Array => new Uint8Array(32).fill(byte)

/** A header of a chain with these validators; the fields that are not told are the same for all. */
export const headerOf = (change: Partial<Header>, validatorSet?: ValidatorSet): Header => ({
  version: { block: 11n, app: 0n },
  chainId: CHAIN_ID,
  height: 1n,
  time: START,
  lastBlockId: NIL_BLOCK_ID,
  lastCommitHash: fill(1),
  dataHash: fill(2),
  validatorsHash: validatorSet?.hash(crypto) ?? fill(3),
  nextValidatorsHash: validatorSet?.hash(crypto) ?? fill(3),
  consensusHash: fill(4),
  appHash: fill(5),
  lastResultsHash: fill(6),
  evidenceHash: fill(7),
  proposerAddress: new Uint8Array(20),
  ...change,
})

/** The id of a header with some part set. */
export const blockIdOfHeader = (header: Header): BlockId => ({
  hash: hashHeader(crypto, header),
  partSetHeader: { total: 1, hash: fill(9) },
})

/** A commit of a header, entry i being of validator i of the keyed set. */
export const commitOf = (
  { keys, validatorSet }: KeyedSet,
  header: Header,
  { round = 0, ballots = [] }: { round?: number; ballots?: readonly Ballot[] } = {},
): Commit => {
  const blockId = blockIdOfHeader(header)
  const signatures = validatorSet.validators.map(({ address }, validatorIndex) => {
    const ballot = ballots[validatorIndex] ?? 'block'
    if (ballot === 'absent') return ABSENT_COMMIT_SIG
    const key = keys.find((one) => one.address.every((byte, i) => byte === address[i])) as Key
    const value = ballot === 'block' ? blockId : NIL_BLOCK_ID
    const place = { height: header.height, round, validatorIndex, timestamp: header.time }
    return commitSigOf(signVote(key, { ...place, blockId: value }))
  })
  return { height: header.height, round, blockId, signatures }
}

/** Validators as the wire has them. */
export const protoOf = ({ validators, proposer, totalVotingPower }: ValidatorSet) =>
  ({ validators, proposer, totalVotingPower }) satisfies ValidatorSetProto

/** A light block of these validators. */
export const lightBlockOf = (
  keyed: KeyedSet,
  header: Header,
  options: Parameters<typeof commitOf>[2] = {},
): LightBlock => ({
  signedHeader: { header, commit: commitOf(keyed, header, options) },
  validatorSet: protoOf(keyed.validatorSet),
})

/** A signed proposal. */
export const signProposal = (
  key: Key,
  fields: Partial<Proposal>,
  chainId: string = CHAIN_ID,
): Proposal => {
  const proposal: Proposal = {
    type: 32,
    height: 1n,
    round: 0,
    polRound: -1,
    blockId: NIL_BLOCK_ID,
    timestamp: START,
    signature: new Uint8Array(0),
    ...fields,
  }
  const signature = crypto.signEd25519(key.seed, proposalSignBytes(chainId, proposal))
  return { ...proposal, signature }
}

/** The key of a validator by its address. */
export const keyAt = ({ keys }: KeyedSet, address: Uint8Array): Key =>
  keys.find((key) => key.address.every((byte, i) => byte === address[i])) as Key

/** Heights 1 to `last` of four validators with the powers 40, 30, 20 and 10. */
export class Past {
  readonly keyed: KeyedSet = setOfPowers(40n, 30n, 20n, 10n)
  readonly headers = new Map<bigint, Header>()
  readonly commits = new Map<bigint, Commit>()
  readonly last: bigint

  constructor(last: bigint, ballotsAt: (height: bigint) => readonly Ballot[] = () => []) {
    this.last = last
    for (let height = 1n; height <= last; height++) {
      const header = headerOf({ height, time: Past.timeAt(height) }, this.keyed.validatorSet)
      this.headers.set(height, header)
      this.commits.set(height, commitOf(this.keyed, header, { ballots: ballotsAt(height) }))
    }
  }

  static timeAt(height: bigint): Time {
    return START + height * SECOND
  }

  header(height: bigint): Header {
    return this.headers.get(height) as Header
  }

  /** What evidence is checked by after the last height. */
  context(evidenceRule: EvidenceRule = 'all'): EvidenceContext {
    return {
      crypto,
      chainId: CHAIN_ID,
      initialHeight: 1n,
      lastBlockHeight: this.last,
      lastBlockTime: Past.timeAt(this.last),
      params: defaultConsensusParams.evidence,
      evidenceRule,
      detection: { downtimeWindow: 4, minSigned: 2 },
      history: {
        headerAt: (height) => this.headers.get(height) ?? null,
        commitAt: (height) => this.commits.get(height) ?? null,
        validatorsAt: (height) => (this.headers.has(height) ? this.keyed.validatorSet : null),
        isCommitted: () => false,
        isOffenceCommitted: () => false,
      },
    }
  }
}
