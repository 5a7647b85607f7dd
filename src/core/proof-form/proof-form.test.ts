// The one way in which proofs are written: an invented kind of proof, and all that is refused.

import { describe, expect, test } from 'vitest'
import { err, fromUtf8, ok, toBase64, toUtf8 } from '../bytes/index.ts'
import { nobleCrypto as crypto } from '../crypto/index.ts'
import { encodeProof, formatProof, maxProofTextBytes, readProof } from './index.ts'
import type { ProofForm, Written } from './index.ts'

interface Note {
  readonly text: string
}

/** Long notes are of version 2; the letter `~` has two encodings, of which one counts. */
const FORM: ProofForm<Note> = {
  name: 'note proof',
  magic: 'QNOT',
  versions: [1, 2],
  maxBytes: 30,
  maxWordsBytes: 200,
  versionOf: ({ text }) => (text.length > 5 ? 2 : 1),
  encodeBody: ({ text }) => toUtf8(text),
  decodeBody(body, version) {
    const text = fromUtf8(body).replaceAll('-', '~')
    return text === '' ? err(`an empty note of version ${version}`) : ok({ text })
  },
  words: ({ text }) => ({ text }),
}

const written = (text: string): Written<Note> => ({ text, bytes: encodeProof(FORM, { text }) })

const told = (input: Uint8Array | string): string => {
  const read = readProof(FORM, input, crypto)
  return read.ok ? `read ${read.value.text}` : `${read.error.kind}: ${read.error.reason}`
}

describe('proof form', () => {
  test('proof: its bytes and its file are read, in the version that it is written in', () => {
    expect(fromUtf8(written('brief').bytes)).toBe('QNOT\u0001brief')
    expect(fromUtf8(written('longer').bytes)).toBe('QNOT\u0002longer')
    for (const text of ['brief', 'longer']) {
      const proof = written(text)
      const file = formatProof(FORM, proof)
      for (const input of [proof.bytes, file, toUtf8(file)]) {
        expect(told(input)).toBe(`read ${text}`)
      }
    }
    expect(formatProof(FORM, written('brief'))).toBe(
      '{\n  "type": "quadrille/note-proof",\n  "version": 1,\n  "text": "brief",\n' +
        '  "proof": "UU5PVAFicmllZg=="\n}\n',
    )
  })

  test('bytes: what has another encoding, letters, version or size is refused', () => {
    const { bytes } = written('a~b')
    expect(told(bytes)).toBe('read a~b')
    const other = bytes.with(6, 0x2d)
    expect(told(other)).toBe('malformed: byte 6 is not as the one encoding has it')
    expect(told(bytes.with(4, 2))).toBe('malformed: byte 4 is not as the one encoding has it')
    const unknown = 'unknown-version: a proof of version 3; versions 1 and 2 are known here'
    expect(told(bytes.with(4, 3))).toBe(unknown)
    expect(told(bytes.subarray(0, 5))).toBe('malformed: an empty note of version 1')
    const stranger = 'malformed: this is no note proof: it does not begin with QNOT'
    for (const one of [bytes.subarray(0, 4), bytes.with(0, 0)]) expect(told(one)).toBe(stranger)
    expect(told(new Uint8Array(31))).toBe('malformed: 31 bytes, the largest proof has 30')
  })

  test('file: what says or is anything else than the proof is refused', () => {
    const file = formatProof(FORM, written('brief'))
    const saying = (from: string, to: string): string => told(file.replace(from, to))
    expect(told('{')).toBe('malformed: the text is no JSON object')
    expect(saying('note-proof', 'other-proof')).toBe(
      'malformed: the member "type" is not "quadrille/note-proof"',
    )
    expect(saying('1', '"1"')).toBe('malformed: the member "version" is no number')
    expect(saying('1', '3')).toContain('unknown-version: a proof of version 3;')
    expect(saying('1', '2')).toBe('malformed: the member "version" is not what the proof says: 1')
    expect(saying('"brief"', '"short"')).toBe(
      'malformed: the member "text" is not what the proof says: "brief"',
    )
    expect(saying('UU5P', 'U*5P')).toBe('malformed: the member "proof" is no base64')
    expect(saying('UU5P', 'UU5Q')).toContain('does not begin with QNOT')
    expect(told(`${file} `)).toBe(
      `malformed: byte ${file.length} is not as the one text form has it`,
    )
    const largest = maxProofTextBytes(FORM)
    expect(largest).toBe(240)
    expect(told(`{${' '.repeat(largest)}`)).toBe(
      'malformed: 241 bytes, the largest proof file has 240',
    )
  })

  test('reading: what is no proof, no bytes and no text is refused', () => {
    const file: unknown = JSON.parse(formatProof(FORM, written('brief')))
    for (const input of [file, {}, [], 5, true, null, undefined, { bytes: 'QNOT' }]) {
      expect(told(input as string)).toBe('malformed: this is no note proof, nor its bytes or text')
    }
    expect(readProof(FORM, written('brief'), crypto).ok).toBe(true)
  })

  test('reading: bytes that are changed afterwards change nothing', () => {
    const { bytes } = written('brief')
    const read = readProof(FORM, bytes, crypto)
    bytes.fill(0)
    expect(read.ok && toBase64(read.value.bytes)).toBe('UU5PVAFicmllZg==')
  })
})
