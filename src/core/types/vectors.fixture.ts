// How golden vectors write the values of this room.

import type { Time } from '../bytes/index.ts'
import { hex } from '../crypto/vectors.fixture.ts'
import type { BlockId, ValidatorPower } from './index.ts'

export interface TimeVector {
  readonly seconds: string
  readonly nanos: number
}

export const timeOf = ({ seconds, nanos }: TimeVector): Time =>
  BigInt(seconds) * 1_000_000_000n + BigInt(nanos)

export interface BlockIdVector {
  readonly hash: string
  readonly psh_hash: string
  readonly total: number
}

export const blockIdOf = (id: BlockIdVector): BlockId => ({
  hash: hex(id.hash),
  partSetHeader: { total: id.total, hash: hex(id.psh_hash) },
})

export interface PowerVector {
  readonly pubkey: string
  readonly power: string
}

export const powerOf = ({ pubkey, power }: PowerVector): ValidatorPower => ({
  pubKey: { type: 'ed25519', bytes: hex(pubkey) },
  votingPower: BigInt(power),
})
