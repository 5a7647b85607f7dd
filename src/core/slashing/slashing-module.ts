// Executes the penalties of committed blocks: a policy, a state and a block give the next state.

import { fromHex, toHexUpper } from '../bytes/index.ts'
import { MAX_TOTAL_VOTING_POWER } from '../types/index.ts'
import type { SlashingPolicy } from '../types/index.ts'
import type { Punishment, SlashingBlock, SlashingOutcome, ValidatorChange } from './block.ts'
import { lastValidator } from './last-validator.ts'
import { isForgotten, newOffences, rememberedOffences } from './offences.ts'
import type { NamedOffence } from './offences.ts'
import type { EvidenceAge, SlashingState, ValidatorRecord } from './state.ts'

/** The records of a block under way, by address. */
type Records = Map<string, ValidatorRecord>

/** How a chain starts. */
export interface SlashingStart {
  readonly validators: readonly ValidatorChange[]
  readonly evidenceAge: EvidenceAge
}

/** Penalties by one policy. It holds nothing but the policy: what changes is in the state. */
export class SlashingModule {
  readonly policy: SlashingPolicy

  constructor(policy: SlashingPolicy) {
    this.policy = policy
  }

  /** The state before the first block. */
  begin({ validators, evidenceAge }: SlashingStart): SlashingState {
    const records: Records = new Map()
    for (const change of validators) applyChange(records, change)
    const present = [...records.values()].map((each) => ({ ...each, presentPower: each.power }))
    return { evidenceAge, validators: present.toSorted(byAddress), punished: [] }
  }

  /**
   * Executes a committed block, in this order: what the application wants, the cuts of all new
   * offences, jail and tombstone, returns from jail. The same object as state when nothing happens.
   */
  execute(state: SlashingState, block: SlashingBlock): SlashingOutcome {
    const fresh = newOffences(state, block)
    if (fresh.length === 0 && block.changes.length === 0 && !isAnythingDue(state, block)) {
      return { state, updates: [], punishments: [], returned: [] }
    }
    const records: Records = new Map(state.validators.map((each) => [each.address, each]))
    for (const change of block.changes) applyChange(records, change)
    const cuts = fresh.map((offence) => this.#punish(records, offence, block))
    const returned = release(records, block.height)
    const updates = settle(records)
    return {
      state: {
        evidenceAge: state.evidenceAge,
        validators: [...records.values()].filter(isOfInterest).toSorted(byAddress),
        // Nothing more can happen to the tombstoned: nothing is remembered against them.
        punished: rememberedOffences(state, block, fresh).filter(
          ({ address }) => records.get(address)?.tombstoned !== true,
        ),
      },
      updates,
      punishments: fresh.map((offence, i) => punishmentOf(records, offence, cuts[i] ?? 0n)),
      returned,
    }
  }

  /** Books the penalty of one offence; answers the cut. */
  #punish(records: Records, { kind, address, power }: NamedOffence, block: SlashingBlock): bigint {
    const { fraction, jailBlocks, tombstone } = this.policy[kind]
    const [part, whole] = fraction
    const cut = (power * BigInt(part)) / BigInt(whole)
    const record = records.get(address) ?? stranger(address)
    const until = jailBlocks === 0 ? 0n : block.height + BigInt(jailBlocks)
    records.set(address, {
      ...record,
      power: record.power > cut ? record.power - cut : 0n,
      jailedUntil: until > record.jailedUntil ? until : record.jailedUntil,
      tombstoned: record.tombstoned || tombstone,
    })
    return cut
  }
}

const byAddress = (a: ValidatorRecord, b: ValidatorRecord): number =>
  a.address < b.address ? -1 : Number(a.address > b.address)

const stranger = (address: string): ValidatorRecord => ({
  address,
  pubKey: null,
  power: 0n,
  presentPower: 0n,
  jailedUntil: 0n,
  tombstoned: false,
})

const applyChange = (records: Records, { address, pubKey, power }: ValidatorChange): void => {
  const key = toHexUpper(address)
  records.set(key, { ...(records.get(key) ?? stranger(key)), pubKey, power })
}

const isDue = ({ jailedUntil }: ValidatorRecord, height: bigint): boolean =>
  jailedUntil > 0n && jailedUntil <= height

const isAnythingDue = (state: SlashingState, block: SlashingBlock): boolean =>
  state.validators.some((record) => isDue(record, block.height)) ||
  state.punished.some((offence) => isForgotten(offence, block, state))

const activePower = ({ tombstoned, jailedUntil, power }: ValidatorRecord): bigint =>
  tombstoned || jailedUntil > 0n ? 0n : power

/**
 * Ends jails, by address. One whose power would lift the total above what a set may have waits: the
 * chain could not go on with it.
 */
const release = (records: Records, height: bigint): string[] => {
  const returned: string[] = []
  let total = 0n
  for (const record of records.values()) total += activePower(record)
  for (const record of [...records.values()].toSorted(byAddress)) {
    if (!isDue(record, height)) continue
    const free = { ...record, jailedUntil: 0n }
    const after = total + activePower(free)
    if (after > MAX_TOTAL_VOTING_POWER) continue
    total = after
    records.set(record.address, free)
    if (activePower(free) > 0n) returned.push(record.address)
  }
  return returned
}

/** Gives everybody the power that is theirs now; answers what is new about the set. */
const settle = (records: Records): ValidatorChange[] => {
  const all = [...records.values()].toSorted(byAddress)
  const isEmpty = all.every((record) => activePower(record) === 0n)
  const last = isEmpty ? lastValidator(all) : null
  return all.flatMap((record): ValidatorChange[] => {
    const { address, pubKey, power } = record
    const least = power > 0n ? power : 1n
    const presentPower = address === last ? least : activePower(record)
    if (presentPower === record.presentPower || pubKey === null) return []
    records.set(address, { ...record, presentPower })
    return [{ address: fromHex(address.toLowerCase()) as Uint8Array, pubKey, power: presentPower }]
  })
}

/** False for somebody without power and without a penalty: a stranger again. */
const isOfInterest = ({ power, presentPower, jailedUntil, tombstoned }: ValidatorRecord): boolean =>
  power > 0n || presentPower > 0n || jailedUntil > 0n || tombstoned

const punishmentOf = (
  records: Records,
  { kind, address, height }: NamedOffence,
  cut: bigint,
): Punishment => {
  const { power, jailedUntil, tombstoned } = records.get(address) ?? stranger(address)
  return { kind, address, height, cut, power, jailedUntil, tombstoned }
}
