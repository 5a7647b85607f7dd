// Validators and blocks for tests of penalties.

import { toHexUpper } from '../bytes/index.ts'
import type { FaultKind, PublicKey } from '../types/index.ts'
import { DEFAULT_SLASHING_POLICY, SlashingModule } from './index.ts'
import type { Offence, SlashingBlock, SlashingState } from './index.ts'
import type { ValidatorChange } from './index.ts'

/** Evidence is too old 50 blocks and 50 s after the fault; a block takes a second. */
export const EVIDENCE_AGE = { blocks: 50n, duration: 50_000_000_000n }

export const timeOf = (height: bigint): bigint => height * 1_000_000_000n

const addressOf = (index: number): Uint8Array => new Uint8Array(20).fill(index + 1)

/** The address of a validator as states have it. */
export const nameOf = (index: number): string => toHexUpper(addressOf(index))

const keyOf = (index: number): PublicKey => ({
  type: 'ed25519',
  bytes: new Uint8Array(32).fill(index + 1),
})

export const change = (index: number, power: bigint): ValidatorChange => ({
  address: addressOf(index),
  pubKey: keyOf(index),
  power,
})

export const offence = (
  index: number,
  kind: FaultKind,
  height: bigint,
  power: bigint = 10n,
): Offence => ({ kind, address: addressOf(index), height, time: timeOf(height), power })

export const block = (height: bigint, more: Partial<SlashingBlock> = {}): SlashingBlock => ({
  height,
  time: timeOf(height),
  offences: [],
  changes: [],
  ...more,
})

/** A module with some rows of the policy replaced; defaults are not merged into a row. */
export const moduleOf = (policy: Partial<SlashingModule['policy']> = {}): SlashingModule =>
  new SlashingModule({ ...DEFAULT_SLASHING_POLICY, ...policy })

export const begin = (module: SlashingModule, powers: readonly bigint[]): SlashingState =>
  module.begin({
    validators: powers.map((power, index) => change(index, power)),
    evidenceAge: EVIDENCE_AGE,
  })

/** The validator set as its hearers know it: the powers of the start and all updates since. */
export class ToldSet {
  readonly powers: Map<string, bigint> = new Map()

  constructor(powers: readonly bigint[]) {
    for (const [index, power] of powers.entries()) this.powers.set(nameOf(index), power)
  }

  /** False when an update could not be applied: a stranger removed, one changed twice. */
  hear(updates: readonly ValidatorChange[]): boolean {
    const names = updates.map(({ address }) => toHexUpper(address))
    let isGood = new Set(names).size === names.length
    for (const [i, { power }] of updates.entries()) {
      const name = names[i] ?? ''
      if (power === 0n) isGood = this.powers.delete(name) && isGood
      else this.powers.set(name, power)
    }
    return isGood
  }

  get total(): bigint {
    return [...this.powers.values()].reduce((sum, power) => sum + power, 0n)
  }
}
