// Faults of a devnet in words: validators by number, strangers by their address.

import { describe, expect, test } from 'vitest'
import { toHexUpper } from '../../core/bytes/index.ts'
import type { Evidence, Vote } from '../../core/types/index.ts'
import { NIL_BLOCK_ID, VoteType } from '../../core/types/index.ts'
import { Cast } from './fault-words.ts'

const address = new Uint8Array(20).fill(0xab)
const stranger = new Uint8Array(20).fill(0xcd)
const cast = new Cast()
cast.add(3, address)

const voteFor = (first: number): Vote => ({
  type: VoteType.precommit,
  height: 12n,
  round: 1,
  blockId:
    first === 0
      ? NIL_BLOCK_ID
      : {
          hash: new Uint8Array(32).fill(first),
          partSetHeader: { total: 1, hash: new Uint8Array(32).fill(first) },
        },
  timestamp: 0n,
  validatorAddress: address,
  validatorIndex: 2,
  signature: new Uint8Array(64),
  extension: new Uint8Array(0),
  extensionSignature: new Uint8Array(0),
})

describe('words about faults', () => {
  test('names: a validator by its number in dev, a stranger by its address', () => {
    const text = `validators ${toHexUpper(address)}, ${toHexUpper(stranger)} prevoted twice`
    expect(cast.numbered(text)).toBe('validators 3, CDCDCDCDCDCD prevoted twice')
  })

  test('evidence: says who did what at which height and round', () => {
    const common = { totalVotingPower: 4n, validatorPower: 1n, timestamp: 0n }
    const twice: Evidence = {
      kind: 'duplicate-vote',
      voteA: voteFor(0),
      voteB: voteFor(0x1f),
      ...common,
    }
    expect(cast.evidenceWords(twice)).toBe(
      'validator 3 precommitted twice at height 12, round 1: for nil and for block 1F1F1F1F1F1F',
    )
    const away: Evidence = {
      kind: 'downtime',
      validatorAddress: address,
      windowStart: 1n,
      windowEnd: 100n,
      missed: 60,
      ...common,
    }
    expect(cast.evidenceWords(away)).toBe('validator 3 did not sign 60 of the blocks 1 to 100')
  })

  test('misbehaviour: says what the application is told', () => {
    const told = {
      validator: { address, power: 1n },
      height: 12n,
      time: 0n,
      totalVotingPower: 4n,
    }
    const kinds = ['duplicate-vote', 'double-proposal', 'light-client-attack', 'downtime'] as const
    expect(kinds.map((kind) => cast.misbehaviorWords({ kind, ...told }))).toEqual([
      'validator 3 voted twice at height 12',
      'validator 3 proposed twice at height 12',
      'validator 3 signed a second header at height 12',
      'validator 3 was away too long at height 12',
    ])
  })
})
