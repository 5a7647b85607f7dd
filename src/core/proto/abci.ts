// The application's answers on the wire (abci/types.proto), as stored and as hashed.

import { EMPTY_BYTES } from '../bytes/index.ts'
import type {
  Event,
  EventAttribute,
  ExecTxResult,
  FinalizeBlockResponse,
  ValidatorUpdate,
} from './abci-messages.ts'
import { NO_PUBLIC_KEY, readPublicKey, requirePublicKey, writePublicKey } from './crypto.ts'
import type { Mutable } from './mutable.ts'
import { readParamsUpdate, writeParamsUpdate } from './params.ts'
import { Reader } from './reader.ts'
import { encodeMessage } from './writer.ts'
import type { Writer } from './writer.ts'

const EMPTY_ATTRIBUTE: EventAttribute = { key: '', value: '', index: false }
export const EMPTY_EVENT: Event = { type: '', attributes: [] }
export const EMPTY_TX_RESULT: ExecTxResult = {
  code: 0,
  data: EMPTY_BYTES,
  log: '',
  info: '',
  gasWanted: 0n,
  gasUsed: 0n,
  events: [],
  codespace: '',
}
const EMPTY_UPDATE: ValidatorUpdate = { pubKey: NO_PUBLIC_KEY, power: 0n }
const EMPTY_RESPONSE: FinalizeBlockResponse = {
  events: [],
  txResults: [],
  validatorUpdates: [],
  consensusParamUpdates: null,
  appHash: EMPTY_BYTES,
}

function readAttribute(reader: Reader, base: EventAttribute): EventAttribute {
  let { key, value, index } = base
  while (reader.pos < reader.end) {
    const tag = reader.tag()
    if (tag === 0x0a) key = reader.string()
    else if (tag === 0x12) value = reader.string()
    else if (tag === 0x18) index = reader.bool()
    else reader.skip(tag, 3)
  }
  return { key, value, index }
}

function writeAttribute(writer: Writer, attribute: EventAttribute): void {
  writer.bool(0x18, attribute.index)
  writer.string(0x12, attribute.value)
  writer.string(0x0a, attribute.key)
}

export function readEvent(reader: Reader, base: Event): Event {
  let { type } = base
  const attributes = base.attributes.slice()
  while (reader.pos < reader.end) {
    const tag = reader.tag()
    if (tag === 0x0a) type = reader.string()
    else if (tag === 0x12) attributes.push(reader.message(readAttribute, EMPTY_ATTRIBUTE))
    else reader.skip(tag, 2)
  }
  return { type, attributes }
}

export function writeEvent(writer: Writer, event: Event): void {
  writer.list(0x12, writeAttribute, event.attributes)
  writer.string(0x0a, event.type)
}

export function readExecTxResult(reader: Reader, base: ExecTxResult): ExecTxResult {
  const result: Mutable<ExecTxResult> = { ...base }
  const events = base.events.slice()
  result.events = events
  while (reader.pos < reader.end) {
    const tag = reader.tag()
    switch (tag) {
      case 0x08:
        result.code = reader.uint32()
        break
      case 0x12:
        result.data = reader.view()
        break
      case 0x1a:
        result.log = reader.string()
        break
      case 0x22:
        result.info = reader.string()
        break
      case 0x28:
        result.gasWanted = reader.int64()
        break
      case 0x30:
        result.gasUsed = reader.int64()
        break
      case 0x3a:
        events.push(reader.message(readEvent, EMPTY_EVENT))
        break
      case 0x42:
        result.codespace = reader.string()
        break
      default:
        reader.skip(tag, 8)
    }
  }
  return result
}

export function writeExecTxResult(writer: Writer, result: ExecTxResult): void {
  writer.string(0x42, result.codespace)
  writer.list(0x3a, writeEvent, result.events)
  writer.int64(0x30, result.gasUsed)
  writer.int64(0x28, result.gasWanted)
  writer.string(0x22, result.info)
  writer.string(0x1a, result.log)
  writer.bytes(0x12, result.data)
  writer.uint32(0x08, result.code)
}

function writeDeterministic(writer: Writer, result: ExecTxResult): void {
  writer.int64(0x30, result.gasUsed)
  writer.int64(0x28, result.gasWanted)
  writer.bytes(0x12, result.data)
  writer.uint32(0x08, result.code)
}

/** Wire: abci/types.proto Event. */
export function encodeEvent(event: Event): Uint8Array {
  return encodeMessage(writeEvent, event)
}

/** @throws ProtoError on malformed bytes. */
export function decodeEvent(bytes: Uint8Array): Event {
  return readEvent(new Reader(bytes), EMPTY_EVENT)
}

/** Wire: abci/types.proto ExecTxResult. */
export function encodeExecTxResult(result: ExecTxResult): Uint8Array {
  return encodeMessage(writeExecTxResult, result)
}

/** Code, data and gas alone: a leaf of the last results hash. */
export function encodeDeterministicTxResult(result: ExecTxResult): Uint8Array {
  return encodeMessage(writeDeterministic, result)
}

/** @throws ProtoError on malformed bytes. */
export function decodeExecTxResult(bytes: Uint8Array): ExecTxResult {
  return readExecTxResult(new Reader(bytes), EMPTY_TX_RESULT)
}

function readDraftUpdate(reader: Reader, base: ValidatorUpdate): ValidatorUpdate {
  let { pubKey, power } = base
  while (reader.pos < reader.end) {
    const tag = reader.tag()
    if (tag === 0x0a) pubKey = reader.message(readPublicKey, pubKey)
    else if (tag === 0x10) power = reader.int64()
    else reader.skip(tag, 2)
  }
  return { pubKey, power }
}

/** One element of a list of updates, already entered. */
export function readValidatorUpdate(reader: Reader): ValidatorUpdate {
  const update = readDraftUpdate(reader, EMPTY_UPDATE)
  requirePublicKey(reader, update.pubKey)
  return update
}

export function writeValidatorUpdate(writer: Writer, update: ValidatorUpdate): void {
  writer.int64(0x10, update.power)
  writer.message(0x0a, writePublicKey, update.pubKey)
}

/** Wire: abci/types.proto ValidatorUpdate. */
export function encodeValidatorUpdate(update: ValidatorUpdate): Uint8Array {
  return encodeMessage(writeValidatorUpdate, update)
}

/** @throws ProtoError on malformed bytes or a key of no known kind. */
export function decodeValidatorUpdate(bytes: Uint8Array): ValidatorUpdate {
  return readValidatorUpdate(new Reader(bytes))
}

export function readFinalizeBlockResponse(
  reader: Reader,
  base: FinalizeBlockResponse = EMPTY_RESPONSE,
): FinalizeBlockResponse {
  const response: Mutable<FinalizeBlockResponse> = { ...base }
  const events = base.events.slice()
  const txResults = base.txResults.slice()
  const validatorUpdates = base.validatorUpdates.slice()
  while (reader.pos < reader.end) {
    const tag = reader.tag()
    switch (tag) {
      case 0x0a:
        events.push(reader.message(readEvent, EMPTY_EVENT))
        break
      case 0x12:
        txResults.push(reader.message(readExecTxResult, EMPTY_TX_RESULT))
        break
      case 0x1a:
        validatorUpdates.push(reader.message(readValidatorUpdate, EMPTY_UPDATE))
        break
      case 0x22:
        response.consensusParamUpdates = reader.message(
          readParamsUpdate,
          response.consensusParamUpdates ?? {},
        )
        break
      case 0x2a:
        response.appHash = reader.view()
        break
      default:
        reader.skip(tag, 5)
    }
  }
  return { ...response, events, txResults, validatorUpdates }
}

export function writeFinalizeBlockResponse(writer: Writer, response: FinalizeBlockResponse): void {
  writer.bytes(0x2a, response.appHash)
  writer.optional(0x22, writeParamsUpdate, response.consensusParamUpdates)
  writer.list(0x1a, writeValidatorUpdate, response.validatorUpdates)
  writer.list(0x12, writeExecTxResult, response.txResults)
  writer.list(0x0a, writeEvent, response.events)
}

/** Wire: abci/types.proto ResponseFinalizeBlock. */
export function encodeFinalizeBlockResponse(response: FinalizeBlockResponse): Uint8Array {
  return encodeMessage(writeFinalizeBlockResponse, response)
}

/** @throws ProtoError on malformed bytes or a key of no known kind. */
export function decodeFinalizeBlockResponse(bytes: Uint8Array): FinalizeBlockResponse {
  return readFinalizeBlockResponse(new Reader(bytes))
}
