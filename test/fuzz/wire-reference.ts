// A slow and plain reading of protobuf by the table: what is refused, and the bytes of the rest.
//
// Two phases, so that a message given in pieces is simply the fields of all pieces: fields are
// collected with their places, and judged and written when all of them are known.

import { glue } from './mutate-bytes.ts'
import { putVarint } from './proto-index.ts'
import { SCHEMA } from './wire-schema.ts'
import type { FieldSpec, MessageSpec } from './wire-schema.ts'

/** Bytes that are no message of the table. */
class Refusal extends Error {}

const MESSAGES: Readonly<Record<string, MessageSpec>> = SCHEMA
const MOST_BITS: Readonly<Record<string, bigint>> = {
  'bits-of-votes': 10_000n,
  'bits-of-parts': 1601n,
}
/** Wire type of each type that is no length-delimited one. */
const SCALARS: readonly string[] = ['bool', 'int32', 'uint32', 'int64', 'uint64']
const MIN_SECONDS = -62_135_596_800n
const END_SECONDS = 253_402_300_800n
const NANOS = 1_000_000_000n

/** Where a varint ends, and its 64 bits. */
interface Varint {
  readonly value: bigint
  readonly next: number
}

function varint(bytes: Uint8Array, at: number, end: number): Varint {
  let value = 0n
  for (let i = 0; i < 10; i++) {
    if (at + i >= end) throw new Refusal('cut off')
    const byte = bytes[at + i] as number
    value |= BigInt(byte & 127) << BigInt(7 * i)
    if (byte < 128) return { value: BigInt.asUintN(64, value), next: at + i + 1 }
  }
  throw new Refusal('more than ten bytes')
}

/** What was collected of one message. */
class Collected {
  readonly numbers = new Map<number, bigint>()
  readonly texts = new Map<number, Uint8Array>()
  readonly inner = new Map<number, Collected>()
  readonly lists = new Map<number, (Collected | Uint8Array)[]>()
  /** Words of a bit array. */
  readonly words: bigint[] = []
  /** The member of a oneof that came last. */
  member: number | null = null
  /** The fallback that came last, unread. */
  fallback: { readonly field: FieldSpec; readonly bytes: Uint8Array } | null = null
}

const TIME: MessageSpec = {
  fields: [
    [1, 'int64'],
    [2, 'int32'],
  ],
}
/** Words are read apart: they may come packed or one by one. */
const BITS: MessageSpec = { fields: [[1, 'int64']] }

function specOf(type: string): MessageSpec {
  if (type === 'time' || type === 'duration') return TIME
  if (type in MOST_BITS) return BITS
  const spec = MESSAGES[type === 'raw-block' ? 'Block' : type]
  if (spec === undefined) throw new Error(`the table has no ${type}`)
  return spec
}

interface Piece {
  readonly bytes: Uint8Array
  readonly from: number
  readonly to: number
}

/** Adds the fields of a piece to what was collected before. */
function collect({ bytes, from, to }: Piece, type: string, into: Collected): void {
  const spec = specOf(type)
  let at = from
  while (at < to) {
    const tag = varint(bytes, at, to)
    const wire = Number(tag.value & 7n)
    const number = Number(BigInt.asIntN(32, tag.value >> 3n))
    if (wire === 4 || number <= 0) throw new Refusal('tag')
    at = tag.next
    const field = spec.fields.find(([known]) => known === number)
    const fallback = spec.fallbacks?.find(([known]) => known === number)
    if (fallback !== undefined && wire === 2) {
      const { body, end } = lengthAt({ bytes, from: at, to })
      into.fallback = { field: fallback, bytes: bytes.subarray(body, end) }
      at = end
    } else if (spec === BITS && number === 2) at = takeWords({ bytes, from: at, to }, wire, into)
    else if (field === undefined) at = pass({ bytes, from: at, to }, wire)
    else at = take({ bytes, from: at, to }, wire, { field, spec, into })
  }
}

function lengthAt({ bytes, from, to }: Piece): { readonly body: number; readonly end: number } {
  const length = varint(bytes, from, to)
  if (length.value > BigInt(to - length.next)) throw new Refusal('length')
  return { body: length.next, end: length.next + Number(length.value) }
}

/** A packed list may run over its end, but not over that of the message. */
function takeWords(piece: Piece, wire: number, into: Collected): number {
  if (wire !== 0 && wire !== 2) throw new Refusal('wire type of words')
  const { body, end } = wire === 2 ? lengthAt(piece) : { body: piece.from, end: piece.from + 1 }
  let at = body
  while (at < end) {
    const word = varint(piece.bytes, at, piece.to)
    into.words.push(word.value)
    at = word.next
  }
  return at
}

interface Place {
  readonly field: FieldSpec
  readonly spec: MessageSpec
  readonly into: Collected
}

function take(piece: Piece, wire: number, { field, spec, into }: Place): number {
  const [number, type, presence] = field
  if (SCALARS.includes(type)) {
    if (wire !== 0) throw new Refusal('wire type')
    const { value, next } = varint(piece.bytes, piece.from, piece.to)
    into.numbers.set(number, value)
    return next
  }
  if (wire !== 2) throw new Refusal('wire type')
  const { body, end } = lengthAt(piece)
  const view = piece.bytes.subarray(body, end)
  const isList = presence === 'many'
  const list = into.lists.get(number) ?? []
  if (isList) into.lists.set(number, list)
  if (type === 'bytes') {
    if (isList) list.push(view)
    else into.texts.set(number, view)
    if (spec.isOneof === true) into.member = number
    return end
  }
  const before = isList || spec.isOneof === true || type === 'time' || type === 'duration'
  const inner = before ? new Collected() : (into.inner.get(number) ?? new Collected())
  collect({ bytes: piece.bytes, from: body, to: end }, type, inner)
  if (type === 'raw-block') {
    into.texts.set(number, glue(into.texts.get(number) ?? new Uint8Array(0), view))
  }
  if (isList) list.push(inner)
  else into.inner.set(number, inner)
  if (spec.isOneof === true) into.member = number
  // What cannot be mended by a later piece is judged as soon as it is whole.
  if (isList || (spec.isOneof === true && spec.isJudgedLate !== true)) write(type, inner)
  if (type === 'time' || type === 'duration') write(type, inner)
  return end
}

/** Passes over an unknown field; of a group only the wire types inside count. */
function pass(piece: Piece, first: number): number {
  const { bytes, to } = piece
  let at = piece.from
  let depth = 0
  for (let wire = first; ;) {
    if (wire === 0) at = varint(bytes, at, to).next
    else if (wire === 1) at += 8
    else if (wire === 2) at = lengthAt({ bytes, from: at, to }).end
    else if (wire === 3) depth++
    else if (wire === 4) depth--
    else if (wire === 5) at += 4
    else throw new Refusal('wire type')
    if (at > to) throw new Refusal('cut off')
    if (depth <= 0) return at
    const tag = varint(bytes, at, to)
    wire = Number(tag.value & 7n)
    at = tag.next
  }
}

function put(out: number[], number: number, wire: number, value: bigint): void {
  putVarint(out, number * 8 + wire)
  putVarint(out, BigInt.asUintN(64, value))
}

function delimited(number: number, body: Uint8Array): Uint8Array {
  const head: number[] = []
  putVarint(head, number * 8 + 2)
  putVarint(head, body.length)
  return glue(Uint8Array.from(head), body)
}

function scalar(type: string, value: bigint): bigint {
  if (type === 'bool') return value === 0n ? 0n : 1n
  if (type === 'int32') return BigInt.asIntN(32, value)
  if (type === 'uint32') return BigInt.asUintN(32, value)
  return type === 'int64' ? BigInt.asIntN(64, value) : value
}

/** The bytes of a message, or a refusal when something that it needs is missing. */
function write(type: string, message: Collected): Uint8Array {
  if (type === 'time') return writeTime(message)
  if (type === 'duration') return writeDuration(message)
  if (type in MOST_BITS) return writeBits(MOST_BITS[type] as bigint, message)
  const spec = specOf(type)
  if (spec.isOneof === true && message.member === null) return writeFallback(message)
  const pieces: Uint8Array[] = []
  for (const field of spec.fields) {
    if (spec.isOneof === true && field[0] !== message.member) continue
    pieces.push(...writeField(field, { spec, into: message }))
  }
  return glue(...pieces)
}

function writeFallback({ fallback }: Collected): Uint8Array {
  if (fallback === null) throw new Refusal('no member')
  const { field, bytes } = fallback
  const [number, type] = field
  const inner = new Collected()
  collect({ bytes, from: 0, to: bytes.length }, type, inner)
  return delimited(number, write(type, inner))
}

function writeField(field: FieldSpec, { spec, into }: Omit<Place, 'field'>): Uint8Array[] {
  const [number, type, presence] = field
  if (SCALARS.includes(type)) {
    const value = scalar(type, into.numbers.get(number) ?? 0n)
    if (value === 0n) return []
    const out: number[] = []
    put(out, number, 0, value)
    return [Uint8Array.from(out)]
  }
  if (presence === 'many') {
    const list = into.lists.get(number) ?? []
    if (spec.most !== undefined && list.length > spec.most) throw new Refusal('too many')
    return list.map((each) => {
      return delimited(number, each instanceof Uint8Array ? each : write(type, each))
    })
  }
  if (type === 'bytes' || type === 'raw-block') {
    const bytes = into.texts.get(number)
    if (presence === 'needed' && bytes === undefined) throw new Refusal('missing')
    const isPresent = spec.isOneof === true || presence === 'needed'
    return bytes !== undefined && (bytes.length > 0 || isPresent) ? [delimited(number, bytes)] : []
  }
  return writeInner(field, into.inner.get(number))
}

function writeInner(
  [number, type, presence]: FieldSpec,
  inner: Collected | undefined,
): Uint8Array[] {
  if (type === 'time' && inner === undefined) {
    const zero = new Collected()
    zero.numbers.set(1, MIN_SECONDS)
    return [delimited(number, writeTime(zero))]
  }
  const isAlways = presence === 'always' || type === 'duration'
  if (inner === undefined && presence === 'needed') throw new Refusal('missing')
  if (inner === undefined && !isAlways) {
    return []
  }
  const body = write(type, inner ?? new Collected())
  // An empty bit array is nothing, unless it always stands.
  if (type in MOST_BITS && !isAlways && body.length === 0) return []
  return [delimited(number, body)]
}

function pairOf(message: Collected): { readonly seconds: bigint; readonly nanos: bigint } {
  return {
    seconds: scalar('int64', message.numbers.get(1) ?? 0n),
    nanos: scalar('int32', message.numbers.get(2) ?? 0n),
  }
}

function writePair(seconds: bigint, nanos: bigint): Uint8Array {
  const out: number[] = []
  if (seconds !== 0n) put(out, 1, 0, seconds)
  if (nanos !== 0n) put(out, 2, 0, nanos)
  return Uint8Array.from(out)
}

function writeTime(message: Collected): Uint8Array {
  const { seconds, nanos } = pairOf(message)
  if (seconds < MIN_SECONDS || seconds >= END_SECONDS) throw new Refusal('year')
  if (nanos < 0n || nanos >= NANOS) throw new Refusal('nanoseconds')
  return writePair(seconds, nanos)
}

function writeDuration(message: Collected): Uint8Array {
  const { seconds, nanos } = pairOf(message)
  const most = 315_576_000_000n
  if (seconds > most || seconds < -most || nanos >= NANOS || nanos <= -NANOS) {
    throw new Refusal('duration')
  }
  if (seconds * nanos < 0n) throw new Refusal('mixed signs')
  const whole = seconds * NANOS + nanos
  if (whole !== BigInt.asIntN(64, whole)) throw new Refusal('duration')
  return writePair(whole / NANOS, whole % NANOS)
}

function writeBits(most: bigint, message: Collected): Uint8Array {
  const bits = scalar('int64', message.numbers.get(1) ?? 0n)
  const { words } = message
  if (bits < 0n || bits > most) throw new Refusal('bits')
  if (BigInt(words.length) !== (bits + 63n) / 64n) throw new Refusal('words')
  const out: number[] = []
  if (bits === 0n) return Uint8Array.from(out)
  put(out, 1, 0, bits)
  const packed: number[] = []
  for (const [i, word] of words.entries()) {
    const left = Number(bits) - 64 * i
    putVarint(packed, BigInt.asUintN(Math.min(64, left), word))
  }
  return glue(Uint8Array.from(out), delimited(2, Uint8Array.from(packed)))
}

/** The normal form of a message's bytes, or null when they must be refused. */
export function normalForm(type: string, bytes: Uint8Array): Uint8Array | null {
  try {
    const message = new Collected()
    collect({ bytes, from: 0, to: bytes.length }, type, message)
    return write(type, message)
  } catch (error) {
    if (error instanceof Refusal) return null
    throw error
  }
}
