// Text as UTF-8 and back, without losing a byte that is not UTF-8.

const encoder = new TextEncoder()
const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
/** Below this length a plain loop over ASCII beats the call into TextDecoder. */
const SHORT = 48
/** A byte b that is not part of valid UTF-8 stands in text as the lone surrogate ESCAPE + b. */
const ESCAPE = 0xdc00

/**
 * UTF-8 of a text. A lone surrogate U+DC80..U+DCFF, which `fromUtf8` puts for a byte that is not
 * UTF-8, becomes that byte again; any other lone surrogate becomes U+FFFD.
 */
export function toUtf8(text: string): Uint8Array {
  return /[\ud800-\udfff]/.test(text) ? withEscapes(text) : encoder.encode(text)
}

function withEscapes(text: string): Uint8Array {
  // At most three bytes for each UTF-16 unit.
  const out = new Uint8Array(text.length * 3)
  let length = 0
  for (const symbol of text) {
    const code = symbol.codePointAt(0) as number
    if (code < 0x80) out[length++] = code
    else if (code >= ESCAPE + 0x80 && code <= ESCAPE + 0xff) out[length++] = code - ESCAPE
    else for (const byte of encoder.encode(symbol)) out[length++] = byte
  }
  return out.slice(0, length)
}

/**
 * Text of UTF-8 bytes, never failing: Go keeps strings that are not UTF-8, so each byte that is not
 * part of valid UTF-8 is kept as a lone surrogate (0xDC00 + byte) and `toUtf8` gives it back.
 */
export function fromUtf8(bytes: Uint8Array): string {
  if (bytes.length <= SHORT) {
    const text = shortAscii(bytes)
    if (text !== null) return text
  }
  try {
    return strict.decode(bytes)
  } catch {
    return decodeWithEscapes(bytes)
  }
}

function shortAscii(bytes: Uint8Array): string | null {
  let text = ''
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] as number
    if (byte > 127) return null
    text += String.fromCharCode(byte)
  }
  return text
}

function decodeWithEscapes(bytes: Uint8Array): string {
  const symbols: string[] = []
  let i = 0
  while (i < bytes.length) {
    const first = bytes[i] as number
    const length = symbolLength(bytes, i)
    // The first of several bytes has as many leading ones as the symbol has bytes.
    let code = length === 0 ? ESCAPE + first : length === 1 ? first : first & (0x7f >> length)
    for (let k = 1; k < length; k++) code = (code << 6) | ((bytes[i + k] as number) & 0x3f)
    symbols.push(String.fromCodePoint(code))
    i += length === 0 ? 1 : length
  }
  return symbols.join('')
}

/** Length of the valid UTF-8 symbol at `at`, 0 when there is none (Unicode table 3-7). */
function symbolLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at] as number
  if (first < 0x80) return 1
  if (first < 0xc2 || first > 0xf4) return 0
  const length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4
  if (at + length > bytes.length) return 0
  const second = bytes[at + 1] as number
  const low = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80
  const high = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf
  if (second < low || second > high) return 0
  for (let i = 2; i < length; i++) if (((bytes[at + i] as number) & 0xc0) !== 0x80) return 0
  return length
}
