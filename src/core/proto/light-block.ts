// What a light client works on (types.proto SignedHeader, LightBlock).

import type { LightBlock, SignedHeader } from './chain-messages.ts'
import { EMPTY_COMMIT, readCommit, writeCommit } from './commit.ts'
import { EMPTY_HEADER, readHeader, writeHeader } from './header.ts'
import { Reader } from './reader.ts'
import {
  EMPTY_VALIDATOR_SET,
  readValidatorSet,
  requireProposerKey,
  writeValidatorSet,
} from './validator.ts'
import { encodeMessage } from './writer.ts'
import type { Writer } from './writer.ts'

const EMPTY_SIGNED_HEADER: SignedHeader = { header: null, commit: null }

export const EMPTY_LIGHT_BLOCK: LightBlock = { signedHeader: null, validatorSet: null }

function readSignedHeader(reader: Reader, base: SignedHeader): SignedHeader {
  let { header, commit } = base
  while (reader.pos < reader.end) {
    const tag = reader.tag()
    if (tag === 0x0a) header = reader.message(readHeader, header ?? EMPTY_HEADER)
    else if (tag === 0x12) commit = reader.message(readCommit, commit ?? EMPTY_COMMIT)
    else reader.skip(tag, 2)
  }
  return { header, commit }
}

function writeSignedHeader(writer: Writer, signed: SignedHeader): void {
  writer.optional(0x12, writeCommit, signed.commit)
  writer.optional(0x0a, writeHeader, signed.header)
}

/** Wire: types.proto SignedHeader. */
export function encodeSignedHeader(signed: SignedHeader): Uint8Array {
  return encodeMessage(writeSignedHeader, signed)
}

/** @throws ProtoError on malformed bytes. */
export function decodeSignedHeader(bytes: Uint8Array): SignedHeader {
  return readSignedHeader(new Reader(bytes), EMPTY_SIGNED_HEADER)
}

export function readLightBlock(reader: Reader, base: LightBlock): LightBlock {
  let { signedHeader, validatorSet } = base
  while (reader.pos < reader.end) {
    const tag = reader.tag()
    if (tag === 0x0a) {
      signedHeader = reader.message(readSignedHeader, signedHeader ?? EMPTY_SIGNED_HEADER)
    } else if (tag === 0x12) {
      validatorSet = reader.message(readValidatorSet, validatorSet ?? EMPTY_VALIDATOR_SET)
    } else reader.skip(tag, 2)
  }
  return { signedHeader, validatorSet }
}

/** Refuses a finished light block that CometBFT could not turn into keys. */
export function requireLightBlockKeys(reader: Reader, block: LightBlock): void {
  if (block.validatorSet !== null) requireProposerKey(reader, block.validatorSet)
}

export function writeLightBlock(writer: Writer, block: LightBlock): void {
  writer.optional(0x12, writeValidatorSet, block.validatorSet)
  writer.optional(0x0a, writeSignedHeader, block.signedHeader)
}

/** Wire: types.proto LightBlock. */
export function encodeLightBlock(block: LightBlock): Uint8Array {
  return encodeMessage(writeLightBlock, block)
}

/** @throws ProtoError on malformed bytes or a key of no known kind. */
export function decodeLightBlock(bytes: Uint8Array): LightBlock {
  const reader = new Reader(bytes)
  const block = readLightBlock(reader, EMPTY_LIGHT_BLOCK)
  requireLightBlockKeys(reader, block)
  return block
}
