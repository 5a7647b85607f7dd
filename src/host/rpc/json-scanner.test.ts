// The scanner accepts exactly what JSON.parse accepts, and cuts values out without changing them.

import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { checkJson, elementsOf, JsonSyntaxError, membersOf, unquote } from './json-scanner.ts'

function isAccepted(text: string): boolean {
  try {
    checkJson(text)
    return true
  } catch (error) {
    expect(error).toBeInstanceOf(JsonSyntaxError)
    return false
  }
}

function isParsed(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

test('checkJson: accepts any JSON, with space around its tokens', () => {
  fc.assert(
    fc.property(fc.json(), fc.integer({ min: 0, max: 3 }), (text, spaces) => {
      const spaced = JSON.stringify(JSON.parse(text), null, spaces)
      expect(checkJson(` ${spaced}\n`)).toBe(spaced)
    }),
  )
})

test('checkJson: agrees with JSON.parse on texts with a character changed', () => {
  const changed = fc.tuple(
    fc.json(),
    fc.nat(),
    fc.constantFrom(...'{}[]",:0129.-+eEtfn\\u \n\u0001é'.split('')),
  )
  fc.assert(
    fc.property(changed, ([text, at, letter]) => {
      const place = at % (text.length + 1)
      const other = text.slice(0, place) + letter + text.slice(place + 1)
      expect({ other, isAccepted: isAccepted(other) }).toEqual({
        other,
        isAccepted: isParsed(other),
      })
    }),
    { numRuns: 500 },
  )
})

test('membersOf, elementsOf: cut out what JSON.parse sees', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
      const members = membersOf(JSON.stringify(value, null, 1))
      expect(Object.fromEntries(members.map(([name, text]) => [name, JSON.parse(text)]))).toEqual(
        JSON.parse(JSON.stringify(value)),
      )
    }),
  )
  fc.assert(
    fc.property(fc.array(fc.jsonValue()), (value) => {
      const elements = elementsOf(JSON.stringify(value, null, 1), Infinity)
      expect(elements.map((text) => JSON.parse(text) as unknown)).toEqual(
        JSON.parse(JSON.stringify(value)),
      )
    }),
  )
})

test('membersOf: keeps members of one name in order', () => {
  expect(membersOf('{"a":1, "a" : [2] }')).toEqual([
    ['a', '1'],
    ['a', '[2]'],
  ])
})

test('unquote: replaces half of a surrogate pair', () => {
  expect(unquote('"\\ud83d\\ude00 \\ud83d \\ude00"')).toBe('😀 \ufffd \ufffd')
})
