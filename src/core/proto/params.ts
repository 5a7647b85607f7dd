// Consensus parameters on the wire (params.proto).

import type {
  AbciParams,
  BlockParams,
  ConsensusParams,
  ConsensusParamsUpdate,
  EvidenceParams,
  ValidatorParams,
  VersionParams,
} from './chain-messages.ts'
import { listOf } from './mutable.ts'
import type { Mutable } from './mutable.ts'
import { Reader } from './reader.ts'
import { readDuration, writeDuration } from './timestamp.ts'
import { encodeMessage } from './writer.ts'
import type { Writer } from './writer.ts'

const EMPTY_BLOCK: BlockParams = { maxBytes: 0n, maxGas: 0n }
const EMPTY_EVIDENCE: EvidenceParams = { maxAgeNumBlocks: 0n, maxAgeDuration: 0n, maxBytes: 0n }
const EMPTY_VALIDATOR: ValidatorParams = { pubKeyTypes: [] }
const EMPTY_VERSION: VersionParams = { app: 0n }
const EMPTY_ABCI: AbciParams = { voteExtensionsEnableHeight: 0n }

function readBlockParams(reader: Reader, base: BlockParams): BlockParams {
  let { maxBytes, maxGas } = base
  while (reader.pos < reader.end) {
    const tag = reader.tag()
    if (tag === 0x08) maxBytes = reader.int64()
    else if (tag === 0x10) maxGas = reader.int64()
    else reader.skip(tag, 2)
  }
  return { maxBytes, maxGas }
}

function writeBlockParams(writer: Writer, params: BlockParams): void {
  writer.int64(0x10, params.maxGas)
  writer.int64(0x08, params.maxBytes)
}

function readEvidenceParams(reader: Reader, base: EvidenceParams): EvidenceParams {
  let { maxAgeNumBlocks, maxAgeDuration, maxBytes } = base
  while (reader.pos < reader.end) {
    const tag = reader.tag()
    if (tag === 0x08) maxAgeNumBlocks = reader.int64()
    else if (tag === 0x12) maxAgeDuration = readDuration(reader)
    else if (tag === 0x18) maxBytes = reader.int64()
    else reader.skip(tag, 3)
  }
  return { maxAgeNumBlocks, maxAgeDuration, maxBytes }
}

function writeEvidenceParams(writer: Writer, params: EvidenceParams): void {
  writer.int64(0x18, params.maxBytes)
  writeDuration(writer, 0x12, params.maxAgeDuration)
  writer.int64(0x08, params.maxAgeNumBlocks)
}

function readValidatorParams(reader: Reader, base: ValidatorParams): ValidatorParams {
  const pubKeyTypes = listOf(base.pubKeyTypes)
  while (reader.pos < reader.end) {
    const tag = reader.tag()
    if (tag === 0x0a) pubKeyTypes.push(reader.string())
    else reader.skip(tag, 1)
  }
  return { pubKeyTypes }
}

function writeValidatorParams(writer: Writer, params: ValidatorParams): void {
  for (const type of params.pubKeyTypes.toReversed()) writer.presentString(0x0a, type)
}

function readVersionParams(reader: Reader, base: VersionParams): VersionParams {
  let { app } = base
  while (reader.pos < reader.end) {
    const tag = reader.tag()
    if (tag === 0x08) app = reader.uint64()
    else reader.skip(tag, 1)
  }
  return { app }
}

function writeVersionParams(writer: Writer, params: VersionParams): void {
  writer.uint64(0x08, params.app)
}

function readAbciParams(reader: Reader, base: AbciParams): AbciParams {
  let { voteExtensionsEnableHeight } = base
  while (reader.pos < reader.end) {
    const tag = reader.tag()
    if (tag === 0x08) voteExtensionsEnableHeight = reader.int64()
    else reader.skip(tag, 1)
  }
  return { voteExtensionsEnableHeight }
}

function writeAbciParams(writer: Writer, params: AbciParams): void {
  writer.int64(0x08, params.voteExtensionsEnableHeight)
}

export function readParamsUpdate(
  reader: Reader,
  base: ConsensusParamsUpdate,
): ConsensusParamsUpdate {
  const update: Mutable<ConsensusParamsUpdate> = { ...base }
  while (reader.pos < reader.end) {
    const tag = reader.tag()
    switch (tag) {
      case 0x0a:
        update.block = reader.message(readBlockParams, update.block ?? EMPTY_BLOCK)
        break
      case 0x12:
        update.evidence = reader.message(readEvidenceParams, update.evidence ?? EMPTY_EVIDENCE)
        break
      case 0x1a:
        update.validator = reader.message(readValidatorParams, update.validator ?? EMPTY_VALIDATOR)
        break
      case 0x22:
        update.version = reader.message(readVersionParams, update.version ?? EMPTY_VERSION)
        break
      case 0x2a:
        update.abci = reader.message(readAbciParams, update.abci ?? EMPTY_ABCI)
        break
      default:
        reader.skip(tag, 5)
    }
  }
  return update
}

export function writeParamsUpdate(writer: Writer, update: ConsensusParamsUpdate): void {
  writer.optional(0x2a, writeAbciParams, update.abci ?? null)
  writer.optional(0x22, writeVersionParams, update.version ?? null)
  writer.optional(0x1a, writeValidatorParams, update.validator ?? null)
  writer.optional(0x12, writeEvidenceParams, update.evidence ?? null)
  writer.optional(0x0a, writeBlockParams, update.block ?? null)
}

/** Wire: params.proto ConsensusParams with the groups that are there. */
export function encodeConsensusParamsUpdate(update: ConsensusParamsUpdate): Uint8Array {
  return encodeMessage(writeParamsUpdate, update)
}

/** @throws ProtoError on malformed bytes. */
export function decodeConsensusParamsUpdate(bytes: Uint8Array): ConsensusParamsUpdate {
  return readParamsUpdate(new Reader(bytes), {})
}

/** Wire: params.proto ConsensusParams. */
export function encodeConsensusParams(params: ConsensusParams): Uint8Array {
  return encodeMessage(writeParamsUpdate, params)
}

/** Absent groups read as zeros. @throws ProtoError on malformed bytes. */
export function decodeConsensusParams(bytes: Uint8Array): ConsensusParams {
  const update = decodeConsensusParamsUpdate(bytes)
  return {
    block: update.block ?? EMPTY_BLOCK,
    evidence: update.evidence ?? EMPTY_EVIDENCE,
    validator: update.validator ?? EMPTY_VALIDATOR,
    version: update.version ?? EMPTY_VERSION,
    abci: update.abci ?? EMPTY_ABCI,
  }
}

/** Wire: params.proto HashedParams: all of the parameters that the consensus hash covers. */
export function encodeHashedParams(block: BlockParams): Uint8Array {
  return encodeMessage(writeBlockParams, block)
}
