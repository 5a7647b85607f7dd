// Equality, order, joining and map keys of byte strings.

import { freshBytes } from './fresh-bytes.ts'

/** The empty byte string; stands for "absent" in hashes, addresses and signatures. */
export const EMPTY_BYTES: Uint8Array = new Uint8Array(0)

const CHUNK = 4096

/** True when both hold the same bytes. Not constant time: never compare secrets with it. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a === b) return true
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}

/** Lexicographic order of unsigned bytes: negative, 0 or positive; a prefix comes first. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    const difference = (a[i] as number) - (b[i] as number)
    if (difference !== 0) return difference
  }
  return a.length - b.length
}

/** One new byte string holding the parts in order. */
export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array {
  let length = 0
  for (const part of parts) length += part.length
  const whole = freshBytes(length)
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

/** A string that is equal exactly when the bytes are (one character a byte): a key for maps. */
export function bytesKey(bytes: Uint8Array): string {
  if (bytes.length <= CHUNK) return charsOf(bytes)
  let key = ''
  for (let i = 0; i < bytes.length; i += CHUNK) {
    key += charsOf(bytes.subarray(i, i + CHUNK))
  }
  return key
}

// Spreading the bytes takes six times as long: it walks an iterator.
function charsOf(bytes: Uint8Array): string {
  return String.fromCharCode.apply(null, bytes as unknown as number[])
}
