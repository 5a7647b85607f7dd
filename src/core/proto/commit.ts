// Commits on the wire (types.proto CommitSig, Commit, ExtendedCommitSig, ExtendedCommit).

import { EMPTY_BYTES, ZERO_TIME } from '../bytes/index.ts'
import { EMPTY_BLOCK_ID, readBlockId, writeBlockId } from './block-id.ts'
import type { Commit, CommitSig, ExtendedCommit, ExtendedCommitSig } from './chain-messages.ts'
import { listOf } from './mutable.ts'
import type { Mutable } from './mutable.ts'
import { Reader } from './reader.ts'
import { readTime, writeTime } from './timestamp.ts'
import { encodeMessage } from './writer.ts'
import type { Writer } from './writer.ts'

/**
 * Far above the 10,000 validators that CometBFT can count votes of; bounds memory, not validity.
 */
export const MAX_SIGNATURES = 65_536

const EMPTY_COMMIT_SIG: CommitSig = {
  blockIdFlag: 0,
  validatorAddress: EMPTY_BYTES,
  timestamp: ZERO_TIME,
  signature: EMPTY_BYTES,
}

const EMPTY_EXTENDED_SIG: ExtendedCommitSig = {
  ...EMPTY_COMMIT_SIG,
  extension: EMPTY_BYTES,
  extensionSignature: EMPTY_BYTES,
}

export const EMPTY_COMMIT: Commit = {
  height: 0n,
  round: 0,
  blockId: EMPTY_BLOCK_ID,
  signatures: [],
}

export const EMPTY_EXTENDED_COMMIT: ExtendedCommit = {
  height: 0n,
  round: 0,
  blockId: EMPTY_BLOCK_ID,
  signatures: [],
}

/** Reads one of the four fields that both kinds of signature have; false when it is another. */
function readSigField(reader: Reader, tag: number, sig: Mutable<CommitSig>): boolean {
  switch (tag) {
    case 0x08:
      sig.blockIdFlag = reader.int32()
      return true
    case 0x12:
      sig.validatorAddress = reader.view()
      return true
    case 0x1a:
      sig.timestamp = readTime(reader)
      return true
    case 0x22:
      sig.signature = reader.view()
      return true
    default:
      return false
  }
}

function readCommitSig(reader: Reader, base: CommitSig): CommitSig {
  const sig: Mutable<CommitSig> = { ...base }
  while (reader.pos < reader.end) {
    const tag = reader.tag()
    if (!readSigField(reader, tag, sig)) reader.skip(tag, 4)
  }
  return sig
}

function readExtendedSig(reader: Reader, base: ExtendedCommitSig): ExtendedCommitSig {
  const sig: Mutable<ExtendedCommitSig> = { ...base }
  while (reader.pos < reader.end) {
    const tag = reader.tag()
    if (tag === 0x2a) sig.extension = reader.view()
    else if (tag === 0x32) sig.extensionSignature = reader.view()
    else if (!readSigField(reader, tag, sig)) reader.skip(tag, 6)
  }
  return sig
}

function writeCommitSig(writer: Writer, sig: CommitSig): void {
  writer.bytes(0x22, sig.signature)
  writeTime(writer, 0x1a, sig.timestamp)
  writer.bytes(0x12, sig.validatorAddress)
  writer.int32(0x08, sig.blockIdFlag)
}

function writeExtendedSig(writer: Writer, sig: ExtendedCommitSig): void {
  writer.bytes(0x32, sig.extensionSignature)
  writer.bytes(0x2a, sig.extension)
  writeCommitSig(writer, sig)
}

/** Wire: types.proto CommitSig; a leaf of the last commit hash. */
export function encodeCommitSig(sig: CommitSig): Uint8Array {
  return encodeMessage(writeCommitSig, sig)
}

/** @throws ProtoError on malformed bytes. */
export function decodeCommitSig(bytes: Uint8Array): CommitSig {
  return readCommitSig(new Reader(bytes), EMPTY_COMMIT_SIG)
}

interface CommitOf<Sig> {
  readonly height: bigint
  readonly round: number
  readonly blockId: Commit['blockId']
  readonly signatures: readonly Sig[]
}

function readCommitOf<Sig>(
  reader: Reader,
  base: CommitOf<Sig>,
  readSig: (reader: Reader) => Sig,
): CommitOf<Sig> {
  let { height, round, blockId } = base
  const signatures = listOf(base.signatures)
  while (reader.pos < reader.end) {
    const tag = reader.tag()
    if (tag === 0x22) {
      if (signatures.length === MAX_SIGNATURES) {
        throw reader.fail('PROTO_LIMIT', 'too many signatures')
      }
      signatures.push(readSig(reader))
    } else if (tag === 0x08) height = reader.int64()
    else if (tag === 0x10) round = reader.int32()
    else if (tag === 0x1a) blockId = reader.message(readBlockId, blockId)
    else reader.skip(tag, 4)
  }
  return { height, round, blockId, signatures }
}

function readNewCommitSig(reader: Reader): CommitSig {
  return reader.message(readCommitSig, EMPTY_COMMIT_SIG)
}

function readNewExtendedSig(reader: Reader): ExtendedCommitSig {
  return reader.message(readExtendedSig, EMPTY_EXTENDED_SIG)
}

export function readCommit(reader: Reader, base: Commit): Commit {
  return readCommitOf(reader, base, readNewCommitSig)
}

export function readExtendedCommit(reader: Reader, base: ExtendedCommit): ExtendedCommit {
  return readCommitOf(reader, base, readNewExtendedSig)
}

function writeCommitHead(writer: Writer, commit: CommitOf<unknown>): void {
  writer.message(0x1a, writeBlockId, commit.blockId)
  writer.int32(0x10, commit.round)
  writer.int64(0x08, commit.height)
}

export function writeCommit(writer: Writer, commit: Commit): void {
  writer.list(0x22, writeCommitSig, commit.signatures)
  writeCommitHead(writer, commit)
}

export function writeExtendedCommit(writer: Writer, commit: ExtendedCommit): void {
  writer.list(0x22, writeExtendedSig, commit.signatures)
  writeCommitHead(writer, commit)
}

/** Wire: types.proto Commit. */
export function encodeCommit(commit: Commit): Uint8Array {
  return encodeMessage(writeCommit, commit)
}

/** @throws ProtoError on malformed bytes or more than 65,536 signatures. */
export function decodeCommit(bytes: Uint8Array): Commit {
  return readCommit(new Reader(bytes), EMPTY_COMMIT)
}

/** Wire: types.proto ExtendedCommit. */
export function encodeExtendedCommit(commit: ExtendedCommit): Uint8Array {
  return encodeMessage(writeExtendedCommit, commit)
}

/** @throws ProtoError on malformed bytes or more than 65,536 signatures. */
export function decodeExtendedCommit(bytes: Uint8Array): ExtendedCommit {
  return readExtendedCommit(new Reader(bytes), EMPTY_EXTENDED_COMMIT)
}
