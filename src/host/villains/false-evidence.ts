// Evidence that proves nothing, or says one thing wrong of what it proves.

import { EMPTY_BYTES, equalBytes, toUtf8 } from '../../core/bytes/index.ts'
import type { Time } from '../../core/bytes/index.ts'
import { NIL_BLOCK_ID, VoteType } from '../../core/types/index.ts'
import type { Evidence, Vote } from '../../core/types/index.ts'
import type { Stage } from './stage.ts'

type DoubleVote = Extract<Evidence, { kind: 'duplicate-vote' }>

/** A committed block that evidence is about. */
export interface FaultPlace {
  readonly height: bigint
  readonly time: Time
}

/** One way to be refused with evidence. */
export interface EvidenceFlaw {
  readonly name: string
  readonly make: (stage: Stage, place: FaultPlace) => readonly Evidence[]
}

/** Each is refused in a block; those of `STANDING_FLAWS` only there. */
export const EVIDENCE_FLAWS: readonly EvidenceFlaw[] = [
  { name: 'framing', make: (stage, place) => [doubleVote(stage, place, innocentOf(stage))] },
  confession('evidence-time', (piece) => ({ ...piece, timestamp: piece.timestamp + 1n })),
  confession('evidence-power', (piece) => ({
    ...piece,
    validatorPower: piece.validatorPower + 1n,
  })),
  confession('evidence-total', (piece) => ({
    ...piece,
    totalVotingPower: piece.totalVotingPower + 1n,
  })),
  confession('evidence-order', (piece) => ({ ...piece, voteA: piece.voteB, voteB: piece.voteA })),
  {
    name: 'evidence-of-the-future',
    make: (stage, { height, time }) => [ownOf(stage, { height: height + 2n, time })],
  },
]

/** What a block may not carry, though every piece is true. */
export const STANDING_FLAWS: readonly EvidenceFlaw[] = [
  {
    name: 'evidence-twice',
    make: (stage, place) => [ownOf(stage, place), ownOf(stage, place)],
  },
]

// The two votes are real, so that nothing but the flaw can be what is refused.
function confession(name: string, spoil: (piece: DoubleVote) => DoubleVote): EvidenceFlaw {
  return { name, make: (stage, place) => [spoil(ownOf(stage, place))] }
}

function ownOf(stage: Stage, place: FaultPlace): DoubleVote {
  return doubleVote(stage, place, stage.address)
}

function innocentOf({ genesis, address: own }: Stage): Uint8Array {
  return genesis.validators.find(({ address }) => !equalBytes(address, own))?.address ?? own
}

// Two votes in the name of a validator, signed by the villain.
function doubleVote(stage: Stage, { height, time }: FaultPlace, address: Uint8Array): DoubleVote {
  const { crypto, genesis } = stage
  const hash = crypto.sha256(toUtf8('block'))
  const vote = (blockId: Vote['blockId']): Vote =>
    stage.signVote({
      type: VoteType.prevote,
      height,
      round: 0,
      blockId,
      timestamp: time,
      validatorAddress: address,
      validatorIndex: 0,
      signature: EMPTY_BYTES,
      extension: EMPTY_BYTES,
      extensionSignature: EMPTY_BYTES,
    })
  const accused = genesis.validators.find((each) => equalBytes(each.address, address))
  return {
    kind: 'duplicate-vote',
    voteA: vote(NIL_BLOCK_ID),
    voteB: vote({ hash, partSetHeader: { total: 1, hash } }),
    totalVotingPower: genesis.validators.reduce((sum, { power }) => sum + power, 0n),
    validatorPower: accused?.power ?? 0n,
    timestamp: time,
  }
}
