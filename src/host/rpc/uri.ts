// Query strings and paths as Go's net/http reads them.

import { fromUtf8, toUtf8 } from '../../core/bytes/index.ts'

/** Pairs read from one query string or form; further ones are ignored. */
const MAX_PAIRS = 1000

/** The first value of each name; pairs that are not well formed are left out. */
export function parseQuery(query: string): Map<string, string> {
  const values = new Map<string, string>()
  if (query === '') return values
  for (const pair of query.split('&', MAX_PAIRS)) {
    if (pair === '' || pair.includes(';')) continue
    const equals = pair.indexOf('=')
    const name = unescape(equals < 0 ? pair : pair.slice(0, equals))
    const value = equals < 0 ? '' : unescape(pair.slice(equals + 1))
    if (name === null || value === null || values.has(name)) continue
    values.set(name, value)
  }
  return values
}

/** A plus is a space; null when a percent sign is not followed by two hexadecimal digits. */
function unescape(text: string): string | null {
  const spaced = text.includes('+') ? text.replaceAll('+', ' ') : text
  if (!spaced.includes('%')) return spaced
  if (/%(?![0-9a-fA-F]{2})/.test(spaced)) return null
  const given = toUtf8(spaced)
  const bytes = new Uint8Array(given.length)
  let length = 0
  for (let i = 0; i < given.length; i++) {
    const byte = given[i] as number
    if (byte === 37) {
      const pair = String.fromCharCode(given[i + 1] as number, given[i + 2] as number)
      bytes[length++] = Number.parseInt(pair, 16)
      i += 2
    } else {
      bytes[length++] = byte
    }
  }
  return fromUtf8(bytes.subarray(0, length))
}

/** What stands in a path as it is; Go escapes every other byte. */
const UNESCAPED = /[A-Za-z0-9\-._~$&+,/:;=@!'()*#?]/

/** A path as it stands in a location; bytes that are not UTF-8 are escaped like all others. */
export function encodePath(path: string): string {
  let encoded = ''
  for (const byte of toUtf8(path)) {
    const char = String.fromCharCode(byte)
    const isPlain = byte < 128 && UNESCAPED.test(char)
    encoded += isPlain ? char : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
  }
  return encoded
}

/**
 * The path that a request for this one is sent to, null when it is clean: no empty, `.` or `..`
 * segments.
 */
export function cleanedPath(path: string): string | null {
  if (!path.includes('//') && !/\/\.{1,2}(\/|$)/.test(path)) return null
  const segments: string[] = []
  for (const segment of path.split('/')) {
    if (segment === '..') segments.pop()
    else if (segment !== '' && segment !== '.') segments.push(segment)
  }
  const end = /\/(\.{1,2})?$/.test(path) && segments.length > 0 ? '/' : ''
  return `/${segments.join('/')}${end}`
}
