// The transcript draws the challenges of the Merlin specification.

import { expect, test } from 'vitest'
import { toHex, toUtf8 } from '../bytes/index.ts'
import { Transcript } from './index.ts'

test('transcript: the simple vector of Merlin comes out', () => {
  const transcript = new Transcript('test protocol')
  transcript.append('some label', toUtf8('some data'))
  expect(toHex(transcript.challenge('challenge', 32))).toBe(
    'd5a21972d0d5fe320c0d263fac7fffb8145aa640af6e9bca177c03c7efcf0615',
  )
})

test('transcript: the long vector of Merlin comes out', () => {
  const transcript = new Transcript('test protocol')
  const data = new Uint8Array(1024).fill(99)
  transcript.append('step1', toUtf8('some data'))
  let challenge = new Uint8Array(0)
  for (let i = 0; i < 32; i++) {
    challenge = new Uint8Array(transcript.challenge('challenge', 32))
    transcript.append('bigdata', data)
    transcript.append('challengedata', challenge)
  }
  expect(toHex(challenge)).toBe('a8c933f54fae76e3f9bea93648c1308e7dfa2152dd51674ff3ca438351cf003c')
})

test('transcript: a moved border between two messages changes the challenge', () => {
  const challengeOf = (a: string, b: string): string => {
    const transcript = new Transcript('borders')
    transcript.append('a', toUtf8(a))
    transcript.append('b', toUtf8(b))
    return toHex(transcript.challenge('c', 32))
  }
  expect(challengeOf('xy', 'z')).not.toBe(challengeOf('x', 'yz'))
})
