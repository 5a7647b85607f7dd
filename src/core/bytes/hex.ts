// Bytes as hexadecimal text and back.

import { bytesKey } from './compare.ts'
import { freshBytes } from './fresh-bytes.ts'

const LOWER = codesOf('0123456789abcdef')
const UPPER = codesOf('0123456789ABCDEF')

function codesOf(digits: string): Uint8Array {
  return Uint8Array.from(digits, (each) => each.charCodeAt(0))
}

function format(bytes: Uint8Array, digits: Uint8Array): string {
  const out = freshBytes(2 * bytes.length)
  let o = 0
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] as number
    out[o++] = digits[byte >>> 4] as number
    out[o++] = digits[byte & 15] as number
  }
  return bytesKey(out)
}

/** Lower-case hexadecimal, two digits a byte. */
export function toHex(bytes: Uint8Array): string {
  return format(bytes, LOWER)
}

/** Upper-case hexadecimal, as CometBFT's JSON writes hashes and addresses. */
export function toHexUpper(bytes: Uint8Array): string {
  return format(bytes, UPPER)
}

function digit(code: number): number {
  if (code >= 48 && code <= 57) return code - 48
  const lower = code | 32
  return lower >= 97 && lower <= 102 ? lower - 87 : -1
}

/** Parses hexadecimal text of either case without prefix; null when it is anything else. */
export function fromHex(text: string): Uint8Array | null {
  if (text.length % 2 !== 0) return null
  const bytes = new Uint8Array(text.length / 2)
  for (let i = 0; i < bytes.length; i++) {
    const high = digit(text.charCodeAt(2 * i))
    const low = digit(text.charCodeAt(2 * i + 1))
    if (high < 0 || low < 0) return null
    bytes[i] = (high << 4) | low
  }
  return bytes
}
