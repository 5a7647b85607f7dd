// What every scenario uses again: validators, blocks and votes, made once.

import { makeValidators } from '../../src/core/consensus/cast.fixture.ts'
import type { BuiltBlock } from '../../src/core/consensus/index.ts'
import { voteOf } from '../../src/core/consensus/message.fixture.ts'
import type { Crypto } from '../../src/core/crypto/index.ts'
import { NIL_BLOCK_ID, PartSet, VoteType, blockIdKey } from '../../src/core/types/index.ts'
import type { BlockId, ValidatorSet, Vote } from '../../src/core/types/index.ts'

/** Not a hash for any other purpose: FNV-1a in eight lanes. Blocks differ, and nobody attacks. */
export const quickCrypto: Crypto = {
  sha256(data) {
    let mixed = 0x811c9dc5
    for (const byte of data) mixed = Math.imul(mixed ^ byte, 0x01000193)
    const digest = new Uint32Array(8)
    for (let lane = 0; lane < 8; lane += 1) {
      mixed = Math.imul(mixed ^ (mixed >>> 15) ^ lane, 0x01000193)
      digest[lane] = mixed
    }
    return new Uint8Array(digest.buffer)
  },
  publicKeyEd25519: () => new Uint8Array(32),
  signEd25519: () => new Uint8Array(64),
  verifyEd25519: () => true,
}

/** The number of a value: 0 for nil, those of blocks from 2. */
export type ValueId = number

const NIL: ValueId = 0
const FIRST_BLOCK: ValueId = 2

/** Blocks by who proposes them and when. */
export class Blocks {
  readonly #byPlace: BuiltBlock[] = []
  readonly #byKey = new Map<string, { readonly block: BuiltBlock; readonly id: ValueId }>()
  // Identities travel as objects, so the text of most is never made.
  readonly #byObject = new Map<BlockId, ValueId>([[NIL_BLOCK_ID, NIL]])

  /** The block that `instance` builds in `round`. */
  of(instance: number, round: number): BuiltBlock {
    const place = round * 8 + instance
    return (this.#byPlace[place] ??= this.#make(place))
  }

  /** The block with this identity. */
  find(blockId: BlockId): BuiltBlock | null {
    return this.#byKey.get(blockIdKey(blockId))?.block ?? null
  }

  /** The number of a value. */
  idOf(blockId: BlockId): ValueId {
    let id = this.#byObject.get(blockId)
    if (id === undefined) {
      id = this.#byKey.get(blockIdKey(blockId))?.id ?? NIL
      this.#byObject.set(blockId, id)
    }
    return id
  }

  #make(place: number): BuiltBlock {
    const bytes = new Uint8Array(8)
    bytes[0] = place
    const partSet = PartSet.fromBytes(quickCrypto, bytes)
    const blockId = { hash: quickCrypto.sha256(bytes), partSetHeader: partSet.header }
    const known = { block: { blockId, partSet }, id: place + FIRST_BLOCK }
    this.#byKey.set(blockIdKey(blockId), known)
    this.#byObject.set(blockId, known.id)
    return known.block
  }
}

/** The votes of one validator set at height 1; equal votes are one object. */
export class Votes {
  readonly #blocks: Blocks
  readonly #validatorSet: ValidatorSet
  readonly #made = new Map<number, Vote>()

  constructor(blocks: Blocks, validatorSet: ValidatorSet) {
    this.#blocks = blocks
    this.#validatorSet = validatorSet
  }

  /** The vote of the validator at `index`. */
  of(index: number, type: VoteType, round: number, blockId: BlockId): Vote {
    const kind = type === VoteType.prevote ? 0 : 1
    const key = ((round * 2 + kind) * 8 + index) * 1024 + this.#blocks.idOf(blockId)
    const made = this.#made.get(key)
    if (made !== undefined) return made
    const vote = voteOf(this.#validatorSet, index, { type, height: 1n, round, blockId })
    this.#made.set(key, vote)
    return vote
  }
}

/** Validators whose priorities of later rounds are computed once. */
export function rememberingValidators(powers: readonly number[]): ValidatorSet {
  return remembering(makeValidators(powers))
}

function remembering(validatorSet: ValidatorSet): ValidatorSet {
  const later: ValidatorSet[] = []
  const compute = validatorSet.withPriorityIncremented.bind(validatorSet)
  return Object.assign(validatorSet, {
    withPriorityIncremented(times: number): ValidatorSet {
      if (times === 0) return validatorSet
      return (later[times] ??= remembering(compute(times)))
    },
  })
}
