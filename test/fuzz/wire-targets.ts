// A target for every decoder of the wire.

import {
  BitArray,
  concatBytes,
  EMPTY_BYTES,
  equalBytes,
  toHex,
} from '../../src/core/bytes/index.ts'
import * as proto from '../../src/core/proto/index.ts'
import { FAMILIES } from '../../src/core/proto/messages.fixture.ts'
import type { Family } from '../../src/core/proto/messages.fixture.ts'
import type { Dice } from './dice.ts'
import { mutateBytes } from './mutate-bytes.ts'
import { mutateProto } from './mutate-proto.ts'
import { promise, takeWith } from './target.ts'
import type { Codec, Target } from './target.ts'
import { normalForm } from './wire-reference.ts'

type Encode = (value: unknown) => Uint8Array

/** Messages of many kinds get more inputs, large ones fewer. */
const SHARES: Readonly<Record<string, number>> = {
  ConsensusMessage: 80,
  BlocksyncMessage: 12,
  Vote: 15,
  Packet: 20,
  Evidence: 10,
  Block: 5,
  FinalizeBlockResponse: 3,
  EvidenceList: 4,
  ExecTxResult: 5,
  LightBlock: 5,
  NodeInfo: 6,
}
/**
 * The worst of each message is its shortest list element: an empty signature takes two bytes, and
 * as a value 8 cells with its four members; a word of a bit array takes a byte.
 */
const CELLS_PER_BYTE = 24

const CODES: ReadonlySet<string> = new Set<proto.ProtoErrorCode>([
  'PROTO_TRUNCATED',
  'PROTO_VARINT',
  'PROTO_FIELD_NUMBER',
  'PROTO_WIRE_TYPE',
  'PROTO_TIME',
  'PROTO_MISSING',
  'PROTO_LIMIT',
  'PROTO_BIT_ARRAY',
])

/** A `ProtoError` with a code of the list and a place inside the input. */
export function isProtoRefusal(error: unknown, input: Uint8Array): boolean {
  if (!(error instanceof proto.ProtoError)) return false
  return CODES.has(error.code) && error.offset >= 0 && error.offset <= input.length
}

const functions = proto as unknown as Readonly<
  Record<string, ((given: unknown) => unknown) | undefined>
>

function exported(name: string): (given: unknown) => unknown {
  const found = functions[name]
  if (found === undefined) throw new Error(`proto exports no ${name}`)
  return found
}

/** Bit arrays as long as they may be, and a little longer: the encoder has no bound. */
function makeLongBits(dice: Dice): Uint8Array {
  const place = { height: 1n, round: 0 }
  const blockId = { hash: EMPTY_BYTES, partSetHeader: { total: 0, hash: EMPTY_BYTES } }
  if (dice.oneIn(2)) {
    const blockParts = new BitArray(dice.pick([1600, 1601, 1602, 1664, 1665]))
    blockParts.set(dice.below(blockParts.size), true)
    const rest = { blockPartSetHeader: blockId.partSetHeader, isCommit: false }
    return proto.encodeConsensusMessage({ kind: 'new-valid-block', ...place, ...rest, blockParts })
  }
  const votes = new BitArray(dice.pick([9999, 10_000, 10_001, 10_048, 10_049]))
  votes.set(dice.below(votes.size), true)
  return proto.encodeConsensusMessage({ kind: 'vote-set-bits', ...place, type: 1, blockId, votes })
}

/** Makers of messages that need more than their family's. */
const MAKERS: Readonly<Record<string, (dice: Dice) => Uint8Array>> = {
  ConsensusMessage: (dice) => {
    const [family] = byDecoder.get('ConsensusMessage') ?? []
    return dice.oneIn(8) || family === undefined ? makeLongBits(dice) : family.encode(dice)
  },
}

/** Messages that another message's decoder reads. */
const READ_AS: Readonly<Record<string, string>> = { OwnEvidence: 'Evidence' }

/** The families of one decoder: mostly one. */
const byDecoder = new Map<string, Family[]>()
for (const family of FAMILIES) {
  const name = READ_AS[family.name] ?? family.name
  byDecoder.set(name, [...(byDecoder.get(name) ?? []), family])
}

export const FAMILIES_BY_DECODER: ReadonlyMap<string, readonly Family[]> = byDecoder

const messages: readonly Target[] = [...byDecoder].map(([name, families]) => {
  const codec: Codec<unknown> = {
    decode: exported(`decode${name}`),
    encode: exported(`encode${name}`) as Encode,
    isRefusal: isProtoRefusal,
    cellsPerByte: CELLS_PER_BYTE,
  }
  return {
    name: `decode${name}`,
    share: SHARES[name] ?? 10,
    make: (dice) => (MAKERS[name] ?? ((d) => d.pick(families).encode(d)))(dice),
    mutate: mutateProto,
    take: (input) => {
      const isAccepted = takeWith(codec, input)
      if (isCompared(input)) compare(name, input, isAccepted ? codec : null)
      return isAccepted
    },
  }
})

/** The independent reading is slow: one input in eight has it, by its own bytes. */
function isCompared(input: Uint8Array): boolean {
  return ((input.length + (input.at(-1) ?? 0)) & 7) === 0
}

/** An independent reading must refuse the same bytes, and give the same normal form for others. */
function compare(name: string, input: Uint8Array, codec: Codec<unknown> | null): void {
  const expected = normalForm(name, input)
  if (codec === null) return promise(expected === null, 'refused, and must be accepted')
  promise(expected !== null, 'accepted, and must be refused')
  const normal = codec.encode?.(codec.decode(input)) ?? new Uint8Array(0)
  const where = () => `${toHex(normal)} where ${toHex(expected)} is expected`
  promise(equalBytes(normal, expected), equalBytes(normal, expected) ? '' : where())
}

/** The number at the front, 0 when it is not there whole. */
const uvarint: Codec<{ readonly value: number; readonly next: number }> = {
  decode: (input) => {
    const read = proto.readUvarint(input, 0)
    if (read === null) throw new proto.ProtoError('PROTO_TRUNCATED', 'no end', 0)
    return { value: Math.min(read.value, 2 ** 31), next: 0 }
  },
  encode: ({ value }) => {
    // A length prefix in front of so many bytes would be too long to make: only its bytes count.
    const bytes: number[] = []
    for (let rest = value; ; rest = Math.floor(rest / 128)) {
      if (rest < 128) return Uint8Array.from([...bytes, rest])
      bytes.push((rest % 128) + 128)
    }
  },
  isRefusal: isProtoRefusal,
  cellsPerByte: 1,
}

/** Every decoder of the proto room; see the test of the list for what may be missing. */
export const WIRE_TARGETS: readonly Target[] = [
  ...messages,
  {
    name: 'readUvarint',
    share: 5,
    make: (dice) => concatBytes(proto.encodeDelimited(dice.bytes(dice.below(300)))),
    mutate: mutateBytes,
    take: (input) => takeWith(uvarint, input),
  },
]
