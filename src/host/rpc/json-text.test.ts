// Text as Go's encoder writes it.

import { expect, test } from 'vitest'
import { fromUtf8 } from '../../core/bytes/index.ts'
import { compactJson, jsonMembers, jsonString } from './json-text.ts'

test('jsonString: escapes what Go escapes', () => {
  const text = `\b\f\n\r\t\u0001\u007f<>&\u2028\u2029\ufffd"\\/é😀`
  const go = '"\\b\\f\\n\\r\\t\\u0001\u007f\\u003c\\u003e\\u0026\\u2028\\u2029\ufffd\\"\\\\/é😀"'
  expect(jsonString(text)).toBe(go)
  expect(jsonString('\\ud800 <')).toBe('"\\\\ud800 \\u003c"')
})

test('jsonString: writes the replacement for bytes that are not UTF-8', () => {
  expect(jsonString(fromUtf8(Uint8Array.of(65, 0xff, 0xc3, 66)))).toBe('"A\\ufffd\\ufffdB"')
})

test('jsonMembers: leaves out what is null', () => {
  expect(
    jsonMembers([
      ['a', '1'],
      ['b', null],
      ['c', '"x"'],
    ]),
  ).toBe('{"a":1,"c":"x"}')
})

test('compactJson: takes out space between tokens only, and keeps numbers as they are', () => {
  const text = '{ "a b" : [ 1.0 , 12345678901234567890 ],\n\t"c" : "x \\" <\\n" }'
  expect(compactJson(text)).toBe('{"a b":[1.0,12345678901234567890],"c":"x \\" \\u003c\\n"}')
})

test('compactJson: takes a string of megabytes', () => {
  const text = `{"a":"${'x'.repeat(5_000_000)}"}`
  expect(compactJson(`${text} `)).toBe(text)
})
