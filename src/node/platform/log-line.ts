// One log line for people, and log values as plain text.

import { toHexUpper } from '../../core/bytes/index.ts'
import type { LogFields } from '../../host/ports/index.ts'

const LEVEL_WIDTH = 5
const ROOM_WIDTH = 10

/** What a line is made of. */
export interface PlainLine {
  readonly time: Date
  readonly level: string
  readonly room: string
  readonly message: string
  readonly fields: LogFields
}

/** `2026-11-22T21:40:01.123Z INFO  consensus  decided height=5 round=0`, with a line feed. */
export function formatLine({ time, level, room, message, fields }: PlainLine): string {
  const columns = `${level.toUpperCase().padEnd(LEVEL_WIDTH)} ${room.padEnd(ROOM_WIDTH)}`
  let line = `${time.toISOString()} ${columns} ${message}`
  for (const [key, value] of Object.entries(fields)) {
    if (value !== undefined) line += ` ${key}=${quoted(plainValue(value))}`
  }
  return `${oneLine(line)}\n`
}

/**
 * Bytes as upper-case hex, errors as code and message, the rest as data that JSON can hold, `depth`
 * levels deep.
 */
export function plainValue(value: unknown, depth = 4): unknown {
  if (typeof value === 'symbol' || typeof value === 'function') return String(value)
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Uint8Array) return toHexUpper(value)
  if (value instanceof Error) return errorText(value)
  if (depth === 0) return '...'
  if (Array.isArray(value)) return value.map((item) => plainValue(item, depth - 1))
  const entries = Object.entries(value).map(([key, item]) => [key, plainValue(item, depth - 1)])
  return Object.fromEntries(entries)
}

function errorText(error: Error): string {
  const code = 'code' in error && typeof error.code === 'string' ? `${error.code}: ` : ''
  return `${code}${error.message}`
}

function quoted(value: unknown): string {
  const text =
    typeof value === 'object' && value !== null
      ? JSON.stringify(value, (_key, item: unknown) =>
          typeof item === 'bigint' ? `${item}` : item,
        )
      : String(value)
  return /^[^\s"=\p{Cc}]+$/u.test(text) ? text : JSON.stringify(text)
}

/** Text from a peer must not be able to write a line of its own, or speak to the terminal. */
function oneLine(line: string): string {
  return line.replaceAll(/\p{Cc}/gu, ' ')
}
