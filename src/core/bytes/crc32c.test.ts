// CRC32C against the values of RFC 3720, appendix B.4, and against itself in pieces.

import { expect, test } from 'vitest'
import { crc32c, crc32cOfRest } from './crc32c.ts'

const range = (f: (i: number) => number): Uint8Array =>
  Uint8Array.from({ length: 32 }, (_, i) => f(i))

test('crc32c: gives the checksums of RFC 3720', () => {
  expect(crc32c(range(() => 0))).toBe(0x8a9136aa)
  expect(crc32c(range(() => 0xff))).toBe(0x62a8ab43)
  expect(crc32c(range((i) => i))).toBe(0x46dd794e)
  expect(crc32c(range((i) => 31 - i))).toBe(0x113fdb5c)
  expect(crc32c(new TextEncoder().encode('123456789'))).toBe(0xe3069283)
  expect(crc32c(new Uint8Array(0))).toBe(0)
})

test('crc32c: pieces chain to the checksum of the whole, at every cut', () => {
  const bytes = Uint8Array.from({ length: 41 }, (_, i) => (i * 37) & 0xff)
  for (let cut = 0; cut <= bytes.length; cut++) {
    expect(crc32c(bytes.subarray(cut), crc32c(bytes.subarray(0, cut)))).toBe(crc32c(bytes))
  }
})

test('crc32c: that of the rest follows from those of the first piece and the whole', () => {
  const bytes = Uint8Array.from({ length: 5000 }, (_, i) => (i * 37 + (i >> 3)) & 0xff)
  for (let cut = 0; cut <= bytes.length; cut += 77) {
    const [first, rest] = [bytes.subarray(0, cut), bytes.subarray(cut)]
    expect(crc32cOfRest(crc32c(first), crc32c(bytes), rest.length)).toBe(crc32c(rest))
  }
})
