// Damages segments of the log record by record, with and without checksums that fit again.

import { crc32c } from '../../src/core/bytes/index.ts'
import { FRAME_HEADER_BYTES } from '../../src/host/wal/readers.fixture.ts'
import type { Dice } from './dice.ts'
import { glue, mutateBytes } from './mutate-bytes.ts'

/** A segment with bytes, records or headers changed; three times in four its checksums fit. */
export function mutateSegment(corpus: readonly Uint8Array[], dice: Dice): Uint8Array {
  const bytes = dice.pick(corpus)
  if (dice.oneIn(4)) return mutateBytes(corpus, dice)
  const records = split(bytes)
  const at = dice.below(records.length)
  const [one, other] = [records[at], dice.pick(split(dice.pick(corpus)))]
  if (one === undefined || other === undefined) return bytes
  switch (dice.below(7)) {
    case 0:
      records.splice(at, 1)
      break
    case 1:
      records.splice(at, 0, one)
      break
    case 2:
      records.splice(at, 1, other)
      break
    case 3:
      records.splice(at, 0, new Uint8Array(dice.below(80)))
      break
    case 4:
      records[at] = withHeader(one, dice)
      break
    default:
      records[at] = mutateBytes([one], dice)
  }
  if (!dice.oneIn(5)) sealAll(records, dice.oneIn(2))
  return glue(...records)
}

/** The records of a valid segment. */
function split(bytes: Uint8Array): Uint8Array[] {
  const records: Uint8Array[] = []
  for (let at = 0; at + FRAME_HEADER_BYTES <= bytes.length;) {
    const view = new DataView(bytes.buffer, bytes.byteOffset + at)
    const end = Math.min(bytes.length, at + FRAME_HEADER_BYTES + view.getUint32(4, true))
    records.push(bytes.slice(at, end))
    at = end
  }
  return records
}

/** Another length, predecessor, sequence, distance or kind. */
function withHeader(record: Uint8Array, dice: Dice): Uint8Array {
  const out = record.slice()
  const view = new DataView(out.buffer)
  const word = dice.pick([0, 1, 2, 3, 8, 9, 0xffff, 0x7fffffff, 0xffffffff])
  const at = dice.pick([4, 8, 12, 16, 20, 24])
  if (at === 24) view.setUint8(at, word & 0xff)
  else view.setUint32(at, word, true)
  return out
}

/** Gives every record that is long enough its checksum, and the chain if `isChained`. */
function sealAll(records: readonly Uint8Array[], isChained: boolean): void {
  let previous: number | null = null
  for (const record of records) {
    if (record.length < FRAME_HEADER_BYTES) continue
    const view = new DataView(record.buffer, record.byteOffset)
    if (view.getUint8(24) === 0) continue
    if (isChained) {
      view.setUint32(4, record.length - FRAME_HEADER_BYTES, true)
      if (previous !== null) view.setUint32(8, previous, true)
    }
    previous = crc32c(record.subarray(4))
    view.setUint32(0, previous, true)
  }
}
