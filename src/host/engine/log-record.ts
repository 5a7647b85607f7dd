// The write-ahead log's records: every input of the consensus transition as bytes.
//
// kind (1 byte), height (8, big endian), round (4, signed), then the kind's body. Replay is feeding
// them again, so whatever changes the state is here: messages, timeouts, the application's answers.
import { concatBytes } from '../../core/bytes/index.ts'
import type { Crypto } from '../../core/crypto/index.ts'
import type { Input } from '../../core/consensus/index.ts'
import {
  decodeBlockId,
  decodeConsensusMessage,
  encodeBlockId,
  encodeConsensusMessage,
  tryDecode,
} from '../../core/proto/index.ts'
import type { ConsensusWireMessage } from '../../core/proto/index.ts'
import { decodeBlock, hashHeader, PartSet } from '../../core/types/index.ts'

/** An input that is recorded whole. */
export type RecordedInput = Exclude<Input, { kind: 'start-height' }>

/** How a height began; the rest of that input follows from the chain state. */
export interface HeightStart {
  readonly kind: 'height-start'
  readonly height: bigint
  readonly waitForTxs: boolean
  readonly immediately: boolean
}

const KINDS: readonly (RecordedInput | HeightStart)['kind'][] = [
  'proposal',
  'vote',
  'block-part',
  'signed-proposal',
  'signed-vote',
  'timeout',
  'block-built',
  'block-validity',
  'sign-refused',
  'txs-available',
  'height-start',
]
const STEPS = ['new-height', 'propose', 'prevote', 'precommit'] as const
const WHATS = ['proposal', 'prevote', 'precommit'] as const
const HEADER_BYTES = 13
/** The header of the record that is being written. */
const header = new Uint8Array(HEADER_BYTES)
const headerView = new DataView(header.buffer)

/** The record of an input. */
export function encodeRecord(input: Input): Uint8Array {
  const { height, round } = placeOf(input)
  const kind = input.kind === 'start-height' ? 'height-start' : input.kind
  headerView.setUint8(0, KINDS.indexOf(kind))
  headerView.setBigInt64(1, height)
  headerView.setInt32(9, round)
  return concatBytes(header, bodyOf(input))
}

/** The height of a record without decoding it; null when it is too short to have one. */
export function recordHeight(record: Uint8Array): bigint | null {
  return record.length < HEADER_BYTES ? null : viewOf(record).getBigInt64(1)
}

/** The input of a record, or null when the bytes are not a record of ours. */
export function decodeRecord(
  crypto: Crypto,
  record: Uint8Array,
): RecordedInput | HeightStart | null {
  if (record.length < HEADER_BYTES) return null
  const view = viewOf(record)
  const kind = KINDS[view.getUint8(0)]
  const place = { height: view.getBigInt64(1), round: view.getInt32(9) }
  const body = record.subarray(HEADER_BYTES)
  switch (kind) {
    case undefined:
      return null
    case 'timeout': {
      const step = STEPS[body[0] ?? STEPS.length]
      return step === undefined ? null : { kind, timeout: { ...place, step } }
    }
    case 'block-built':
      return decodeBuilt(crypto, place, body)
    case 'block-validity': {
      const blockId = tryDecode(decodeBlockId, body.subarray(1))
      const { height } = place
      return blockId.ok ? { kind, height, blockId: blockId.value, valid: body[0] === 1 } : null
    }
    case 'sign-refused': {
      const what = WHATS[body[0] ?? WHATS.length]
      return what === undefined ? null : { kind, ...place, what }
    }
    case 'txs-available':
      return { kind, height: place.height }
    case 'height-start':
      return { kind, height: place.height, waitForTxs: body[0] === 1, immediately: body[1] === 1 }
    default:
      return decodeMessage(kind, body)
  }
}

function viewOf(record: Uint8Array): DataView {
  return new DataView(record.buffer, record.byteOffset, record.length)
}

function placeOf(input: Input): { height: bigint; round: number } {
  switch (input.kind) {
    case 'proposal':
    case 'signed-proposal':
      return input.proposal
    case 'vote':
    case 'signed-vote':
      return input.vote
    case 'timeout':
      return input.timeout
    case 'start-height':
    case 'block-validity':
    case 'txs-available':
      return { height: input.height, round: 0 }
    default:
      return input
  }
}

function bodyOf(input: Input): Uint8Array {
  switch (input.kind) {
    case 'proposal':
    case 'signed-proposal':
      return encodeConsensusMessage({ kind: 'proposal', proposal: input.proposal })
    case 'vote':
    case 'signed-vote':
      return encodeConsensusMessage({ kind: 'vote', vote: input.vote })
    case 'block-part':
      return encodeConsensusMessage(input)
    case 'timeout':
      return Uint8Array.of(STEPS.indexOf(input.timeout.step))
    case 'block-built':
      return input.block === null ? new Uint8Array(0) : input.block.partSet.bytes()
    case 'block-validity':
      return concatBytes(Uint8Array.of(input.valid ? 1 : 0), encodeBlockId(input.blockId))
    case 'sign-refused':
      return Uint8Array.of(WHATS.indexOf(input.what))
    case 'txs-available':
      return new Uint8Array(0)
    case 'start-height':
      return Uint8Array.of(input.waitForTxs ? 1 : 0, input.immediately ? 1 : 0)
  }
}

function decodeBuilt(
  crypto: Crypto,
  place: { height: bigint; round: number },
  bytes: Uint8Array,
): RecordedInput | null {
  if (bytes.length === 0) return { kind: 'block-built', ...place, block: null }
  const block = tryDecode(decodeBlock, bytes)
  if (!block.ok) return null
  const partSet = PartSet.fromBytes(crypto, bytes)
  const hash = hashHeader(crypto, block.value.header)
  return {
    kind: 'block-built',
    ...place,
    block: { blockId: { hash, partSetHeader: partSet.header }, partSet },
  }
}

function decodeMessage(
  kind: 'proposal' | 'vote' | 'block-part' | 'signed-proposal' | 'signed-vote',
  body: Uint8Array,
): RecordedInput | null {
  const decoded = tryDecode(decodeConsensusMessage, body)
  if (!decoded.ok) return null
  const message: ConsensusWireMessage = decoded.value
  if (message.kind === 'proposal' && (kind === 'proposal' || kind === 'signed-proposal')) {
    return { kind, proposal: message.proposal }
  }
  if (message.kind === 'vote' && (kind === 'vote' || kind === 'signed-vote')) {
    return { kind, vote: message.vote }
  }
  return message.kind === 'block-part' && kind === 'block-part' ? message : null
}
