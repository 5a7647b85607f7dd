// Watches decisions and answers each with its proof; decides nothing itself.

import { assert, equalBytes } from '../bytes/index.ts'
import { nobleCrypto } from '../crypto/index.ts'
import type { Crypto } from '../crypto/index.ts'
import { equalBlockId } from '../types/index.ts'
import type { Decision, FinalityProof } from './finality-proof.ts'
import { proveDecision } from './prove-decision.ts'

/** What a gadget watches. */
export interface FinalityGadgetOptions {
  readonly chainId: string
  /** A faster backend than the portable one. */
  readonly crypto?: Crypto
}

/**
 * The specification's finality gadget as what it can be without contradicting consensus: an
 * observer. It is told every decision from some height on, in order, and turns each into a proof.
 * A second decision of a height, a gap, or a decision that does not follow from the one before can
 * only be a fault of the host, so it throws `InvariantError` and its last proof stands.
 */
export class FinalityGadget {
  readonly #chainId: string
  readonly #crypto: Crypto
  #last: FinalityProof | null = null

  constructor({ chainId, crypto = nobleCrypto }: FinalityGadgetOptions) {
    this.#chainId = chainId
    this.#crypto = crypto
  }

  /** The proof of the highest decision so far. */
  get last(): FinalityProof | null {
    return this.#last
  }

  /** Takes a decision and gives its proof, which verifies wherever the chain is known. */
  observe(decision: Decision): FinalityProof {
    const { height, chainId } = decision.header
    assert(chainId === this.#chainId, `decision ${height} is of chain ${chainId}`)
    if (this.#last !== null) this.#assertFollows(this.#last, decision)
    const proof = proveDecision(decision, this.#crypto)
    assert(proof.ok, proof.ok ? '' : `decision ${height}: ${proof.error}`)
    this.#last = proof.value
    return proof.value
  }

  #assertFollows(last: FinalityProof, { header }: Decision): void {
    const { height } = last.header
    assert(header.height > height, `height ${header.height} was decided already`)
    assert(header.height === height + 1n, `decision ${header.height} leaves a gap after ${height}`)
    const isNext = equalBlockId(header.lastBlockId, last.commit.blockId)
    assert(isNext, `decision ${header.height} does not follow decision ${height}`)
    const isNamed = equalBytes(header.validatorsHash, last.header.nextValidatorsHash)
    assert(isNamed, `decision ${header.height} has other validators than ${height} named`)
  }
}
