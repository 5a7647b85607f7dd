// Stretches of any place and length have the checksum that walking them gives.

import { expect, test } from 'vitest'
import { crc32c } from '../../core/bytes/index.ts'
import { RangeChecksums } from './range-checksums.ts'

test('range checksums: are those of the stretches walked one by one', () => {
  const bytes = Uint8Array.from({ length: 20_000 }, (_, i) => (i * i * 31 + (i >> 5)) & 0xff)
  const checksums = new RangeChecksums(bytes)
  const places = [0, 1, 255, 256, 257, 4095, 4096, 4097, 8191, 12_345, 19_999, 20_000]
  for (const from of places.toReversed()) {
    for (const to of places) {
      if (to < from) continue
      expect(checksums.of(from, to)).toBe(crc32c(bytes.subarray(from, to)))
    }
  }
})
