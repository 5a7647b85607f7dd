// Version 2 of an evidence proof: what shows against the chain, with the decisions that show it.

import { EMPTY_BYTES, err, ok } from '../bytes/index.ts'
import type { Result } from '../bytes/index.ts'
import type { Crypto } from '../crypto/index.ts'
import { decodeFinalityProof } from '../finality/index.ts'
import type { FinalityProof } from '../finality/index.ts'
import {
  Reader,
  decodeEvidence,
  decodeHeader,
  encodeEvidence,
  encodeHeader,
  encodeMessage,
  tryDecode,
} from '../proto/index.ts'
import type { Writer } from '../proto/index.ts'
import { MAX_DOWNTIME_WINDOW, validateEvidence } from '../types/index.ts'
import type { DowntimeEvidence, Evidence, Header } from '../types/index.ts'
import type { LightClientAttackEvidence } from '../types/index.ts'
import { provableAttack } from './accusation.ts'
import type { AbsenceAccusation, AttackAccusation, HeightRecord } from './accusation.ts'
import { MAX_STEPS } from './tree-path.ts'

/** What this version proves. */
export type ChainAccusation = AbsenceAccusation | AttackAccusation

const MAX_DECISIONS = 2

/** The message: parts that are messages of their own stand there as their bytes. */
interface Body {
  chainId: string
  evidence: Uint8Array
  readonly decisions: Uint8Array[]
  readonly heights: RawHeight[]
}

interface RawHeight {
  header: Uint8Array
  isAbsent: boolean
  readonly aunts: Uint8Array[]
  power: bigint
  bits: number
  readonly seatAunts: Uint8Array[]
}

function writeHeight(writer: Writer, height: RawHeight): void {
  writer.bytesList(0x32, height.seatAunts)
  writer.uint32(0x28, height.bits)
  writer.int64(0x20, height.power)
  writer.bytesList(0x1a, height.aunts)
  writer.bool(0x10, height.isAbsent)
  writer.bytes(0x0a, height.header)
}

function writeBody(writer: Writer, body: Body): void {
  writer.list(0x22, writeHeight, body.heights)
  writer.bytesList(0x1a, body.decisions)
  writer.bytes(0x12, body.evidence)
  writer.string(0x0a, body.chainId)
}

/** A list that does not grow beyond what any proof has. */
function pushed<T>(reader: Reader, list: T[], item: T, most: number): void {
  if (list.length === most) throw reader.fail('PROTO_LIMIT', `more than ${most} in a list`)
  list.push(item)
}

function readHeight(reader: Reader): RawHeight {
  const height: RawHeight = {
    header: EMPTY_BYTES,
    isAbsent: false,
    aunts: [],
    power: 0n,
    bits: 0,
    seatAunts: [],
  }
  while (reader.pos < reader.end) {
    const tag = reader.tag()
    if (tag === 0x0a) height.header = reader.view()
    else if (tag === 0x10) height.isAbsent = reader.bool()
    else if (tag === 0x1a) pushed(reader, height.aunts, reader.view(), MAX_STEPS)
    else if (tag === 0x20) height.power = reader.int64()
    else if (tag === 0x28) height.bits = reader.uint32()
    else if (tag === 0x32) pushed(reader, height.seatAunts, reader.view(), MAX_STEPS)
    else reader.skip(tag, 6)
  }
  return height
}

function readBody(bytes: Uint8Array): Body {
  const body: Body = { chainId: '', evidence: EMPTY_BYTES, decisions: [], heights: [] }
  const reader = new Reader(bytes)
  while (reader.pos < reader.end) {
    const tag = reader.tag()
    if (tag === 0x0a) body.chainId = reader.string()
    else if (tag === 0x12) body.evidence = reader.view()
    else if (tag === 0x1a) pushed(reader, body.decisions, reader.view(), MAX_DECISIONS)
    else if (tag === 0x22) {
      const outer = reader.open()
      pushed(reader, body.heights, readHeight(reader), MAX_DOWNTIME_WINDOW)
      reader.close(outer)
    } else reader.skip(tag, 4)
  }
  return body
}

const rawHeight = ({ header, absence }: HeightRecord): RawHeight => ({
  header: header === null ? EMPTY_BYTES : encodeHeader(header),
  isAbsent: absence !== null,
  aunts: [...(absence?.aunts ?? [])],
  power: absence?.seat?.votingPower ?? 0n,
  bits: absence?.seat?.bits ?? 0,
  seatAunts: [...(absence?.seat?.aunts ?? [])],
})

const heightOf = (raw: RawHeight, header: Header | null): HeightRecord => {
  const { power: votingPower, bits, seatAunts } = raw
  // A place without power is nobody's; what stands there all the same is not written again.
  const seat = votingPower === 0n ? null : { votingPower, bits, aunts: seatAunts }
  return { header, absence: raw.isAbsent ? { aunts: raw.aunts, seat } : null }
}

const evidenceOf = (accusation: ChainAccusation): Evidence =>
  accusation.by === 'headers' ? provableAttack(accusation.evidence) : accusation.evidence

/** The decisions, the lower first. */
export const decisionsOf = (accusation: ChainAccusation): readonly FinalityProof[] => {
  if (accusation.by === 'commits') return [accusation.last, accusation.next]
  const { common, own } = accusation
  return common === own ? [own] : [common, own]
}

/** A protobuf message of this software's own; docs/evidence.md has its fields. */
export const encodeChain = (accusation: ChainAccusation): Uint8Array => {
  const body: Body = {
    chainId: accusation.chainId,
    evidence: encodeEvidence(evidenceOf(accusation)),
    decisions: decisionsOf(accusation).map(({ bytes }) => bytes),
    heights: accusation.by === 'commits' ? accusation.heights.map(rawHeight) : [],
  }
  return encodeMessage(writeBody, body)
}

/** Reads that. */
export const decodeChain = (body: Uint8Array, crypto: Crypto): Result<ChainAccusation, string> => {
  const read = tryDecode(readBody, body)
  if (!read.ok) return read
  const evidence = tryDecode(decodeEvidence, read.value.evidence)
  if (!evidence.ok) return err(`the evidence: ${evidence.error}`)
  const structure = validateEvidence(crypto, evidence.value)
  if (structure !== null) return err(structure)
  const decisions: FinalityProof[] = []
  for (const [index, bytes] of read.value.decisions.entries()) {
    const decision = decodeFinalityProof(bytes, crypto)
    if (!decision.ok) return err(`decision ${index}: ${decision.error.reason}`)
    decisions.push(decision.value)
  }
  switch (evidence.value.kind) {
    case 'downtime':
      return absenceOf(read.value, evidence.value, decisions)
    case 'light-client-attack':
      return attackOf(read.value, evidence.value, decisions)
    case 'duplicate-vote':
    case 'double-proposal':
      return err(`${evidence.value.kind} is proved by two signatures alone`)
  }
}

const absenceOf = (
  { chainId, heights: raw }: Body,
  evidence: DowntimeEvidence,
  [last, next]: readonly FinalityProof[],
): Result<ChainAccusation, string> => {
  if (last === undefined || next === undefined) return err('there are not two decisions')
  const heights: HeightRecord[] = []
  for (const [index, one] of raw.entries()) {
    if ((one.header.length === 0) !== (index === 0)) return err(`header ${index} is out of place`)
    const header = index === 0 ? null : tryDecode(decodeHeader, one.header)
    if (header?.ok === false) return err(`header ${index}: ${header.error}`)
    heights.push(heightOf(one, header?.value ?? null))
  }
  return ok({ by: 'commits', chainId, evidence, last, next, heights })
}

const attackOf = (
  { chainId, heights }: Body,
  evidence: LightClientAttackEvidence,
  [first, second]: readonly FinalityProof[],
): Result<ChainAccusation, string> => {
  if (first === undefined) return err('there is no decision')
  if (heights.length > 0) return err('an attack has no window')
  const isOrdered = second === undefined || second.header.height > first.header.height
  if (!isOrdered) return err('the decisions are out of order')
  return ok({ by: 'headers', chainId, evidence, common: first, own: second ?? first })
}
