// What a kind of proof must say of itself so that it can be written and read.

import type { Result } from '../bytes/index.ts'
import type { Crypto } from '../crypto/index.ts'

/** Why bytes are no proof. */
export interface FormRefusal {
  readonly kind: 'malformed' | 'unknown-version'
  readonly reason: string
}

/** What a proof says, and its bytes, which are all that counts. */
export type Written<T extends object> = T & { readonly bytes: Uint8Array }

/** A kind of proof; `T` is what its proofs say. */
export interface ProofForm<T extends object> {
  /** Two words, such as `evidence proof`; the file says `quadrille/evidence-proof`. */
  readonly name: string
  /** Four ASCII letters that the bytes begin with; one byte of version follows. */
  readonly magic: string
  /** The versions that are known here, each below 256. */
  readonly versions: readonly number[]
  /** No proof is larger. */
  readonly maxBytes: number
  /** No words in a file are larger, with every letter of them escaped. */
  readonly maxWordsBytes: number
  /** The one version in which this is written. */
  readonly versionOf: (content: T) => number
  /**
   * What stands behind the version. Of what was read it gives the very bytes, or they are refused.
   */
  readonly encodeBody: (content: T) => Uint8Array
  /** Reads that; the error is one line. What it hands out may be views of the body. */
  readonly decodeBody: (body: Uint8Array, version: number, crypto: Crypto) => Result<T, string>
  /** What a file says to readers. Verification takes none of it on trust. */
  readonly words: (content: T) => Readonly<Record<string, unknown>>
}

/** The refusal of what is no proof. */
export const malformed = (reason: string): { ok: false; error: FormRefusal } => ({
  ok: false,
  error: { kind: 'malformed', reason },
})

/** The refusal of a form that this software does not know. */
export const unknownVersion = (
  version: number,
  known: readonly number[],
): { ok: false; error: FormRefusal } => {
  const [noun, verb] = known.length === 1 ? ['version', 'is'] : ['versions', 'are']
  const reason = `a proof of version ${version}; ${noun} ${known.join(' and ')} ${verb} known here`
  return { ok: false, error: { kind: 'unknown-version', reason } }
}

/** Index of the first byte in which two byte strings differ. */
export const firstDifference = (one: Uint8Array, other: Uint8Array): number => {
  let at = 0
  while (at < one.length && one[at] === other[at]) at++
  return at
}
