// Inputs made to cost much: the work of a decoder stays in proportion to the bytes it is given.

import { describe, expect, test } from 'vitest'
import * as proto from '../../src/core/proto/index.ts'
import { fromUtf8, toHex, toUtf8 } from '../../src/core/bytes/index.ts'
import { laterRecords, readSegment } from '../../src/host/wal/readers.fixture.ts'
import { Dice } from './dice.ts'
import { indexFields, putVarint, replaceRange } from './proto-index.ts'
import type { Field } from './proto-index.ts'
import { TEXT_TARGETS } from './text-targets.ts'
import { FAMILIES_BY_DECODER, WIRE_TARGETS } from './wire-targets.ts'
import { bytesTaken, WorkMeter } from './work.ts'

/** Bytes of an amplified message, and of an amplified text. */
const MESSAGE_SIZE = 4096
const SIZE = 8192
/** An honest reader copies each byte once or twice. */
const MOST_COPIED = 60
/** A byte costs a call or two, mostly those of a small field. */
const MOST_CALLS = 20

function times(piece: Uint8Array, room: number): Uint8Array {
  const count = Math.max(1, Math.floor(room / piece.length))
  const out = new Uint8Array(count * piece.length)
  for (let i = 0; i < count; i++) out.set(piece, i * piece.length)
  return out
}

function joined(...pieces: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(pieces))
}

function tagged(number: number, body: Uint8Array): Uint8Array {
  const head: number[] = []
  putVarint(head, number * 8 + 2)
  putVarint(head, body.length)
  return joined(Uint8Array.from(head), body)
}

/** One field of each number in each place, with the shortest body that was seen. */
function distinctFields(bytes: Uint8Array): Field[] {
  const found = new Map<string, Field>()
  for (const field of indexFields(bytes)) {
    let place = ''
    for (let each: Field | null = field; each !== null; each = each.parent) {
      place = `${each.number}.${place}`
    }
    const before = found.get(place)
    const isShorter = before === undefined || field.end - field.body < before.end - before.body
    if (isShorter) found.set(place, field)
  }
  return [...found.values()]
}

/** One field as often as fits: alone, and before empty copies of the message that it is in. */
function amplified(bytes: Uint8Array): Uint8Array[] {
  const messages: Uint8Array[] = []
  for (const field of distinctFields(bytes)) {
    const whole = bytes.subarray(field.start, field.end)
    const { parent } = field
    const empty = tagged(field.number, new Uint8Array(0))
    for (const piece of field.type === 2 ? [whole, empty] : [whole]) {
      messages.push(replaceRange(bytes, field, times(piece, MESSAGE_SIZE)))
      if (parent === null) continue
      // First the heavy one, then many that merge with it.
      const heavy = tagged(parent.number, times(piece, MESSAGE_SIZE / 2))
      const light = times(tagged(parent.number, new Uint8Array(0)), MESSAGE_SIZE / 2)
      messages.push(replaceRange(bytes, parent, joined(heavy, light)))
    }
  }
  return messages
}

type Decode = (bytes: Uint8Array) => unknown

interface Work {
  /** For each byte: elements copied for the dearest input, and calls for all of them. */
  readonly copied: number
  readonly calls: number
  /** All of them. */
  readonly counted: number
  /** How the dearest input begins. */
  readonly dearest: string
}

function workOf(read: (input: Uint8Array) => void, inputs: readonly Uint8Array[]): Work {
  const meter = new WorkMeter()
  let bytes = 0
  let counted = 0
  let copied = 0
  let dearest = ''
  try {
    for (const input of inputs) {
      const before = meter.copied
      read(input)
      const perByte = (meter.copied - before) / input.length
      bytes += input.length
      if (perByte <= copied) continue
      copied = perByte
      dearest = `${input.length} bytes ${Buffer.from(input.subarray(0, 40)).toString('hex')}`
    }
  } finally {
    counted = meter.close()
  }
  return { copied: Math.round(copied), calls: Math.round(counted / bytes), counted, dearest }
}

describe('fuzz: messages made to cost much', () => {
  test.each([...FAMILIES_BY_DECODER])(
    'decode%s: its work is in proportion to its input',
    (name, families) => {
      const decode = (proto as unknown as Readonly<Record<string, Decode>>)[`decode${name}`]
      const dice = new Dice(7, name)
      const valid = Array.from({ length: 12 }, () => dice.pick(families).encode(dice))
      const richest = valid.toSorted((a, b) => b.length - a.length)[0] ?? new Uint8Array(0)
      const read = (input: Uint8Array): void => void proto.tryDecode(decode as Decode, input)
      const { copied, calls, counted, dearest } = workOf(read, amplified(richest))
      expect(copied, `elements copied for each byte of ${dearest}`).toBeLessThan(MOST_COPIED)
      expect(calls, 'calls for each byte').toBeLessThan(MOST_CALLS)
      expect(counted, 'calls that were seen').toBeGreaterThan(0)
    },
    60_000,
  )
})

/** Deep enough that whoever recurses runs out of stack. */
const DEEP = 60_000

describe('fuzz: nesting without end', () => {
  test.each(WIRE_TARGETS.filter(({ name }) => name.startsWith('decode')))(
    '$name: groups in groups take no stack',
    ({ take }) => {
      const half = DEEP / 2
      const closed = joined(new Uint8Array(half).fill(0x7b), new Uint8Array(half).fill(0x7c))
      for (const input of [closed, closed.subarray(0, DEEP - 1)]) {
        expect([true, false]).toContain(take(input))
      }
    },
  )

  test.each(TEXT_TARGETS)('$name: brackets in brackets take no stack', ({ name, take }) => {
    // As text alone, or as the name of a parameter that nobody asks for, they are as good as any.
    const isText = name === 'fromUtf8' || name === 'argumentsOfUri'
    for (const [open, close] of [
      ['[', ']'],
      ['{"a":', '}'],
      ['{"$object":', '}'],
      ['(', ')'],
    ] as const) {
      const count = DEEP / 2
      const text = `${open.repeat(count)}1${close.repeat(count)}`
      for (const each of [text, text.slice(0, -1), open.repeat(count)]) {
        expect(take(toUtf8(each))).toBe(isText)
      }
    }
  })
})

/** Pieces of text of which many might be dear. */
const PIECES: readonly string[] = [
  '[',
  '[1,',
  '{"a":',
  '"a":1,',
  '\\u0041',
  '\\"',
  '"',
  "'",
  ' ',
  '\n',
  '0',
  '1h',
  '1.',
  'a=1&',
  '%41',
  '%',
  '+',
  '/..',
  '//',
  "a='b' AND ",
  'a EXISTS AND ',
  '(',
  '=',
  '!',
  ',',
  ':',
  '\u00e9',
  '\udc80',
  '{"$set":[',
]

/** Texts that are whole, with a piece in their middle as often as fits. */
const FRAMES: readonly (readonly [open: string, piece: string, close: string])[] = [
  ['{', '"a":1,', '"b":2}'],
  ['{', '"a":[],', '"b":2}'],
  ['[', '1,', '2]'],
  ['[', '{},', '{}]'],
  ['{"jsonrpc":"2.0","id":1,"method":"x","params":{', '"a":1,', '"b":2}}'],
  ['{"jsonrpc":"2.0","id":[', '1,', '2],"method":"x"}'],
  ['"', '\\u0041', '"'],
  ['"', '\\ud800', '"'],
  ['a=1', '&b=2', ''],
  ['string=', '%41', ''],
  ["a='b'", " AND c='d'", ''],
  ['{"$map":[', '[1,1],', '[2,2]]}'],
  ['val=', '!', '1'],
]

describe('fuzz: texts made to cost much', () => {
  test.each(TEXT_TARGETS)('$name: its work is in proportion to its input', (target) => {
    const dice = new Dice(3, target.name)
    const inputs = PIECES.flatMap((piece) => {
      const valid = fromUtf8(target.make(dice))
      const many = piece.repeat(SIZE / piece.length)
      const at = dice.below(valid.length + 1)
      return [many, valid + many, valid.slice(0, at) + many + valid.slice(at)].map(toUtf8)
    })
    for (const [open, piece, close] of FRAMES) {
      inputs.push(toUtf8(open + piece.repeat(SIZE / piece.length) + close))
    }
    const { copied, calls, dearest } = workOf((input) => void target.take(input), inputs)
    expect(copied, `elements copied for each byte of ${dearest}`).toBeLessThan(MOST_COPIED)
    expect(calls, 'calls for each byte').toBeLessThan(MOST_CALLS)
  })
})

describe('fuzz: logs made to cost much', () => {
  test('segment: its work is in proportion to its bytes, wherever records seem to begin', () => {
    // A length that fits into what is left, and a kind that exists, at every fourth byte.
    const likely = (second: number): Uint8Array =>
      Uint8Array.from({ length: 8 * SIZE }, (_, i) => [2, second, 0, 0][i % 4] ?? 0)
    const plain = (byte: number): Uint8Array => new Uint8Array(8 * SIZE).fill(byte)
    const read = (input: Uint8Array): void => {
      readSegment(input, 1, null)
      laterRecords(input, 0)
    }
    for (const input of [...[0, 1, 2, 255].map(plain), ...[4, 16, 64, 128].map(likely)]) {
      const taken = bytesTaken(() => read(input)) / input.length
      expect(taken, `bytes walked for each byte of ${toHex(input.subarray(0, 8))}`).toBeLessThan(
        2048,
      )
    }
  })
})
