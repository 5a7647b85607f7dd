// Packets written into frames are those that the codec writes, and are read back from any pieces.

import { array, assert, integer, property } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { concatBytes, toHex } from '../../core/bytes/index.ts'
import { encodeDelimited, encodePacket } from '../../core/proto/index.ts'
import { MAX_PACKET_SIZE } from './channel.ts'
import { DelimitedReader } from './delimited-reader.ts'
import { PacketWriter } from './packet-writer.ts'

const messageOf = (size: number): Uint8Array => Uint8Array.from({ length: size }, (_, i) => i * 7)

function written(writer: PacketWriter, room: number): Uint8Array {
  const pieces: Uint8Array[] = []
  while (!writer.isDone) {
    const target = new Uint8Array(room)
    pieces.push(target.subarray(0, writer.copyTo(target, 0)))
  }
  return concatBytes(...pieces)
}

describe('packet writer', () => {
  test('packets: every size, channel and end are written as the codec writes them', () => {
    const writer = new PacketWriter()
    for (const size of [0, 1, 113, 114, 119, 120, 127, 128, 1016, 1023, 1024]) {
      for (const channelId of [0, 1, 0x7f]) {
        for (const isLast of [false, true]) {
          const message = messageOf(size + 5)
          const size5 = writer.startMessage(channelId, { message, from: 5, to: size + 5, isLast })
          const data = message.subarray(5)
          const expected = encodePacket({ kind: 'msg', channelId, eof: isLast, data })
          expect(toHex(written(writer, 100))).toBe(toHex(encodeDelimited(expected)))
          expect(size5).toBe(encodeDelimited(expected).length)
          expect(expected.length).toBeLessThanOrEqual(MAX_PACKET_SIZE)
        }
      }
    }
  })

  test('packets: a full packet has the largest size allowed', () => {
    const data = messageOf(1024)
    const packet = encodePacket({ kind: 'msg', channelId: 1, eof: true, data })
    expect(packet.length).toBe(MAX_PACKET_SIZE)
  })

  test('packets: ping and pong are written as the codec writes them', () => {
    const writer = new PacketWriter()
    for (const kind of ['ping', 'pong'] as const) {
      writer.startControl(kind)
      expect(toHex(written(writer, 1))).toBe(toHex(encodeDelimited(encodePacket({ kind }))))
    }
  })
})

describe('delimited reader', () => {
  const read = (reader: DelimitedReader, pieces: readonly Uint8Array[]): string[] => {
    const messages: string[] = []
    for (const piece of pieces) {
      for (let at = 0; at < piece.length && reader.error === null;) {
        at = reader.read(piece, at)
        if (reader.message !== null) messages.push(toHex(reader.message))
      }
    }
    return messages
  }

  test('reader: finds the same messages in whatever pieces the bytes come', () => {
    const sizes = array(integer({ min: 0, max: 300 }), { maxLength: 8 })
    const cuts = array(integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 8 })
    assert(
      property(sizes, cuts, (lengths, pieceSizes) => {
        const messages = lengths.map(messageOf)
        const bytes = concatBytes(...messages.map(encodeDelimited))
        const pieces: Uint8Array[] = []
        for (let at = 0, i = 0; at < bytes.length; i++) {
          const size = pieceSizes[i % pieceSizes.length]!
          pieces.push(bytes.subarray(at, at + size))
          at += size
        }
        expect(read(new DelimitedReader(300), pieces)).toEqual(messages.map(toHex))
      }),
    )
  })

  test('reader: a length beyond the limit is refused at its prefix', () => {
    const reader = new DelimitedReader(300)
    expect(read(reader, [Uint8Array.of(0xad), Uint8Array.of(0x02)])).toEqual([])
    expect(reader.error).toEqual({ code: 'CONN_OVERSIZED_PACKET', size: 301, limit: 300 })
  })

  test('reader: a prefix of zero bits that never ends is refused', () => {
    const reader = new DelimitedReader(300)
    read(reader, [new Uint8Array(6).fill(0x80)])
    expect(reader.error?.code).toBe('CONN_OVERSIZED_PACKET')
  })
})
