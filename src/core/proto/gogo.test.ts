// Where protobuf decoders differ from one another, ours does what gogoproto in CometBFT does.

import { expect, test } from 'vitest'

import { concatBytes, EMPTY_BYTES, fromHex, toHex, ZERO_TIME } from '../bytes/index.ts'
import {
  decodeBlock,
  decodeBlocksyncMessage,
  decodeCommit,
  decodeConsensusMessage,
  decodeConsensusParamsUpdate,
  decodeEvidence,
  decodeHeader,
  decodeLightBlock,
  decodePacket,
  decodeValidatorSet,
  decodeVote,
  encodeBlocksyncMessage,
  encodeCanonicalProposal,
  encodeCanonicalVote,
  encodeConsensusMessage,
  encodeDelimited,
  encodeHeader,
  encodeVote,
  ProtoError,
  tryDecode,
} from './index.ts'
import type { ProtoErrorCode, Vote } from './index.ts'

const hex = (text: string): Uint8Array => fromHex(text.replaceAll(' ', '')) ?? EMPTY_BYTES
const vote = (text: string): Vote => decodeVote(hex(text))

/** The code with which a vote's bytes are refused, null when they are not. */
function refusal(text: string, decode: (bytes: Uint8Array) => unknown = decodeVote): string | null {
  try {
    decode(hex(text))
    return null
  } catch (error) {
    if (error instanceof ProtoError) return error.code
    throw error
  }
}

const ZERO_VOTE = '220212002a0b088092b8c398feffffff01'

test('encoding: the zero vote keeps its block id and its time in year 1', () => {
  const zero = decodeVote(EMPTY_BYTES)
  expect(zero.timestamp).toBe(ZERO_TIME)
  expect(toHex(encodeVote(zero))).toBe(ZERO_VOTE)
})

test('encoding: a negative int32 takes ten bytes', () => {
  const encoded = toHex(encodeVote({ ...decodeVote(EMPTY_BYTES), round: -1 }))
  expect(encoded).toBe(`18ffffffffffffffffff01${ZERO_VOTE}`)
})

test('encoding: canonical forms leave out a nil block id and zero fixed numbers', () => {
  const zero = decodeVote(EMPTY_BYTES)
  expect(toHex(encodeCanonicalVote('', zero))).toBe('0d2a0b088092b8c398feffffff01')
  const proposal = { ...zero, polRound: -1 }
  expect(toHex(encodeCanonicalProposal('c', proposal))).toBe(
    '1b20ffffffffffffffffff01320b088092b8c398feffffff013a0163',
  )
})

test('varint: bits beyond 64 are dropped and eleven bytes are too many', () => {
  expect(vote('10 ffffffffffffffffff7f').height).toBe(-1n)
  expect(vote('10 8080808080808080807f').height).toBe(-(2n ** 63n))
  expect(vote('10 8080808080808080807e').height).toBe(0n)
  expect(refusal('10 ffffffffffffffffffff01')).toBe('PROTO_VARINT')
  expect(refusal('10 ffffffff')).toBe('PROTO_TRUNCATED')
})

test('varint: forms longer than needed are accepted', () => {
  expect(vote('10 8500').height).toBe(5n)
  expect(vote('9000 8580808000').height).toBe(5n)
  expect(vote('3283000a0b0c').validatorAddress).toEqual(hex('0a0b0c'))
})

test('varint: an int32 takes the low 32 bits and a bool any bit', () => {
  expect(vote('18 8180808010').round).toBe(1)
  expect(vote('18 ffffffff0f').round).toBe(-1)
  expect(decodePacket(hex('1a07 10 808080808001'))).toMatchObject({ eof: true })
})

test('tag: bits beyond the field number are dropped', () => {
  expect(vote('908080808001 05').height).toBe(5n)
  expect(refusal('908080804005')).toBe('PROTO_FIELD_NUMBER')
})

const REFUSED: readonly (readonly [string, string, ProtoErrorCode])[] = [
  ['a known field of another wire type', '1205', 'PROTO_WIRE_TYPE'],
  ['a known number as fixed64', '110000000000000000', 'PROTO_WIRE_TYPE'],
  ['a known message as a group', '2324', 'PROTO_WIRE_TYPE'],
  ['field number 0', '0001', 'PROTO_FIELD_NUMBER'],
  ['field number 0 in two bytes', '800001', 'PROTO_FIELD_NUMBER'],
  ['a lone end of a group', '7c', 'PROTO_WIRE_TYPE'],
  ['an unknown field of wire type 6', '7e', 'PROTO_WIRE_TYPE'],
  ['an unknown field of wire type 7', '7f', 'PROTO_WIRE_TYPE'],
  ['a group without end', '7b0801', 'PROTO_TRUNCATED'],
  ['an unknown fixed64 cut short', '7900', 'PROTO_TRUNCATED'],
  ['a length beyond the end', '3205ab', 'PROTO_TRUNCATED'],
  ['a negative length', '32ffffffffffffffffff01', 'PROTO_TRUNCATED'],
  ['a length of 2^32', '328080808010', 'PROTO_TRUNCATED'],
  ['a field that leaves its nested message', '2203 0a05ab 0102030405', 'PROTO_TRUNCATED'],
  ['a time before year 1', '2a0b 08ff91b8c398feffffff01', 'PROTO_TIME'],
  ['the first second of year 10000', '2a07 088083d1ffaf07', 'PROTO_TIME'],
  ['negative nanoseconds', '2a0b 10ffffffffffffffffff01', 'PROTO_TIME'],
  ['a whole second of nanoseconds', '2a06 108094ebdc03', 'PROTO_TIME'],
]

test.each(REFUSED)('decoding: %s is refused', (_, bytes, code) => {
  expect(refusal(bytes)).toBe(code)
})

test('decoding: unknown fields of every wire type and groups are passed over', () => {
  const unknown = '7801 790102030405060708 7a020102 7d01020304 7b 0801 7b 7c 7c'
  expect(vote(`${unknown} 1005 ${unknown}`)).toEqual(vote('1005'))
})

test('decoding: inside a group neither field numbers nor the end number matter', () => {
  expect(vote('7b 0001 0c 1005').height).toBe(5n)
})

test('decoding: a message given twice merges, a time is replaced', () => {
  const merged = vote('22040a02aaaa 2206 1204 0803 1200 2204 1202 0804')
  expect(merged.blockId).toEqual({
    hash: hex('aaaa'),
    partSetHeader: { total: 4, hash: EMPTY_BYTES },
  })
  expect(vote('2a020805 2a021007').timestamp).toBe(7n)
  expect(decodeCommit(hex('2200 2200')).signatures).toHaveLength(2)
})

test('decoding: optional messages given twice merge as well', () => {
  const inTwo = decodeLightBlock(hex('0a04 1202 0805 0a04 1202 1007 0a02 0a00'))
  expect(inTwo.signedHeader?.commit).toMatchObject({ height: 5n, round: 7 })
  expect(inTwo.signedHeader?.header?.height).toBe(0n)
  const update = decodeConsensusParamsUpdate(hex('0a02 0805 0a02 1007'))
  expect(update).toEqual({ block: { maxBytes: 5n, maxGas: 7n } })
  const block = decodeBlock(hex('1203 0a01aa 2202 0805 1203 0a01bb 2202 1007'))
  expect(block.txs).toEqual([hex('aa'), hex('bb')])
  expect(block.lastCommit).toMatchObject({ height: 5n, round: 7 })
})

test('decoding: a proposer may get its key from a second piece, but not stay without', () => {
  const keyed = decodeValidatorSet(hex('1202 1805 1205 1203 0a01aa'))
  expect(keyed.proposer).toMatchObject({ votingPower: 5n, pubKey: { bytes: hex('aa') } })
  expect(refusal('1202 1805', decodeValidatorSet)).toBe('PROTO_MISSING')
  expect(refusal('0a02 1805', decodeValidatorSet)).toBe('PROTO_MISSING')
  expect(refusal('1206 1204 1202 1805', decodeLightBlock)).toBe('PROTO_MISSING')
  expect(refusal('1208 0a06 1204 1202 1805', decodeEvidence)).toBe('PROTO_MISSING')
  expect(refusal('1206 0a04 1202 1805', decodeEvidence)).toBeNull()
})

test('decoding: evidence of which only the last member is whole is accepted', () => {
  expect(refusal('0a04 0a00 1200', decodeEvidence)).toBeNull()
  expect(refusal('0a02 0a00', decodeEvidence)).toBe('PROTO_MISSING')
  expect(refusal('0a02 0a00 0a04 0a00 1200', decodeEvidence)).toBeNull()
  expect(refusal('', decodeEvidence)).toBe('PROTO_MISSING')
})

test('decoding: the last member of a oneof replaces the others whole', () => {
  expect(decodeConsensusMessage(hex('3a020805 3a021007'))).toEqual({
    kind: 'has-vote',
    height: 0n,
    round: 7,
    type: 0,
    index: 0,
  })
})

test('decoding: an absent time is year 1, an empty one is 1970', () => {
  expect(vote('').timestamp).toBe(ZERO_TIME)
  expect(vote('2a00').timestamp).toBe(0n)
})

test('decoding: text that is not UTF-8 keeps its bytes', () => {
  const bytes = '0a0012 0b ff61c0aff09f9880eda080'.replaceAll(' ', '')
  const header = decodeHeader(hex(bytes))
  expect(toHex(encodeHeader(header))).toContain('120bff61c0aff09f9880eda080')
})

test('decoding: a packed list may also come unpacked, or run over its end', () => {
  const packed = decodeConsensusMessage(hex('4a0a 2200 2a06 0842 12020501'))
  const loose = decodeConsensusMessage(hex('4a0a 2200 2a06 0842 1005 1001'))
  const over = decodeConsensusMessage(hex('4a0b 2200 2a07 0842 1202 058100'))
  expect(toHex(encodeConsensusMessage(loose))).toBe(toHex(encodeConsensusMessage(packed)))
  expect(toHex(encodeConsensusMessage(over))).toBe(toHex(encodeConsensusMessage(packed)))
})

test('bit array: words that do not fit the bits and sizes above the bound are refused', () => {
  const bits = (body: string): string | null => {
    const inner = `2200 2a${(body.length / 2).toString(16).padStart(2, '0')}${body}`
    const length = inner.replaceAll(' ', '').length / 2
    return refusal(`4a${length.toString(16).padStart(2, '0')}${inner}`, decodeConsensusMessage)
  }
  expect(bits('0841120105')).toBe('PROTO_BIT_ARRAY')
  expect(bits('120105')).toBe('PROTO_BIT_ARRAY')
  expect(bits('08ffffffffffffffffff01')).toBe('PROTO_LIMIT')
  expect(bits('08914e')).toBe('PROTO_LIMIT')
  expect(bits('08904e')).toBe('PROTO_BIT_ARRAY')
})

test('decoding: a million open groups and a million list elements end in linear time', () => {
  const groups = new Uint8Array(1_000_000).fill(0x7b)
  expect(tryDecode(decodeVote, groups).ok).toBe(false)
  const halves = new Uint8Array(1_000_000).fill(0x7b, 0, 500_000).fill(0x7c, 500_000)
  expect(tryDecode(decodeVote, halves).ok).toBe(true)
  const signatures = new Uint8Array(1_000_000)
  for (let i = 0; i < signatures.length; i += 2) signatures[i] = 0x22
  expect(tryDecode(decodeCommit, signatures)).toMatchObject({
    ok: false,
    error: expect.stringContaining('PROTO_LIMIT') as string,
  })
})

test('decoding: byte strings are views of the input', () => {
  const bytes = hex('3203aabbcc')
  const { validatorAddress } = decodeVote(bytes)
  expect(validatorAddress.buffer).toBe(bytes.buffer)
  expect(toHex(validatorAddress)).toBe('aabbcc')
})

test('decoding: a message in very many pieces is read in linear time', () => {
  // Copying what was read so far for each piece took minutes for blocks of half a megabyte.
  const count = 150_000
  const times = (piece: string): Uint8Array => hex(piece.repeat(count))
  const data = concatBytes(hex('12 e0a712'), times('0a00'))
  const block = concatBytes(data, times('1200'), times('1a00'))
  expect(decodeBlock(block).txs).toHaveLength(count)
  const response = concatBytes(hex('0a e4a712'), data, times('0a00'), hex('0a040a021803'))
  const framed = concatBytes(hex('1a'), encodeDelimited(response))
  const decoded = decodeBlocksyncMessage(framed)
  expect(decoded).toMatchObject({ kind: 'block-response', block: { header: { height: 3n } } })
  // Tag and length of the message and of the block, and the header that came last.
  expect(encodeBlocksyncMessage(decoded).length).toBe(data.length + 4 + 4 + 4)
})
