// The kinds of evidence that CometBFT does not know, inside their fields 101 and 102 of the oneof.

import { EMPTY_BYTES, ZERO_TIME } from '../bytes/index.ts'
import type { DoubleProposalEvidence, DowntimeEvidence, Proposal } from './chain-messages.ts'
import type { Mutable } from './mutable.ts'
import { EMPTY_PROPOSAL, readProposal, writeProposal } from './proposal.ts'
import { Reader } from './reader.ts'
import { readTime, writeTime } from './timestamp.ts'
import type { Writer } from './writer.ts'

function readDoubleProposal(reader: Reader): DoubleProposalEvidence {
  let [proposalA, proposalB]: [Proposal | null, Proposal | null] = [null, null]
  let validatorAddress = EMPTY_BYTES
  let [totalVotingPower, validatorPower, timestamp] = [0n, 0n, ZERO_TIME]
  while (reader.pos < reader.end) {
    const tag = reader.tag()
    if (tag === 0x0a) validatorAddress = reader.view()
    else if (tag === 0x12) proposalA = reader.message(readProposal, proposalA ?? EMPTY_PROPOSAL)
    else if (tag === 0x1a) proposalB = reader.message(readProposal, proposalB ?? EMPTY_PROPOSAL)
    else if (tag === 0x20) totalVotingPower = reader.int64()
    else if (tag === 0x28) validatorPower = reader.int64()
    else if (tag === 0x32) timestamp = readTime(reader)
    else reader.skip(tag, 6)
  }
  if (proposalA === null || proposalB === null) {
    throw reader.fail('PROTO_MISSING', 'double proposal evidence without its proposals')
  }
  const powers = { totalVotingPower, validatorPower }
  return { kind: 'double-proposal', validatorAddress, proposalA, proposalB, ...powers, timestamp }
}

function readDowntime(reader: Reader): DowntimeEvidence {
  const evidence: Mutable<DowntimeEvidence> = {
    kind: 'downtime',
    validatorAddress: EMPTY_BYTES,
    windowStart: 0n,
    windowEnd: 0n,
    missed: 0,
    totalVotingPower: 0n,
    validatorPower: 0n,
    timestamp: ZERO_TIME,
  }
  while (reader.pos < reader.end) {
    const tag = reader.tag()
    switch (tag) {
      case 0x0a:
        evidence.validatorAddress = reader.view()
        break
      case 0x10:
        evidence.windowStart = reader.int64()
        break
      case 0x18:
        evidence.windowEnd = reader.int64()
        break
      case 0x20:
        evidence.missed = reader.uint32()
        break
      case 0x28:
        evidence.totalVotingPower = reader.int64()
        break
      case 0x30:
        evidence.validatorPower = reader.int64()
        break
      case 0x3a:
        evidence.timestamp = readTime(reader)
        break
      default:
        reader.skip(tag, 7)
    }
  }
  return evidence
}

/**
 * The evidence inside field 101 or 102.
 *
 * @throws ProtoError on malformed bytes or missing proposals.
 */
export function decodeOwnEvidence(
  kind: 'double-proposal' | 'downtime',
  bytes: Uint8Array,
): DoubleProposalEvidence | DowntimeEvidence {
  const reader = new Reader(bytes)
  return kind === 'downtime' ? readDowntime(reader) : readDoubleProposal(reader)
}

export function writeDoubleProposal(writer: Writer, evidence: DoubleProposalEvidence): void {
  writeTime(writer, 0x32, evidence.timestamp)
  writer.int64(0x28, evidence.validatorPower)
  writer.int64(0x20, evidence.totalVotingPower)
  writer.message(0x1a, writeProposal, evidence.proposalB)
  writer.message(0x12, writeProposal, evidence.proposalA)
  writer.bytes(0x0a, evidence.validatorAddress)
}

export function writeDowntime(writer: Writer, evidence: DowntimeEvidence): void {
  writeTime(writer, 0x3a, evidence.timestamp)
  writer.int64(0x30, evidence.validatorPower)
  writer.int64(0x28, evidence.totalVotingPower)
  writer.uint32(0x20, evidence.missed)
  writer.int64(0x18, evidence.windowEnd)
  writer.int64(0x10, evidence.windowStart)
  writer.bytes(0x0a, evidence.validatorAddress)
}
