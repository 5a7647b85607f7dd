// Verifies signatures of votes and proposals from their canonical bytes, each once.

import { bytesKey } from '../../core/bytes/index.ts'
import { verifySignature } from '../../core/crypto/index.ts'
import type { Crypto } from '../../core/crypto/index.ts'
import {
  encodeCanonicalProposal,
  encodeCanonicalVote,
  encodeDelimited,
} from '../../core/proto/index.ts'
import type { Proposal, PublicKey, Vote } from '../../core/types/index.ts'

/** What is remembered at most; the oldest is forgotten first. */
const REMEMBERED = 10_000

/** Knows which signatures are good. */
export class Notary {
  readonly #crypto: Crypto
  readonly #chainId: string
  readonly #verdicts = new Map<string, boolean>()

  constructor(crypto: Crypto, chainId: string) {
    this.#crypto = crypto
    this.#chainId = chainId
  }

  /** True when the key signed this vote. Address and index are not looked at. */
  signedVote(pubKey: PublicKey, vote: Vote): boolean {
    return this.#signed(pubKey, encodeCanonicalVote(this.#chainId, vote), vote.signature)
  }

  /** True when the key signed this proposal. */
  signedProposal(pubKey: PublicKey, proposal: Proposal): boolean {
    const canonical = encodeCanonicalProposal(this.#chainId, proposal)
    return this.#signed(pubKey, canonical, proposal.signature)
  }

  #signed(pubKey: PublicKey, canonical: Uint8Array, signature: Uint8Array): boolean {
    if (signature.length === 0 || signature.length > 64) return false
    const message = encodeDelimited(canonical)
    const key = bytesKey(signature) + bytesKey(pubKey.bytes) + bytesKey(message)
    const known = this.#verdicts.get(key)
    if (known !== undefined) return known
    const verdict = verifySignature(this.#crypto, pubKey, message, signature)
    this.#verdicts.set(key, verdict)
    if (this.#verdicts.size > REMEMBERED) this.#forgetOldest()
    return verdict
  }

  #forgetOldest(): void {
    for (const key of this.#verdicts.keys()) {
      this.#verdicts.delete(key)
      return
    }
  }
}
