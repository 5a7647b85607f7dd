// Whole blocks: hashes, parts, commit verification and median time are CometBFT's.

import { expect } from 'vitest'
import { fromBase64, toHex } from '../bytes/index.ts'
import { nobleCrypto } from '../crypto/index.ts'
import { testVectors } from '../crypto/vectors.fixture.ts'
import { encodePart, encodeSimpleValidator } from '../proto/index.ts'
import {
  PartSet,
  ValidatorSet,
  decodeBlock,
  encodeBlock,
  evidenceHash,
  hashHeader,
  makeBlock,
  makeBlockId,
  medianTime,
  validateBlockBasic,
  verifyCommit,
  verifyCommitLight,
} from './index.ts'
import type { Block, PartSetHeader } from './index.ts'
import { powerOf, timeOf } from './vectors.fixture.ts'
import type { PowerVector, TimeVector } from './vectors.fixture.ts'

interface BlockCase {
  readonly block_proto_b64: string
  readonly hash: string
  readonly data_hash: string
  readonly evidence_hash: string
  readonly last_commit_hash: string
  readonly evidence: readonly { readonly hash: string }[] | null
  readonly median_time_v038: TimeVector
  readonly psh: { readonly total: number; readonly hash: string }
  readonly parts: readonly {
    readonly index: number
    readonly leaf_hash: string
    readonly len: number
    readonly proto_sha256: string
  }[]
  readonly validators: readonly (PowerVector & { readonly simple_bytes: string })[]
  readonly valset_hash: string
  readonly verify_commit_err: string
  readonly verify_commit_light_err: string
}

const checkHashes = (one: BlockCase, block: Block, bytes: Uint8Array): void => {
  expect(validateBlockBasic(nobleCrypto, block)).toBeNull()
  expect(toHex(encodeBlock(block))).toBe(toHex(bytes))
  const { lastCommitHash, dataHash, evidenceHash: _, ...header } = block.header
  const made = makeBlock(nobleCrypto, { ...block, header, lastCommit: block.lastCommit! })
  expect(toHex(hashHeader(nobleCrypto, made.header))).toBe(one.hash)
  expect(toHex(lastCommitHash)).toBe(one.last_commit_hash)
  expect(toHex(dataHash)).toBe(one.data_hash)
  expect(toHex(made.header.evidenceHash)).toBe(one.evidence_hash)
  const hashes = block.evidence.map((evidence) => toHex(evidenceHash(nobleCrypto, evidence)))
  expect(hashes).toEqual((one.evidence ?? []).map(({ hash }) => hash))
}

const headerVector = ({ total, hash }: PartSetHeader) => ({ total, hash: toHex(hash) })

const checkParts = (one: BlockCase, block: Block): void => {
  const { blockId, partSet } = makeBlockId(nobleCrypto, block)
  expect(toHex(blockId.hash)).toBe(one.hash)
  expect(headerVector(partSet.header)).toEqual({ total: one.psh.total, hash: one.psh.hash })
  let received = PartSet.fromHeader(partSet.header)
  for (const { index, leaf_hash, len, proto_sha256 } of one.parts.toReversed()) {
    const part = partSet.get(index)!
    expect(toHex(part.proof.leafHash)).toBe(leaf_hash)
    expect(part.bytes.length).toBe(len)
    expect(toHex(nobleCrypto.sha256(encodePart(part)))).toBe(proto_sha256)
    const addition = received.add(nobleCrypto, part)
    if (addition.kind === 'added') received = addition.partSet
  }
  expect(toHex(received.bytes())).toBe(toHex(encodeBlock(block)))
}

const checkCommit = (one: BlockCase, block: Block): void => {
  const { header } = block
  const commit = block.lastCommit!
  // These sets come in the order of their commits.
  const made = ValidatorSet.make(nobleCrypto, one.validators.map(powerOf))
  expect(made.validators.map((v) => toHex(encodeSimpleValidator(v)))).toEqual(
    one.validators.map((v) => v.simple_bytes),
  )
  expect(toHex(made.hash(nobleCrypto))).toBe(one.valset_hash)
  const expectation = {
    chainId: header.chainId,
    validatorSet: made,
    blockId: header.lastBlockId,
    height: header.height - 1n,
    commit,
  }
  const verdict = verifyCommit(nobleCrypto, expectation)
  expect(verdict === null).toBe(one.verify_commit_err === '')
  const light = verifyCommitLight(nobleCrypto, expectation)
  expect(light === null).toBe(one.verify_commit_light_err === '')
  expect(medianTime(commit, made, 'non-absent')).toBe(timeOf(one.median_time_v038))
}

const checkBlock = (one: BlockCase): void => {
  const bytes = fromBase64(one.block_proto_b64)!
  const block = decodeBlock(bytes)
  checkHashes(one, block, bytes)
  checkParts(one, block)
  checkCommit(one, block)
}

testVectors('blocks.json', 'hashes, parts, commits and times are equal', checkBlock)
