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
  const head = `${time.toISOString()} ${level.toUpperCase().padEnd(LEVEL_WIDTH)} ${room.padEnd(ROOM_WIDTH)}`
  let line = `${head} ${oneLine(message)}`
  for (const [key, value] of Object.entries(fields)) {
    if (value !== undefined) line += ` ${key}=${quoted(plainValue(value))}`
  }
  return `${line}\n`
}

/** Bytes as upper-case hex, errors as code and message; what JSON can hold stays as it is. */
export function plainValue(value: unknown): unknown {
  if (value instanceof Uint8Array) return toHexUpper(value)
  if (!(value instanceof Error)) return value
  const code = 'code' in value && typeof value.code === 'string' ? `${value.code}: ` : ''
  return `${code}${value.message}`
}

function quoted(value: unknown): string {
  const text = typeof value === 'object' && value !== null ? toJson(value) : String(value)
  return /^[^\s"=]+$/.test(text) ? text : JSON.stringify(text)
}

function toJson(value: object): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'bigint' ? inner.toString() : plainValue(inner),
  )
}

/** Text from a peer must not be able to write a line of its own. */
function oneLine(message: string): string {
  // oxlint-disable-next-line no-control-regex
  return message.replaceAll(/[\u0000-\u001f\u007f]/g, ' ')
}
