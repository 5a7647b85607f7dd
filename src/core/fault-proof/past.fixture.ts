// A chain of decisions with known keys, each naming the one before and its commit, and a second
// header that contradicts it.

import { createHash } from 'node:crypto'
import { toHex } from '../bytes/index.ts'
import { nobleCrypto } from '../crypto/index.ts'
import type { Crypto } from '../crypto/index.ts'
import type { ChainHistory } from '../faults/index.ts'
import type { Decision } from '../finality/index.ts'
import { decisionOf } from '../finality/decisions.fixture.ts'
import { hashCommit } from '../types/index.ts'
import type { DowntimeEvidence, LightBlock, LightClientAttackEvidence } from '../types/index.ts'
import type { Header, ValidatorSet } from '../types/index.ts'
import type { Ballot, KeyedSet } from '../types/chain.fixture.ts'
import { KEYED, VILLAIN } from './evidence.fixture.ts'
import type { EvidenceVerdict } from './index.ts'

/** What of a chain is not as in the good run. */
export interface PastFields {
  readonly keyedAt?: (height: bigint) => KeyedSet
  /** Heights whose commits lack the villain. */
  readonly absentAt?: readonly bigint[]
  readonly headerAt?: (height: bigint) => Partial<Header>
}

/** A chain from height 1 on. */
export class LinkedPast implements ChainHistory {
  readonly decisions: Decision[] = []

  constructor(
    last: bigint,
    { keyedAt = () => KEYED, absentAt = [], headerAt = () => ({}) }: PastFields = {},
  ) {
    for (let height = 1n; height <= last; height++) {
      const before = this.decisions.at(-1)
      const keyed = keyedAt(height)
      const villain = keyed.validatorSet.indexOf(VILLAIN.address)
      const isAway = absentAt.includes(height)
      const ballots = keyed.keys.map((_, index): Ballot =>
        isAway && index === villain ? 'absent' : 'block',
      )
      const link = before && { lastCommitHash: hashCommit(nobleCrypto, before.commit) }
      const header = { ...link, ...headerAt(height) }
      const fields = { keyed, next: keyedAt(height + 1n), ballots, header }
      this.decisions.push(decisionOf(height, { ...fields, ...(before && { before }) }))
    }
  }

  decision(height: bigint): Decision {
    const decision = this.decisions[Number(height) - 1]
    if (decision === undefined) throw new Error(`no height ${height}`)
    return decision
  }

  readonly headerAt = (height: bigint): Header => this.decision(height).header
  readonly commitAt = (height: bigint): Decision['commit'] => this.decision(height).commit
  readonly validatorsAt = (height: bigint): ValidatorSet => this.decision(height).validatorSet
}

/** The villain's absence from the commits of a window, as blocks carry it. */
export const awayOf = (
  past: LinkedPast,
  [windowStart, windowEnd]: readonly [bigint, bigint],
  missed: number,
): DowntimeEvidence => {
  const validatorSet = past.validatorsAt(windowEnd)
  return {
    kind: 'downtime',
    validatorAddress: VILLAIN.address,
    windowStart,
    windowEnd,
    missed,
    totalVotingPower: validatorSet.totalVotingPower,
    validatorPower: validatorSet.find(VILLAIN.address)?.votingPower ?? 0n,
    timestamp: past.headerAt(windowEnd).time,
  }
}

/** A decision as a light block. */
export const lightBlockOf = ({ header, commit, validatorSet }: Decision): LightBlock => {
  const { validators, proposer, totalVotingPower } = validatorSet
  const set = { validators, proposer, totalVotingPower }
  return { signedHeader: { header, commit }, validatorSet: set }
}

/** An attack with these culprits, in the order of the set. */
export const attackOf = (
  past: LinkedPast,
  conflicting: Decision,
  [commonHeight, ...culprits]: readonly [bigint, ...number[]],
): LightClientAttackEvidence => {
  const { validators, totalVotingPower } = past.validatorsAt(commonHeight)
  return {
    kind: 'light-client-attack',
    conflictingBlock: lightBlockOf(conflicting),
    commonHeight,
    byzantineValidators: validators.filter((_, index) => culprits.includes(index)),
    totalVotingPower,
    timestamp: past.headerAt(commonHeight).time,
  }
}

/**
 * Only the signatures that `work` finds good are good: what real verification says, at no cost, for
 * tests that change every byte of something.
 */
export const learnedFrom = (work: (crypto: Crypto) => void): Crypto => {
  const made = new Set<string>()
  const named = (...parts: readonly Uint8Array[]): string => parts.map(toHex).join()
  work({
    ...nobleCrypto,
    verifyEd25519(pubKey, message, signature) {
      const isGood = nobleCrypto.verifyEd25519(pubKey, message, signature)
      if (isGood) made.add(named(pubKey, message, signature))
      return isGood
    },
  })
  return {
    ...nobleCrypto,
    sha256: (data) => createHash('sha256').update(data).digest(),
    verifyEd25519: (...parts) => made.has(named(...parts)),
  }
}

/** What is accepted of a proof with one byte changed, or cut off somewhere; or without a reason. */
export const acceptedChanges = (
  bytes: Uint8Array,
  verdictOn: (bent: Uint8Array) => EvidenceVerdict,
): number[] => {
  const accepted: number[] = []
  const look = (at: number, bent: Uint8Array): void => {
    const verdict = verdictOn(bent)
    if (verdict.ok || verdict.reason === '') accepted.push(at)
  }
  for (let at = 0; at < bytes.length; at++) {
    look(at, bytes.with(at, (bytes[at] ?? 0) ^ (at % 2 === 0 ? 1 : 0x80)))
    if (at % 31 === 0) look(at, bytes.subarray(0, at))
  }
  return accepted
}
