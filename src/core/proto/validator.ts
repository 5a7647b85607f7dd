// Validators and validator sets on the wire (validator.proto).

import { EMPTY_BYTES } from '../bytes/index.ts'
import type { PublicKey, ValidatorProto, ValidatorSetProto } from './chain-messages.ts'
import { MAX_SIGNATURES } from './commit.ts'
import { NO_PUBLIC_KEY, readPublicKey, requirePublicKey, writePublicKey } from './crypto.ts'
import { listOf } from './mutable.ts'
import type { Mutable } from './mutable.ts'
import { Reader } from './reader.ts'
import { encodeMessage } from './writer.ts'
import type { Writer } from './writer.ts'

const EMPTY_VALIDATOR: ValidatorProto = {
  address: EMPTY_BYTES,
  pubKey: NO_PUBLIC_KEY,
  votingPower: 0n,
  proposerPriority: 0n,
}

export const EMPTY_VALIDATOR_SET: ValidatorSetProto = {
  validators: [],
  proposer: null,
  totalVotingPower: 0n,
}

/** The key may still be missing: a second occurrence of the same field can bring it. */
function readDraftValidator(reader: Reader, base: ValidatorProto): ValidatorProto {
  const validator: Mutable<ValidatorProto> = { ...base }
  while (reader.pos < reader.end) {
    const tag = reader.tag()
    switch (tag) {
      case 0x0a:
        validator.address = reader.view()
        break
      case 0x12:
        validator.pubKey = reader.message(readPublicKey, validator.pubKey)
        break
      case 0x18:
        validator.votingPower = reader.int64()
        break
      case 0x20:
        validator.proposerPriority = reader.int64()
        break
      default:
        reader.skip(tag, 4)
    }
  }
  return validator
}

/** One element of a list of validators: it cannot be completed later. */
export function readNewValidator(reader: Reader): ValidatorProto {
  const validator = reader.message(readDraftValidator, EMPTY_VALIDATOR)
  requirePublicKey(reader, validator.pubKey)
  return validator
}

export function writeValidator(writer: Writer, validator: ValidatorProto): void {
  writer.int64(0x20, validator.proposerPriority)
  writer.int64(0x18, validator.votingPower)
  writer.message(0x12, writePublicKey, validator.pubKey)
  writer.bytes(0x0a, validator.address)
}

/** Wire: validator.proto Validator. */
export function encodeValidator(validator: ValidatorProto): Uint8Array {
  return encodeMessage(writeValidator, validator)
}

/** @throws ProtoError on malformed bytes or a key of no known kind. */
export function decodeValidator(bytes: Uint8Array): ValidatorProto {
  const reader = new Reader(bytes)
  const validator = readDraftValidator(reader, EMPTY_VALIDATOR)
  requirePublicKey(reader, validator.pubKey)
  return validator
}

/** The proposer's key may still be missing; `requireProposerKey` has the last word. */
export function readValidatorSet(reader: Reader, base: ValidatorSetProto): ValidatorSetProto {
  let { proposer, totalVotingPower } = base
  const validators = listOf(base.validators)
  while (reader.pos < reader.end) {
    const tag = reader.tag()
    if (tag === 0x0a) {
      if (validators.length === MAX_SIGNATURES) {
        throw reader.fail('PROTO_LIMIT', 'too many validators')
      }
      validators.push(readNewValidator(reader))
    } else if (tag === 0x12) {
      proposer = reader.message(readDraftValidator, proposer ?? EMPTY_VALIDATOR)
    } else if (tag === 0x18) totalVotingPower = reader.int64()
    else reader.skip(tag, 3)
  }
  return { validators, proposer, totalVotingPower }
}

/** Refuses a finished set whose proposer has no key. */
export function requireProposerKey(reader: Reader, set: ValidatorSetProto): void {
  if (set.proposer !== null) requirePublicKey(reader, set.proposer.pubKey)
}

export function writeValidatorSet(writer: Writer, set: ValidatorSetProto): void {
  writer.int64(0x18, set.totalVotingPower)
  writer.optional(0x12, writeValidator, set.proposer)
  writer.list(0x0a, writeValidator, set.validators)
}

/** Wire: validator.proto ValidatorSet. */
export function encodeValidatorSet(set: ValidatorSetProto): Uint8Array {
  return encodeMessage(writeValidatorSet, set)
}

/** @throws ProtoError on malformed bytes, a key of no known kind, more than 65,536 validators. */
export function decodeValidatorSet(bytes: Uint8Array): ValidatorSetProto {
  const reader = new Reader(bytes)
  const set = readValidatorSet(reader, EMPTY_VALIDATOR_SET)
  requireProposerKey(reader, set)
  return set
}

/** What the validators hash is made of: key and power, without address and priority. */
export interface SimpleValidator {
  readonly pubKey: PublicKey
  readonly votingPower: bigint
}

function writeSimpleValidator(writer: Writer, validator: SimpleValidator): void {
  writer.int64(0x10, validator.votingPower)
  writer.message(0x0a, writePublicKey, validator.pubKey)
}

/** Wire: validator.proto SimpleValidator; a leaf of the validators hash. */
export function encodeSimpleValidator(validator: SimpleValidator): Uint8Array {
  return encodeMessage(writeSimpleValidator, validator)
}
