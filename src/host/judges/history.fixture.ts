// A lawful chain made by the production rules, and the facts of its making, to be broken by tests.

import { EMPTY_BYTES } from '../../core/bytes/index.ts'
import type { Time } from '../../core/bytes/index.ts'
import {
  applyInitialAnswer,
  applyResults,
  makeGenesisState,
  makeProposalBlock,
  nextHeight,
} from '../../core/chain/index.ts'
import type { ChainState } from '../../core/chain/index.ts'
import { makeConsensus, proposerOf } from '../../core/consensus/index.ts'
import type { ConsensusState, RoundVotes, TimeoutConfig } from '../../core/consensus/index.ts'
import { addressOf } from '../../core/crypto/index.ts'
import type { Crypto } from '../../core/crypto/index.ts'
import type { FinalizeBlockResponse } from '../../core/proto/index.ts'
import {
  ABSENT_COMMIT_SIG,
  EMPTY_COMMIT,
  NIL_BLOCK_ID,
  SignedMsgType,
  VoteSet,
  VoteType,
  commitSigOf,
  defaultConsensusParams,
  makeBlockId,
  proposalSignBytes,
  voteSignBytes,
} from '../../core/types/index.ts'
import type {
  Block,
  BlockId,
  Commit,
  Evidence,
  Genesis,
  PartSet,
  Proposal,
  PublicKey,
  Validator,
  ValidatorSet,
  Vote,
} from '../../core/types/index.ts'
import { nativeCrypto } from '../../node/platform/index.ts'
import type { Committed, Setting, SignedProposal, SignedVote } from './index.ts'

export const CHAIN_ID = 'judged'
export const START: Time = 1_795_305_600_000_000_000n
const SECOND = 1_000_000_000n

export const TIMEOUTS: TimeoutConfig = {
  proposeMs: 1000,
  proposeDeltaMs: 500,
  prevoteMs: 1000,
  prevoteDeltaMs: 500,
  precommitMs: 1000,
  precommitDeltaMs: 500,
  commitMs: 1000,
  maxMs: 10_000,
}

const known = new Map<string, unknown>()

function once<T>(pieces: readonly Uint8Array[], compute: () => T): T {
  const key = pieces.map((each) => Buffer.from(each).toString('latin1')).join('|')
  const value = known.has(key) ? (known.get(key) as T) : compute()
  known.set(key, value)
  return value
}

/** The native cryptography, which signs and verifies equal things once. */
export const crypto: Crypto = {
  sha256: (data) => nativeCrypto.sha256(data),
  signEd25519: (seed, message) =>
    once([seed, message], () => nativeCrypto.signEd25519(seed, message)),
  publicKeyEd25519: (seed) => nativeCrypto.publicKeyEd25519(seed),
  verifyEd25519: (pubKey, message, signature) =>
    once([pubKey, message, signature], () =>
      nativeCrypto.verifyEd25519(pubKey, message, signature),
    ),
}

/** A validator's key. */
export interface Key {
  readonly seed: Uint8Array
  readonly pubKey: PublicKey
  readonly address: Uint8Array
}

/** The key of a number below 256. */
export function keyOf(number: number): Key {
  const seed = new Uint8Array(32).fill(number)
  const pubKey: PublicKey = { type: 'ed25519', bytes: crypto.publicKeyEd25519(seed) }
  return { seed, pubKey, address: addressOf(crypto, pubKey) }
}

/** A signed vote; what is not given is a precommit for nil at 1/0. */
export function signVote(key: Key, fields: Partial<Vote>): Vote {
  const vote: Vote = {
    type: SignedMsgType.precommit,
    height: 1n,
    round: 0,
    blockId: NIL_BLOCK_ID,
    timestamp: START,
    validatorIndex: 0,
    extension: EMPTY_BYTES,
    extensionSignature: EMPTY_BYTES,
    ...fields,
    validatorAddress: key.address,
    signature: EMPTY_BYTES,
  }
  return { ...vote, signature: crypto.signEd25519(key.seed, voteSignBytes(CHAIN_ID, vote)) }
}

/** A signed proposal of round 0 without a polka behind it. */
export function signProposal(key: Key, fields: Partial<Proposal>): Proposal {
  const proposal: Proposal = {
    type: SignedMsgType.proposal,
    height: 1n,
    round: 0,
    polRound: -1,
    blockId: NIL_BLOCK_ID,
    timestamp: START,
    ...fields,
    signature: EMPTY_BYTES,
  }
  const signBytes = proposalSignBytes(CHAIN_ID, proposal)
  return { ...proposal, signature: crypto.signEd25519(key.seed, signBytes) }
}

/** A complete block id named by a number. */
export function blockIdOf(number: number): BlockId {
  const hash = new Uint8Array(32).fill(number)
  return { hash, partSetHeader: { total: 1, hash: new Uint8Array(32).fill(number + 100) } }
}

/** What a validator did in a commit. */
export type Ballot = 'block' | 'nil' | 'absent'

/** A block of the chain with all that belongs to its height. */
export interface Link {
  readonly block: Block
  readonly blockId: BlockId
  readonly partSet: PartSet
  readonly commit: Commit
  readonly response: FinalizeBlockResponse
  readonly before: ChainState
}

/** What goes into a block, and what comes of it. */
export interface LinkOptions {
  readonly txs?: readonly Uint8Array[]
  readonly evidence?: readonly Evidence[]
  readonly response?: Partial<FinalizeBlockResponse>
  readonly ballots?: readonly Ballot[]
}

export const RESPONSE: FinalizeBlockResponse = {
  events: [],
  txResults: [],
  validatorUpdates: [],
  consensusParamUpdates: null,
  appHash: new Uint8Array(8).fill(1),
}

/** A chain with the keys of everybody who was ever a validator. */
export class History {
  readonly genesis: Genesis
  readonly keys: readonly Key[]
  readonly links: Link[] = []
  state: ChainState

  constructor(powers: readonly bigint[], change: Partial<Genesis> = {}) {
    this.keys = powers.map((_, index) => keyOf(index + 1))
    this.genesis = {
      genesisTime: START,
      chainId: CHAIN_ID,
      initialHeight: 1n,
      consensusParams: defaultConsensusParams,
      validators: this.keys.map(({ address, pubKey }, index) => ({
        address,
        pubKey,
        power: powers[index] ?? 0n,
        name: `node${index}`,
      })),
      appHash: EMPTY_BYTES,
      appStateJson: '',
      lockRule: 'paper',
      medianTimeRule: 'non-absent',
      evidenceRule: 'comet',
      ...change,
    }
    const begun = applyInitialAnswer(crypto, makeGenesisState(crypto, this.genesis), {
      appVersion: 1n,
      validators: [],
      consensusParams: null,
      appHash: EMPTY_BYTES,
    })
    if (!begun.ok) throw new Error(begun.error)
    this.state = begun.value
  }

  /** What a court is told beforehand; nodes are the keys in their order. */
  setting(change: Partial<Setting> = {}): Setting {
    return {
      crypto,
      genesis: this.genesis,
      chainStart: { appVersion: 1n },
      addresses: this.keys.map(({ address }) => address),
      villains: [],
      startTime: START,
      skewMs: this.keys.map(() => 0),
      timeouts: TIMEOUTS,
      gossipMs: 100,
      ...change,
    }
  }

  /** The node of a validator. */
  nodeOf(address: Uint8Array): number {
    const node = this.keys.findIndex((key) => Buffer.compare(key.address, address) === 0)
    if (node === -1) throw new Error('a validator without a node')
    return node
  }

  /** Node and key of whose turn a round of the next height is. */
  turnOf(round: number): { readonly node: number; readonly key: Key } {
    const set = this.state.validators
    const { address } = set.withPriorityIncremented(round).proposer
    const node = this.nodeOf(address)
    return { node, key: this.key(node) }
  }

  key(node: number): Key {
    const key = this.keys[node]
    if (key === undefined) throw new Error(`no node ${node}`)
    return key
  }

  get last(): Link {
    const link = this.links.at(-1)
    if (link === undefined) throw new Error('no block yet')
    return link
  }

  /** A block of the next height, by the proposer of round 0. */
  propose({ txs = [], evidence = [] }: LinkOptions = {}): Block {
    return makeProposalBlock({
      crypto,
      chainState: this.state,
      height: nextHeight(this.state),
      txs,
      evidence,
      lastCommit: this.links.at(-1)?.commit ?? EMPTY_COMMIT,
      proposerAddress: this.turnOf(0).key.address,
    })
  }

  /** A commit by the validators of a set; validator i signs i ms after the second of the height. */
  commitOf(
    { height, round, blockId }: Pick<Vote, 'height' | 'round' | 'blockId'>,
    set: ValidatorSet,
    ballots: readonly Ballot[] = [],
  ): Commit {
    const signatures = set.validators.map((validator, validatorIndex) => {
      const ballot = ballots[validatorIndex] ?? 'block'
      if (ballot === 'absent') return ABSENT_COMMIT_SIG
      return commitSigOf(
        signVote(this.keyOfValidator(validator), {
          height,
          round,
          blockId: ballot === 'block' ? blockId : NIL_BLOCK_ID,
          timestamp: START + height * SECOND + BigInt(validatorIndex) * 1_000_000n,
          validatorIndex,
        }),
      )
    })
    return { height, round, blockId, signatures }
  }

  keyOfValidator({ address }: Validator): Key {
    return this.key(this.nodeOf(address))
  }

  /** Decides a block. */
  extend(options: LinkOptions = {}, block: Block = this.propose(options)): Link {
    const { blockId, partSet } = makeBlockId(crypto, block)
    const before = this.state
    const response = { ...RESPONSE, ...options.response }
    const { header } = block
    const applied = applyResults({ crypto, chainState: before, blockId, header, response })
    if (!applied.ok) throw new Error(applied.error)
    const place = { height: header.height, round: 0, blockId }
    const commit = this.commitOf(place, before.validators, options.ballots)
    const link = { block, blockId, partSet, commit, response, before }
    this.links.push(link)
    this.state = applied.value
    return link
  }

  /** The moment at which a link is decided: the second of its height and a half. */
  momentOf({ block }: Link): number {
    return Number(block.header.height) * 1000 + 500
  }

  committed(node: number, link: Link): Committed {
    return {
      kind: 'committed',
      atMs: this.momentOf(link),
      node,
      block: link.block,
      blockId: link.blockId,
      commit: link.commit,
      response: link.response,
      appHash: link.response.appHash,
      validators: link.before.validators,
    }
  }

  /** What the proposer of a link's round 0 signs. */
  proposed(link: Link, fields: Partial<Proposal> = {}): SignedProposal {
    const { height } = link.block.header
    const state = this.consensus(link, {})
    const node = this.nodeOf(proposerOf(state, fields.round ?? 0).address)
    const proposal = signProposal(this.key(node), { height, blockId: link.blockId, ...fields })
    return { kind: 'signed-proposal', atMs: this.momentOf(link), node, proposal, state }
  }

  /** A vote of a node for a link, in a state that allows it. */
  voted(node: number, link: Link, fields: Partial<Vote>, known: Partial<Known> = {}): SignedVote {
    const { height } = link.block.header
    const vote = this.vote(node, { height, blockId: link.blockId, ...fields })
    const state = this.consensus(link, { round: vote.round, ...known })
    return { kind: 'signed-vote', atMs: this.momentOf(link), node, vote, state }
  }

  /** A signed vote with the index of its validator. */
  vote(node: number, fields: Partial<Vote>): Vote {
    const { height = 1n } = fields
    const link = this.links.find(({ block }) => block.header.height === height)
    const set = link?.before.validators ?? this.state.validators
    return signVote(this.key(node), {
      timestamp: START + height * SECOND,
      validatorIndex: set.indexOf(this.key(node).address),
      ...fields,
    })
  }

  /** A consensus state at the height of a link: the polkas known, and what follows from them. */
  consensus(link: Link, known: Partial<Known>): ConsensusState {
    const { validators } = link.before
    const { height } = link.block.header
    const { round = 0, polkas = [] } = known
    const base = makeConsensus({
      chainId: CHAIN_ID,
      crypto,
      lockRule: this.genesis.lockRule,
      self: null,
      timeouts: TIMEOUTS,
      skipTimeoutCommit: false,
    })
    const votes = new Map<number, RoundVotes>()
    for (const polka of polkas) votes.set(polka.round, this.#polka(link, polka))
    const turn = this.keyOfValidator(validators.withRoundsPassed(round).proposer)
    const proposal = signProposal(turn, { height, round, blockId: link.blockId })
    const { blockId, partSet } = link
    return {
      ...base,
      height,
      validatorSet: validators,
      roundValidatorSet: validators,
      round,
      step: 'prevote',
      proposal,
      blocks: new Map([['', { blockId, partSet, validity: 'valid' }]]),
      votes,
      ...known.fields,
    }
  }

  #polka({ block, before }: Link, { round, blockId, nodes }: Polka): RoundVotes {
    const { height } = block.header
    const scope = { height, round, validatorSet: before.validators }
    const empty = VoteSet.empty({ ...scope, type: VoteType.prevote })
    let prevotes = empty
    for (const node of nodes ?? this.keys.keys()) {
      const vote = this.vote(node, { type: VoteType.prevote, height, round, blockId })
      const addition = prevotes.add(vote)
      if (addition.kind !== 'duplicate') prevotes = addition.voteSet
    }
    return { prevotes, precommits: VoteSet.empty({ ...scope, type: VoteType.precommit }) }
  }
}

/** The prevotes of a round for one value, by everybody where nobody is named. */
export interface Polka {
  readonly round: number
  readonly blockId: BlockId
  readonly nodes?: readonly number[]
}

/** What a node knows when it signs. */
export interface Known {
  readonly round: number
  readonly polkas: readonly Polka[]
  readonly fields: Partial<ConsensusState>
}
