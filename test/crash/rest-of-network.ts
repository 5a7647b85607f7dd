// All validators but one, as one peer: honest, never down, and never enough without that one.
//
// It looks into the engine it speaks to, since what is tried is not the network but the disk.

import { equalBytes, toHex } from '../../src/core/bytes/index.ts'
import { makeProposalBlock } from '../../src/core/chain/index.ts'
import { proposerOf } from '../../src/core/consensus/index.ts'
import type { ConsensusState } from '../../src/core/consensus/index.ts'
import type { Crypto } from '../../src/core/crypto/index.ts'
import { decodeConsensusMessage } from '../../src/core/proto/index.ts'
import type { ConsensusWireMessage } from '../../src/core/proto/index.ts'
import {
  decodeBlock,
  EMPTY_COMMIT,
  equalBlockId,
  isNilBlockId,
  makeBlockId,
  NIL_BLOCK_ID,
  PartSet,
  proposalSignBytes,
  SignedMsgType,
  VoteType,
  voteSignBytes,
} from '../../src/core/types/index.ts'
import type { Block, BlockId, Proposal, Vote } from '../../src/core/types/index.ts'
import type { ConsensusEngine } from '../../src/host/engine/index.ts'
import type { MemoryClock } from '../../src/host/memory/index.ts'
import { appHashOf } from './app-hash.ts'
import { keyOf } from './notebook.ts'
import type { Note, Notebook } from './notebook.ts'

/** A key of the rest: seed, address, and where it stands in the validator set now. */
export interface Member {
  readonly seed: Uint8Array
  readonly address: Uint8Array
}

/** What the rest is made of. */
export interface RestOptions {
  readonly chainId: string
  readonly crypto: Crypto
  readonly clock: MemoryClock
  readonly book: Notebook
  /** The validator that is tried. */
  readonly address: Uint8Array
  readonly members: readonly Member[]
  readonly engine: () => ConsensusEngine | null
  readonly steps: () => number
  /** Transactions of the block of a height, for the blocks that the rest proposes. */
  readonly txsAt: (height: bigint) => readonly Uint8Array[]
  readonly send: (message: ConsensusWireMessage) => void
  /** Sends the validator its own messages too, as a peer that knows it to lack them does. */
  readonly echoes: boolean
}

/** Longer than the validator's own, so that it is never waited for in vain. */
const PROPOSE_MS = 4000

/** The rest of a network. */
export class RestOfNetwork {
  readonly #options: RestOptions
  readonly #sent = new Set<Note>()
  #place = ''
  #isLate = false
  /** Blocks that were judged, by height and round, and whether they are good. */
  readonly #judged = new Map<string, boolean>()
  /** Contradictions of the validator, and blocks that no honest one would propose. */
  readonly complaints: string[] = []

  constructor(options: RestOptions) {
    this.#options = options
  }

  /** Takes a message of the validator. */
  receive(bytes: Uint8Array): void {
    const message = decodeConsensusMessage(bytes)
    if (message.kind === 'new-round-step') this.#options.send(message)
    if (message.kind === 'vote') this.#noteOwn(message.vote, voteKey(message.vote))
    if (message.kind === 'proposal') {
      this.#noteOwn(message.proposal, keyOf.proposal(message.proposal.round))
    }
    if (message.kind === 'block-part') {
      const { height, round, part } = message
      const afterStep = this.#options.steps()
      const key = keyOf.part(round, part.index)
      this.#options.book.add(height, key, { kind: 'part', height, round, part, afterStep })
    }
    this.react()
  }

  /** Does what honest validators do with what is known by now. */
  react(): void {
    const state = this.#options.engine()?.state
    if (state === undefined || state.height === 0n || state.step === 'new-height') return
    this.#watchTime(state)
    if (this.#options.book.decided(state.height) === null) {
      this.#propose(state)
      this.#vote(state, VoteType.prevote, this.#prevoteOf(state))
      this.#vote(state, VoteType.precommit, this.#precommitOf(state))
      this.#decide(state)
    }
    this.#tell(state)
  }

  // Votes that others cast are passed on to us too; only the validator's own are judged.
  #noteOwn(message: Vote | Proposal, key: string): void {
    const { book, address } = this.#options
    const afterStep = this.#options.steps()
    if ('validatorAddress' in message && !equalBytes(message.validatorAddress, address)) return
    const before = book.get(message.height, key)
    const said = before?.kind === 'vote' ? before.vote : null
    const proposed = before?.kind === 'proposal' ? before.proposal : null
    const known = said ?? proposed
    if (known !== null && !equalBytes(known.signature, message.signature)) {
      this.complaints.push(
        `signed twice: ${message.height} ${key}: ${textOf(known)} and ${textOf(message)}`,
      )
    }
    if ('validatorAddress' in message) {
      book.add(message.height, key, { kind: 'vote', vote: message, afterStep })
    } else {
      book.add(message.height, key, { kind: 'proposal', proposal: message, afterStep })
    }
  }

  #watchTime({ height, round }: ConsensusState): void {
    const place = `${height}/${round}`
    if (place === this.#place) return
    this.#place = place
    this.#isLate = false
    this.#options.clock.setTimer(PROPOSE_MS, () => {
      if (this.#place !== place) return
      this.#isLate = true
      this.react()
    })
  }

  #propose(state: ConsensusState): void {
    const { book, crypto, chainId, clock, members } = this.#options
    const { height, round } = state
    const { address } = proposerOf(state, round)
    const member = members.find((each) => equalBytes(each.address, address))
    if (member === undefined || book.get(height, keyOf.proposal(round)) !== null) return
    const locked = this.#lock(state)
    const partSet = locked === null ? null : this.#partsOf(height, locked.round)
    const made = partSet === null ? this.#build(state, address) : null
    const parts = partSet ?? made?.partSet
    const blockId = partSet === null ? made?.blockId : locked?.blockId
    if (parts === undefined || blockId === undefined) return
    const unsigned: Proposal = {
      type: SignedMsgType.proposal,
      height,
      round,
      polRound: partSet === null ? -1 : (locked?.round ?? -1),
      blockId,
      timestamp: clock.now(),
      signature: new Uint8Array(0),
    }
    const signature = crypto.signEd25519(member.seed, proposalSignBytes(chainId, unsigned))
    const afterStep = this.#options.steps()
    const proposal = { ...unsigned, signature }
    book.add(height, keyOf.proposal(round), { kind: 'proposal', proposal, afterStep })
    for (let index = 0; index < parts.header.total; index++) {
      const part = parts.get(index)
      if (part === null) continue
      const note = { kind: 'part', height, round, part, afterStep } as const
      book.add(height, keyOf.part(round, index), note)
    }
  }

  #build(
    { height, lastPrecommits }: ConsensusState,
    proposerAddress: Uint8Array,
  ): { readonly blockId: BlockId; readonly partSet: PartSet } | null {
    const { crypto, txsAt } = this.#options
    const chainState = this.#options.engine()?.chainState
    if (chainState === undefined) return null
    const block = makeProposalBlock({
      crypto,
      chainState,
      height,
      txs: txsAt(height),
      evidence: [],
      lastCommit: lastPrecommits?.makeCommit() ?? EMPTY_COMMIT,
      proposerAddress,
    })
    return makeBlockId(crypto, block)
  }

  /** What a correct validator prevotes; null while it waits. */
  #prevoteOf(state: ConsensusState): BlockId | null {
    const locked = this.#lock(state)
    const proposed = this.#proposed(state)
    if (proposed === null && !this.#isLate) return null
    return locked?.blockId ?? proposed ?? NIL_BLOCK_ID
  }

  #precommitOf(state: ConsensusState): BlockId | null {
    const theirs = this.#ownVote(state, VoteType.prevote)
    const ours = this.#prevoteOf(state)
    if (theirs === null || ours === null) return null
    return equalBlockId(theirs.blockId, ours) ? ours : NIL_BLOCK_ID
  }

  /** The block of the last round in which we precommitted one. */
  #lock({
    height,
    round,
  }: ConsensusState): { readonly round: number; readonly blockId: BlockId } | null {
    for (let at = round - 1; at >= 0; at--) {
      const vote = this.#memberVote(height, at)
      if (vote !== null && !isNilBlockId(vote.blockId)) return { round: at, blockId: vote.blockId }
    }
    return null
  }

  #memberVote(height: bigint, round: number): Vote | null {
    for (const note of this.#options.book.ofHeight(height)) {
      if (note.kind !== 'vote' || note.vote.round !== round) continue
      if (note.vote.type !== VoteType.precommit) continue
      if (!equalBytes(note.vote.validatorAddress, this.#options.address)) return note.vote
    }
    return null
  }

  /** The proposed block of the round, once it is whole and found valid. */
  #proposed({ height, round }: ConsensusState): BlockId | null {
    const note = this.#options.book.get(height, keyOf.proposal(round))
    if (note?.kind !== 'proposal') return null
    const place = `${height}/${round}`
    let isGood = this.#judged.get(place)
    if (isGood === undefined) {
      const partSet = this.#partsOf(height, round)
      if (partSet === null) return null
      const wrong = this.#faultOf(decodeBlock(partSet.bytes()))
      if (wrong !== null) this.complaints.push(`block ${height} in round ${round}: ${wrong}`)
      isGood = wrong === null
      this.#judged.set(place, isGood)
    }
    return isGood ? note.proposal.blockId : NIL_BLOCK_ID
  }

  #partsOf(height: bigint, round: number): PartSet | null {
    const { book, crypto } = this.#options
    const note = book.get(height, keyOf.proposal(round))
    if (note?.kind !== 'proposal') return null
    let partSet = PartSet.fromHeader(note.proposal.blockId.partSetHeader)
    for (let index = 0; index < partSet.header.total; index++) {
      const part = book.get(height, keyOf.part(round, index))
      if (part?.kind !== 'part') return null
      const added = partSet.add(crypto, part.part)
      if (added.kind === 'added') partSet = added.partSet
    }
    return partSet.isComplete ? partSet : null
  }

  #faultOf({ header }: Block): string | null {
    const last = this.#options.book.decided(header.height - 1n)
    if (header.height > 1n && last === null) return 'nothing was decided before it'
    if (!equalBytes(header.appHash, appHashOf(last?.txs ?? 0n))) {
      return `app hash ${toHex(header.appHash)} after ${last?.txs ?? 0n} transactions`
    }
    if (last === null || equalBlockId(header.lastBlockId, last.blockId)) return null
    return 'it does not follow the block that was decided'
  }

  #ownVote({ height, round }: ConsensusState, type: VoteType): Vote | null {
    const { address, book } = this.#options
    for (const note of book.ofHeight(height)) {
      if (note.kind !== 'vote' || note.vote.round !== round || note.vote.type !== type) continue
      if (equalBytes(note.vote.validatorAddress, address)) return note.vote
    }
    return null
  }

  #vote(state: ConsensusState, type: VoteType, blockId: BlockId | null): void {
    if (blockId === null) return
    const { height, round, validatorSet } = state
    const { book, chainId, clock, crypto, members } = this.#options
    for (const { address, seed } of members) {
      const index = validatorSet.indexOf(address)
      const key = keyOf.vote(round, type, index)
      if (index < 0 || book.get(height, key) !== null) continue
      const vote: Vote = {
        type,
        height,
        round,
        blockId,
        timestamp: clock.now() + VOTE_TIME_STEP_NS,
        validatorAddress: address,
        validatorIndex: index,
        signature: new Uint8Array(0),
        extension: new Uint8Array(0),
        extensionSignature: new Uint8Array(0),
      }
      const signature = crypto.signEd25519(seed, voteSignBytes(chainId, vote))
      const note = { ...vote, signature }
      book.add(height, key, { kind: 'vote', vote: note, afterStep: this.#options.steps() })
    }
  }

  #decide(state: ConsensusState): void {
    const { height, round, validatorSet } = state
    const { book } = this.#options
    const own = this.#ownVote(state, VoteType.precommit)
    if (own === null || isNilBlockId(own.blockId)) return
    const isAlone = validatorSet.size === 1
    const ours = this.#memberVote(height, round)
    if (!isAlone && (ours === null || !equalBlockId(ours.blockId, own.blockId))) return
    const partSet = this.#partsOf(height, round)
    if (partSet === null) return
    const txs = (book.decided(height - 1n)?.txs ?? 0n) + txsIn(partSet)
    const afterStep = this.#options.steps()
    const { blockId } = own
    book.add(height, keyOf.decided, { kind: 'decided', height, round, blockId, txs, afterStep })
  }

  #tell(state: ConsensusState): void {
    const { address, book, echoes, send } = this.#options
    for (const note of book.ofHeight(state.height)) {
      if (this.#sent.has(note) || note.kind === 'decided') continue
      this.#sent.add(note)
      if (!echoes && this.#isOwn(state, note, address)) continue
      if (note.kind === 'part') {
        const { height, round, part } = note
        send({ kind: 'block-part', height, round, part })
      } else if (note.kind === 'vote') send({ kind: 'vote', vote: note.vote })
      else if (note.proposal.round >= state.round) {
        send({ kind: 'proposal', proposal: note.proposal })
      }
    }
  }

  #isOwn(state: ConsensusState, note: Note, address: Uint8Array): boolean {
    if (note.kind === 'vote') return equalBytes(note.vote.validatorAddress, address)
    const round = note.kind === 'proposal' ? note.proposal.round : 0
    const at = note.kind === 'part' ? note.round : round
    return equalBytes(proposerOf(state, at).address, address)
  }
}

const VOTE_TIME_STEP_NS = 1_000_000n

const voteKey = ({ round, type, validatorIndex }: Vote): string =>
  keyOf.vote(round, type, validatorIndex)

const txsIn = (partSet: PartSet): bigint => BigInt(decodeBlock(partSet.bytes()).txs.length)

function textOf(message: Vote | Proposal): string {
  return `${toHex(message.blockId.hash).slice(0, 8)} by ${toHex(message.signature).slice(0, 8)}`
}
