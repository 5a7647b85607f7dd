// Bytes as standard base64 text and back, strict in what it reads.

import { bytesKey } from './compare.ts'
import { freshBytes } from './fresh-bytes.ts'

const PAD = 61
const INVALID = 255
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const CODES: Uint8Array = asciiCodes(ALPHABET)
const VALUES: Uint8Array = invert(CODES)

function asciiCodes(text: string): Uint8Array {
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0))
}

function invert(codes: Uint8Array): Uint8Array {
  const values = new Uint8Array(256).fill(INVALID)
  for (let i = 0; i < codes.length; i++) values[codes[i] as number] = i
  return values
}

/** Standard alphabet with padding (RFC 4648 section 4). */
export function toBase64(bytes: Uint8Array): string {
  const out = freshBytes(Math.ceil(bytes.length / 3) * 4)
  let o = 0
  for (let i = 0; i < bytes.length; i += 3) {
    const left = bytes.length - i
    const a = bytes[i] as number
    const b = left > 1 ? (bytes[i + 1] as number) : 0
    const c = left > 2 ? (bytes[i + 2] as number) : 0
    out[o++] = CODES[a >> 2] as number
    out[o++] = CODES[((a & 3) << 4) | (b >> 4)] as number
    out[o++] = left > 1 ? (CODES[((b & 15) << 2) | (c >> 6)] as number) : PAD
    out[o++] = left > 2 ? (CODES[c & 63] as number) : PAD
  }
  return bytesKey(out)
}

/**
 * Parses standard base64: only the standard alphabet, padding required, no white space; null
 * otherwise. Bits beyond the last byte are ignored, as Go's decoder does.
 */
export function fromBase64(text: string): Uint8Array | null {
  if (text.length % 4 !== 0) return null
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0
  const digits = text.length - padding
  const bytes = new Uint8Array((text.length / 4) * 3 - padding)
  let bits = 0
  let held = 0
  let o = 0
  for (let i = 0; i < digits; i++) {
    const code = text.charCodeAt(i)
    const value = code < 256 ? (VALUES[code] as number) : INVALID
    if (value === INVALID) return null
    bits = ((bits << 6) | value) & 0xffff
    held += 6
    if (held >= 8) {
      held -= 8
      bytes[o++] = (bits >> held) & 255
    }
  }
  return bytes
}
