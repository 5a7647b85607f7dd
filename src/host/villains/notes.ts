// What a villain has heard and said of the heights that are open: proposals, blocks and votes.

import { equalBytes, toHex } from '../../core/bytes/index.ts'
import type { Crypto } from '../../core/crypto/index.ts'
import type { ConsensusWireMessage } from '../../core/proto/index.ts'
import { tryDecode } from '../../core/proto/index.ts'
import { MAX_BLOCK_PARTS, PartSet, decodeBlock } from '../../core/types/index.ts'
import { equalBlockId, isCompleteBlockId, isNilBlockId } from '../../core/types/index.ts'
import type { Block, BlockId, Part, Proposal, Vote } from '../../core/types/index.ts'

/** A height, round and type of vote. */
export interface Place {
  readonly height: bigint
  readonly round: number
  readonly type: number
}

/** A block and the parts that its peers are given. */
export interface KnownParts {
  readonly block: Block
  readonly partSet: PartSet
}

const MAX_PROPOSALS = 256
const MAX_VOTES = 4096

/** Bounded, and forgotten when the villain's own height moves on. */
export class Notes {
  readonly #crypto: Crypto
  #height = 0n
  #proposals: Proposal[] = []
  #votes: Vote[] = []
  readonly #partSets = new Map<string, PartSet>()
  readonly #blocks = new Map<string, Block>()

  constructor(crypto: Crypto) {
    this.#crypto = crypto
  }

  /** Forgets what belongs to heights before the last. */
  enter(height: bigint): void {
    if (height <= this.#height) return
    this.#height = height
    this.#proposals = this.#proposals.filter((proposal) => proposal.height + 1n >= height)
    this.#votes = this.#votes.filter((vote) => vote.height >= height)
    const open = new Set(this.#proposals.map(({ blockId }) => keyOf(blockId)))
    for (const key of this.#partSets.keys()) {
      if (open.has(key)) continue
      this.#partSets.delete(key)
      this.#blocks.delete(key)
    }
  }

  /** Takes in a message, whoever sent it. */
  note(message: ConsensusWireMessage): void {
    if (message.kind === 'proposal') this.addProposal(message.proposal)
    else if (message.kind === 'vote') this.#addVote(message.vote)
    else if (message.kind === 'block-part' && message.height >= this.#height) {
      this.#addPart(message.part)
    }
  }

  /** Takes in a proposal; with its parts when they are known already. */
  addProposal(proposal: Proposal, partSet: PartSet | null = null): void {
    const { blockId, height } = proposal
    const { total } = blockId.partSetHeader
    if (height < this.#height || this.#proposals.length >= MAX_PROPOSALS) return
    if (!isCompleteBlockId(blockId) || total > MAX_BLOCK_PARTS) return
    const isKnown = this.proposalsAt(proposal).some((each) => equalBlockId(each.blockId, blockId))
    if (!isKnown) this.#proposals.push(proposal)
    const key = keyOf(blockId)
    if (partSet !== null) this.#partSets.set(key, partSet)
    else if (!this.#partSets.has(key)) {
      this.#partSets.set(key, PartSet.fromHeader(blockId.partSetHeader))
    }
  }

  /** The proposals of a round, in the order in which they were seen. */
  proposalsAt({ height, round }: Pick<Place, 'height' | 'round'>): Proposal[] {
    return this.#proposals.filter((each) => each.height === height && each.round === round)
  }

  /** Votes of a place, one per validator and value. */
  votesAt({ height, round, type }: Place): Vote[] {
    return this.#votes.filter(
      (vote) => vote.height === height && vote.round === round && vote.type === type,
    )
  }

  /** Every vote that is kept, oldest first. */
  votes(): readonly Vote[] {
    return this.#votes
  }

  /** The blocks that were proposed or voted for in a round, in the order they were seen. */
  blockIdsAt({ height, round }: Pick<Place, 'height' | 'round'>): BlockId[] {
    const votes = this.#votes.filter((vote) => vote.height === height && vote.round === round)
    const ids = [...this.proposalsAt({ height, round }), ...votes].map(({ blockId }) => blockId)
    return ids.filter(
      (id, at) => !isNilBlockId(id) && ids.findIndex((other) => equalBlockId(other, id)) === at,
    )
  }

  /** A block of which every part was seen. */
  find(blockId: BlockId): KnownParts | null {
    const key = keyOf(blockId)
    const partSet = this.#partSets.get(key)
    if (partSet?.isComplete !== true) return null
    const block = this.#blocks.get(key) ?? decode(partSet)
    if (block === null) return null
    this.#blocks.set(key, block)
    return { block, partSet }
  }

  /** The block that a proposal of a height rests on, null where none of both was seen whole. */
  blockBelow(height: bigint): Block | null {
    for (const { blockId } of this.#proposals.filter((each) => each.height === height)) {
      const below = this.find(blockId)?.block.header.lastBlockId
      const found = below === undefined ? null : this.find(below)
      if (found !== null) return found.block
    }
    return null
  }

  /** True when the part is of this block. */
  isPartOf(blockId: BlockId, part: Part): boolean {
    const own = this.#partSets.get(keyOf(blockId))?.get(part.index) ?? null
    return own !== null && equalBytes(own.proof.leafHash, part.proof.leafHash)
  }

  #addVote(vote: Vote): void {
    if (vote.height < this.#height) return
    const isKnown = this.votesAt(vote).some(
      (each) =>
        each.validatorIndex === vote.validatorIndex && equalBlockId(each.blockId, vote.blockId),
    )
    if (isKnown) return
    if (this.#votes.length >= MAX_VOTES) this.#votes.shift()
    this.#votes.push(vote)
  }

  #addPart(part: Part): void {
    for (const [key, partSet] of this.#partSets) {
      if (partSet.isComplete) continue
      const addition = partSet.add(this.#crypto, part)
      if (addition.kind === 'added') this.#partSets.set(key, addition.partSet)
    }
  }
}

function keyOf({ hash, partSetHeader }: BlockId): string {
  return `${toHex(hash)}/${toHex(partSetHeader.hash)}`
}

function decode(partSet: PartSet): Block | null {
  const decoded = tryDecode(decodeBlock, partSet.bytes())
  return decoded.ok ? decoded.value : null
}
