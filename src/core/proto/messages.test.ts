// Every message of the wire: what is encoded decodes to the same, and its bytes are frozen.

import { createHash } from 'node:crypto'

import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { EMPTY_BYTES, toHex } from '../bytes/index.ts'
import * as proto from './index.ts'
import { FAMILIES, flag, pick, seeded, sources } from './messages.fixture.ts'
import type { Family, Source } from './messages.fixture.ts'

const FROZEN_CASES = 100

/** For each message one hash over its frozen cases: a change here is a change of the wire. */
const FROZEN: Readonly<Record<string, string>> = {
  PublicKey: '8865503c70b7e239',
  MerkleProof: '062f81e25594e507',
  ProofOps: '59160a12b6ced0e4',
  PartSetHeader: '88c9e2899198892a',
  BlockId: '9b2dc8da74f0af0c',
  Vote: 'a7d47d9da89332a4',
  Proposal: '4ab66095681db63c',
  Part: '884e1e5f15c880ca',
  Header: 'e097852120082e6d',
  CommitSig: 'cab3f490f910a3fa',
  Commit: 'bc6fe4521d36f390',
  ExtendedCommit: 'cc8ba0d0d7fb2604',
  Validator: '8930877f52d0dec4',
  ValidatorSet: 'c8905d97b5de9561',
  SignedHeader: '026b61bf490d34cb',
  LightBlock: 'bf9ac917bfdf304e',
  Evidence: 'efb97483283f11dd',
  OwnEvidence: '4f5c294250e56a41',
  EvidenceList: 'a40da601be2d8604',
  Block: 'b4a33c828d3e1f01',
  BlockMeta: '3248ac864ad763fb',
  ConsensusParams: '9aeb0cc7b79b701a',
  ConsensusParamsUpdate: '2589c19eb48262c7',
  BytesValue: 'a68f12aae35ed438',
  AuthSigMessage: '734e5e18d3cf1c85',
  NodeInfo: '80bdb2417d74ad87',
  Packet: '93612b9fd5e6794d',
  Txs: 'aaeabb0dea4ce183',
  ConsensusMessage: '92d1ef1f8b3f33e9',
  BlocksyncMessage: '205d8a8af1e2edc8',
  Event: 'c03e5a8bf250fcff',
  ExecTxResult: 'a4d2929cec3633f3',
  ValidatorUpdate: '17498d157c6680dc',
  FinalizeBlockResponse: '8dcd6bc0c9e64901',
}

function frozenHash(family: Family): string {
  const hash = createHash('sha256')
  for (let seed = 0; seed < FROZEN_CASES; seed++) {
    hash.update(proto.encodeDelimited(family.encode(seeded(seed))))
  }
  return hash.digest('hex').slice(0, 16)
}

/** Damaged copies of valid messages reach deeper than random bytes. */
function damaged(s: Source, family: Family): Uint8Array {
  const bytes = [...family.encode(s), ...(flag(s) ? family.encode(s) : [])]
  for (let i = s.below(4); i >= 0; i--) {
    const at = s.below(bytes.length + 1)
    pick(s, [
      () => bytes.splice(at, 1),
      () => bytes.splice(at, 0, s.below(256)),
      () => bytes.splice(at, 1, s.below(256)),
      () => bytes.splice(at, bytes.length),
    ])()
  }
  return Uint8Array.from(bytes)
}

/** Whatever is accepted is, written again, its own normal form; refusals are ProtoErrors. */
function expectSettles(family: Family, bytes: Uint8Array): void {
  const once = proto.tryDecode(family.again, bytes)
  const normal = once.ok ? once.value : EMPTY_BYTES
  expect(toHex(once.ok ? family.again(normal) : EMPTY_BYTES)).toBe(toHex(normal))
}

describe.each(FAMILIES)('$name', (family) => {
  test('message: decodes to what was encoded', () => {
    expect.hasAssertions()
    fc.assert(
      fc.property(sources, (s) => family.expectSame(s)),
      { numRuns: 25 },
    )
  })

  test('message: damaged bytes settle or are refused by a ProtoError', () => {
    expect.hasAssertions()
    fc.assert(
      fc.property(sources, (s) => expectSettles(family, damaged(s, family))),
      { numRuns: 40 },
    )
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => expectSettles(family, bytes)),
      { numRuns: 40 },
    )
  })
})

test('message: the bytes of the frozen cases are what they were', () => {
  expect(Object.fromEntries(FAMILIES.map((one) => [one.name, frozenHash(one)]))).toEqual(FROZEN)
})
