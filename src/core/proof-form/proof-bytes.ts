// A proof as bytes: four letters, a version, and what it says, in one encoding only.

import { concatBytes, equalBytes, ok, toUtf8 } from '../bytes/index.ts'
import type { Result } from '../bytes/index.ts'
import type { Crypto } from '../crypto/index.ts'
import { firstDifference, malformed, unknownVersion } from './proof-form.ts'
import type { FormRefusal, ProofForm, Written } from './proof-form.ts'

/** The bytes of a proof that says this. */
export const encodeProof = <T extends object>(form: ProofForm<T>, content: T): Uint8Array =>
  concatBytes(toUtf8(form.magic), Uint8Array.of(form.versionOf(content)), form.encodeBody(content))

/**
 * Reads the bytes of a proof. Only the form is judged: what a proof says has one encoding, and any
 * other bytes are refused. Whether it is true is for verification to say.
 */
export const readProofBytes = <T extends object>(
  form: ProofForm<T>,
  bytes: Uint8Array,
  crypto: Crypto,
): Result<Written<T>, FormRefusal> => {
  if (bytes.length > form.maxBytes) {
    return malformed(`${bytes.length} bytes, the largest proof has ${form.maxBytes}`)
  }
  const magic = toUtf8(form.magic)
  if (bytes.length <= magic.length || !equalBytes(bytes.subarray(0, magic.length), magic)) {
    return malformed(`this is no ${form.name}: it does not begin with ${form.magic}`)
  }
  const version = bytes[magic.length] ?? 0
  if (!form.versions.includes(version)) return unknownVersion(version, form.versions)
  // Once for all: a caller may change its buffer, and what is handed out are views of it.
  const own = bytes.slice()
  const read = form.decodeBody(own.subarray(magic.length + 1), version, crypto)
  if (!read.ok) return malformed(read.error)
  const canonical = encodeProof(form, read.value)
  if (equalBytes(canonical, own)) return ok({ ...read.value, bytes: own })
  return malformed(`byte ${firstDifference(canonical, own)} is not as the one encoding has it`)
}
