// Every format that is written down, frozen in one line: cases, and a hash over their bytes.
//
// Messages of the wire have their lines in messages.test.ts of the proto room. A line that changes
// is a format that changes: old files, old logs and other nodes can no longer be read.

import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import {
  encodeCanonicalProposal,
  encodeCanonicalVote,
  encodeCanonicalVoteExtension,
  decodeProposal,
  decodeVote,
  encodeDelimited,
  encodeHashedParams,
  encodeSimpleValidator,
  readUvarint,
} from '../../src/core/proto/index.ts'
import { CONN_TARGETS } from './conn-targets.ts'
import { Dice } from './dice.ts'
import { FILE_TARGETS } from './file-targets.ts'
import { STORED_PAIRS, STORED_TARGETS } from './stored-targets.ts'
import { TEXT_TARGETS } from './text-targets.ts'
import { FAMILIES_BY_DECODER } from './wire-targets.ts'

const CASES = 200

type Make = (dice: Dice) => Uint8Array

const targets = [...FILE_TARGETS, ...STORED_TARGETS, ...CONN_TARGETS, ...TEXT_TARGETS]

function made(name: string): Make {
  const target = targets.find((each) => each.name === name)
  if (target === undefined) throw new Error(`no target ${name}`)
  return target.make
}

function ofWire(name: string): Make {
  const [family] = FAMILIES_BY_DECODER.get(name) ?? []
  if (family === undefined) throw new Error(`no family ${name}`)
  return (dice) => family.encode(dice)
}

const vote = ofWire('Vote')
const proposal = ofWire('Proposal')
const int64 = (dice: Dice): bigint =>
  BigInt.asIntN(64, BigInt(dice.word()) << BigInt(dice.below(40)))

/** The message behind its length, which is exactly what follows. */
function unframed(bytes: Uint8Array): Uint8Array {
  const length = readUvarint(bytes, 0)
  if (length === null || length.next + length.value !== bytes.length) throw new Error('no frame')
  return bytes.subarray(length.next)
}

/** How each format is written, by the name of its line. */
const FORMATS: Readonly<Record<string, Make>> = {
  CanonicalVote: (dice) => unframed(encodeCanonicalVote('test-chain', decodeVote(vote(dice)))),
  CanonicalProposal: (dice) =>
    unframed(encodeCanonicalProposal('test-chain', decodeProposal(proposal(dice)))),
  CanonicalVoteExtension: (dice) =>
    unframed(encodeCanonicalVoteExtension('test-chain', decodeVote(vote(dice)))),
  HashedParams: (dice) => encodeHashedParams({ maxBytes: int64(dice), maxGas: int64(dice) }),
  SimpleValidator: (dice) => {
    const pubKey = { type: 'ed25519', bytes: dice.bytes(32) } as const
    return encodeSimpleValidator({ pubKey, votingPower: int64(dice) })
  },
  'sign bytes': made('timestampOf'),
  'priv_validator_state.json': made('priv_validator_state.json'),
  'priv_validator_key.json': made('priv_validator_key.json'),
  'genesis.json': made('genesis.json'),
  'segment of the log': made('readSegment'),
  'record of the engine': made('decodeRecord'),
  'chain state': made('decodeChainState'),
  'stored chain': (dice) => STORED_PAIRS[dice.below(STORED_PAIRS.length)]?.[1] ?? new Uint8Array(0),
  packets: made('MConnection'),
  hello: made('hello'),
  auth: made('auth'),
  'sealed frames': made('FrameOpener'),
  'node info': made('NodeInfo'),
  'canonical JSON': made('decodeCanonical'),
  'application transaction': made('decodeAppTx'),
  time: made('parseTime'),
}

/** Cases and hash of each format. */
const FROZEN: Readonly<Record<string, string>> = {
  CanonicalProposal: '200 41911111ef82a896',
  CanonicalVote: '200 a3338518c4624ce7',
  CanonicalVoteExtension: '200 72017a63eca57d00',
  HashedParams: '200 dd96ebbf4e8f961c',
  SimpleValidator: '200 0eea6487752190b9',
  'application transaction': '200 6ff3f4a0ec0f5b30',
  auth: '200 8e117f68aca344d8',
  'canonical JSON': '200 5b18d06895e33ba0',
  'chain state': '200 79305a8002d1b6bf',
  'genesis.json': '200 a821d280e46dc592',
  hello: '200 185e6243198a686a',
  'node info': '200 a544c12bab3bd562',
  packets: '200 1dad3f78e4853f6e',
  'priv_validator_key.json': '200 efd71570b063dbcc',
  'priv_validator_state.json': '200 6b3aaa6f4e115599',
  'record of the engine': '200 b12363f7a2c438d7',
  'sealed frames': '200 b212aab4d4033ab4',
  'segment of the log': '200 2fff94a075c5fc05',
  'sign bytes': '200 a8ada292ffbd224b',
  'stored chain': '200 844fe03a935623f4',
  time: '200 2ea3e9b092e7b6fc',
}

function lineOf(name: string, make: Make): string {
  const hash = createHash('sha256')
  const dice = new Dice(1, name)
  for (let i = 0; i < CASES; i++) hash.update(encodeDelimited(make(dice)))
  return `${CASES} ${hash.digest('hex').slice(0, 16)}`
}

test('formats: the bytes of the frozen cases are what they were', () => {
  const lines = Object.entries(FORMATS).map(([name, make]) => [name, lineOf(name, make)])
  expect(Object.fromEntries(lines)).toEqual(FROZEN)
})
