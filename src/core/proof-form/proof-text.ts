// A proof as a text file: what it says in words a reader knows, then the proof itself.

import { equalBytes, fromBase64, fromUtf8, toBase64, toUtf8 } from '../bytes/index.ts'
import type { Result } from '../bytes/index.ts'
import type { Crypto } from '../crypto/index.ts'
import { readProofBytes } from './proof-bytes.ts'
import { firstDifference, malformed, unknownVersion } from './proof-form.ts'
import type { FormRefusal, ProofForm, Written } from './proof-form.ts'

/** The first byte of a proof file, which no proof begins with. */
const BRACE = 0x7b

/** No file of a proof of this form is larger. */
export const maxProofTextBytes = <T extends object>(form: ProofForm<T>): number =>
  Math.ceil(form.maxBytes / 3) * 4 + form.maxWordsBytes

const typeOf = <T extends object>({ name }: ProofForm<T>): string =>
  `quadrille/${name.replace(' ', '-')}`

/** The proof file: JSON with two spaces and a line end, to the byte. */
export const formatProof = <T extends object>(form: ProofForm<T>, proof: Written<T>): string => {
  const members = {
    type: typeOf(form),
    version: form.versionOf(proof),
    ...form.words(proof),
    proof: toBase64(proof.bytes),
  }
  return `${JSON.stringify(members, null, 2)}\n`
}

/** Reads a proof file; any text but the one that `formatProof` writes is refused. */
const readProofText = <T extends object>(
  form: ProofForm<T>,
  text: Uint8Array,
  crypto: Crypto,
): Result<Written<T>, FormRefusal> => {
  const largest = maxProofTextBytes(form)
  if (text.length > largest) {
    return malformed(`${text.length} bytes, the largest proof file has ${largest}`)
  }
  const members = parseObject(fromUtf8(text))
  if (members === null) return malformed('the text is no JSON object')
  const { type, version, proof: encoded } = members
  if (type !== typeOf(form)) return malformed(`the member "type" is not "${typeOf(form)}"`)
  if (typeof version !== 'number') return malformed('the member "version" is no number')
  if (!form.versions.includes(version)) return unknownVersion(version, form.versions)
  const bytes = typeof encoded === 'string' ? fromBase64(encoded) : null
  if (bytes === null) return malformed('the member "proof" is no base64')
  const proof = readProofBytes(form, bytes, crypto)
  if (!proof.ok) return proof
  const words = { version: form.versionOf(proof.value), ...form.words(proof.value) }
  for (const [name, said] of Object.entries(words)) {
    if (members[name] === said) continue
    return malformed(`the member "${name}" is not what the proof says: ${JSON.stringify(said)}`)
  }
  const canonical = toUtf8(formatProof(form, proof.value))
  if (equalBytes(canonical, text)) return proof
  return malformed(`byte ${firstDifference(canonical, text)} is not as the one text form has it`)
}

/**
 * Reads a proof, its bytes, or the bytes or text of a proof file. Of a proof that is given as an
 * object nothing but its bytes is believed, and what is none of these is refused too.
 */
export const readProof = <T extends object>(
  form: ProofForm<T>,
  input: Written<T> | Uint8Array | string,
  crypto: Crypto,
): Result<Written<T>, FormRefusal> => {
  const bytes = bytesOf(input)
  if (bytes === null) return malformed(`this is no ${form.name}, nor its bytes or text`)
  return bytes[0] === BRACE
    ? readProofText(form, bytes, crypto)
    : readProofBytes(form, bytes, crypto)
}

// Programs without types, and parsed JSON, come with anything.
const bytesOf = (input: unknown): Uint8Array | null => {
  if (typeof input === 'string') return toUtf8(input)
  if (input instanceof Uint8Array) return input
  const { bytes } = (input ?? {}) as { readonly bytes?: unknown }
  return bytes instanceof Uint8Array ? bytes : null
}

const parseObject = (text: string): Readonly<Record<string, unknown>> | null => {
  try {
    const value: unknown = JSON.parse(text)
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    return isObject ? (value as Readonly<Record<string, unknown>>) : null
  } catch {
    return null
  }
}
