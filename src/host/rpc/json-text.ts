// The smallest pieces of a result as JSON text: strings, bytes, numbers and lists the way Go writes
// them.

import { formatTime, toBase64, toHexUpper } from '../../core/bytes/index.ts'
import type { Time } from '../../core/bytes/index.ts'

/**
 * What Go escapes and JSON.stringify does not, and the lone surrogates that stand for bytes that
 * are not UTF-8.
 */
const UNLIKE_GO = /[<>&\u2028\u2029]|\\ud/
const PIECES = /\\(?:u[0-9a-f]{4}|[^u])|[<>&\u2028\u2029]/g

/**
 * A string. Go escapes angle brackets and ampersands, and writes `\ufffd` for what is not UTF-8.
 */
export function jsonString(text: string): string {
  const quoted = JSON.stringify(text)
  return UNLIKE_GO.test(quoted) ? quoted.replace(PIECES, likeGo) : quoted
}

function likeGo(piece: string): string {
  if (piece.length === 1) return `\\u${piece.charCodeAt(0).toString(16).padStart(4, '0')}`
  return piece.startsWith('\\ud') ? '\\ufffd' : piece
}

/** HexBytes: upper-case hexadecimal, `""` when empty. */
export function jsonHex(bytes: Uint8Array): string {
  return `"${toHexUpper(bytes)}"`
}

/** Base64, `""` when empty. */
export function jsonBase64(bytes: Uint8Array): string {
  return `"${toBase64(bytes)}"`
}

/** Base64, `null` when empty: a slice that Go holds as nil. */
export function jsonBytes(bytes: Uint8Array): string {
  return bytes.length === 0 ? 'null' : jsonBase64(bytes)
}

/** RFC 3339 in UTC with nanoseconds as needed. */
export function jsonTime(time: Time): string {
  return `"${formatTime(time)}"`
}

/** A 64-bit integer, which is a string in this JSON. */
export function jsonInt64(value: bigint | number): string {
  return `"${value}"`
}

/** A list, `[]` when empty. */
export function jsonList<T>(items: readonly T[], encode: (item: T) => string): string {
  if (items.length === 0) return '[]'
  let text = '['
  for (let i = 0; i < items.length; i++) text += (i === 0 ? '' : ',') + encode(items[i] as T)
  return `${text}]`
}

/** A list, `null` when empty: a slice that Go holds as nil. */
export function jsonListOrNull<T>(items: readonly T[], encode: (item: T) => string): string {
  return items.length === 0 ? 'null' : jsonList(items, encode)
}

/**
 * An object of the members that are not null; the values are JSON already. For messages whose zero
 * members are left out.
 */
export function jsonMembers(
  members: readonly (readonly [name: string, value: string | null])[],
): string {
  const present: string[] = []
  for (const [name, value] of members) if (value !== null) present.push(`"${name}":${value}`)
  return `{${present.join(',')}}`
}

/** Text of JSON with nothing between its tokens, and with Go's escapes inside its strings. */
export function compactJson(text: string): string {
  return text.replace(/"[^"\\]*(?:\\.[^"\\]*)*"|[ \t\r\n]+/g, (token) => {
    if (!token.startsWith('"')) return ''
    return token.replaceAll(/[<>&\u2028\u2029]/g, likeGo)
  })
}
