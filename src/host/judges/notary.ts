// Verifies signatures of votes and proposals from their signBytes bytes, each once.

import { equalBytes } from '../../core/bytes/index.ts'
import { verifySignature } from '../../core/crypto/index.ts'
import type { Crypto } from '../../core/crypto/index.ts'
import { encodeCanonicalProposal, encodeCanonicalVote } from '../../core/proto/index.ts'
import type { Proposal, PublicKey, Vote } from '../../core/types/index.ts'
import { isSameId } from './naive-values.ts'

/** Places of which verdicts are remembered; the oldest is forgotten first. */
const REMEMBERED = 256
/** Verdicts remembered of one place: whoever sends more is heard anew each time. */
const PER_PLACE = 4

/** What signatures and hashes are checked with. */
export interface Means {
  readonly crypto: Crypto
  readonly notary: Notary
}

interface Verdict {
  readonly pubKey: PublicKey
  readonly message: Vote | Proposal
  readonly isSigned: boolean
}

/** Knows which signatures are good. */
export class Notary {
  readonly #crypto: Crypto
  readonly #chainId: string
  readonly #places = new Map<number, Verdict[]>()

  constructor(crypto: Crypto, chainId: string) {
    this.#crypto = crypto
    this.#chainId = chainId
  }

  /** True when the key signed this vote. Address and index are not looked at. */
  signedVote(pubKey: PublicKey, vote: Vote): boolean {
    const known = this.#find(pubKey, vote, vote.validatorIndex)
    if (known !== null) return known
    const signBytes = encodeCanonicalVote(this.#chainId, vote)
    return this.#verify({ pubKey, message: vote }, signBytes, vote.validatorIndex)
  }

  /** True when the key signed this proposal. */
  signedProposal(pubKey: PublicKey, proposal: Proposal): boolean {
    const known = this.#find(pubKey, proposal, 0)
    if (known !== null) return known
    const signBytes = encodeCanonicalProposal(this.#chainId, proposal)
    return this.#verify({ pubKey, message: proposal }, signBytes, 0)
  }

  #find(pubKey: PublicKey, message: Vote | Proposal, index: number): boolean | null {
    for (const each of this.#places.get(placeOf(message, index)) ?? []) {
      const isSame =
        isSameMessage(each.message, message) &&
        each.pubKey.type === pubKey.type &&
        equalBytes(each.pubKey.bytes, pubKey.bytes)
      if (isSame) return each.isSigned
    }
    return null
  }

  #verify(
    { pubKey, message }: Omit<Verdict, 'isSigned'>,
    signBytes: Uint8Array,
    index: number,
  ): boolean {
    const { signature } = message
    if (signature.length === 0 || signature.length > 64) return false
    const isSigned = verifySignature(this.#crypto, pubKey, signBytes, signature)
    const place = placeOf(message, index)
    const verdict = { pubKey, message, isSigned }
    const verdicts = this.#places.get(place)
    if (verdicts === undefined) this.#places.set(place, [verdict])
    else if (verdicts.length < PER_PLACE) verdicts.push(verdict)
    if (this.#places.size > REMEMBERED) this.#forgetOldest()
    return isSigned
  }

  #forgetOldest(): void {
    for (const oldest of this.#places.keys()) {
      this.#places.delete(oldest)
      return
    }
  }
}

// Different places may share a number: they are told apart by the messages.
function placeOf({ type, height, round }: Vote | Proposal, index: number): number {
  return ((Number(height) * 64 + round) * 64 + type) * 64 + index
}

function isSameMessage(a: Vote | Proposal, b: Vote | Proposal): boolean {
  return (
    a.type === b.type &&
    a.height === b.height &&
    a.round === b.round &&
    a.timestamp === b.timestamp &&
    ('polRound' in a ? a.polRound : -1) === ('polRound' in b ? b.polRound : -1) &&
    equalBytes(a.signature, b.signature) &&
    isSameId(a.blockId, b.blockId)
  )
}
