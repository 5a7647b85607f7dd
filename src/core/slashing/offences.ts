// Which offences of a block are new: each is punished once, in whatever order they come.

import { toHexUpper } from '../bytes/index.ts'
import type { Offence, SlashingBlock } from './block.ts'
import type { PunishedOffence, SlashingState } from './state.ts'

/** An offence under its one name. */
export interface NamedOffence extends PunishedOffence {
  readonly power: bigint
}

/**
 * The name of an offence. All votes of an equivocator in one height are one offence: evidence of
 * its prevotes and of its precommits does not cost twice.
 */
const nameOf = ({ address, kind, height }: PunishedOffence): string =>
  `${address}/${kind}/${height}`

const byName = (a: PunishedOffence, b: PunishedOffence): number => {
  if (a.address !== b.address) return a.address < b.address ? -1 : 1
  if (a.kind !== b.kind) return a.kind < b.kind ? -1 : 1
  return a.height < b.height ? -1 : Number(a.height > b.height)
}

/** The greater power and the later time of two tellings, so that their order cannot matter. */
const joined = (a: NamedOffence, b: NamedOffence | undefined): NamedOffence => {
  if (b === undefined) return a
  return {
    ...a,
    power: a.power > b.power ? a.power : b.power,
    time: a.time > b.time ? a.time : b.time,
  }
}

const named = ({ kind, address, height, time, power }: Offence): NamedOffence => ({
  kind,
  address: toHexUpper(address),
  height,
  time,
  power: power > 0n ? power : 0n,
})

/**
 * The offences of a block that have not been punished, sorted; those of the tombstoned are left
 * out.
 */
export const newOffences = (state: SlashingState, block: SlashingBlock): NamedOffence[] => {
  if (block.offences.length === 0) return []
  const punished = new Set(state.punished.map(nameOf))
  const gone = new Set(
    state.validators.flatMap(({ address, tombstoned }) => (tombstoned ? [address] : [])),
  )
  const fresh = new Map<string, NamedOffence>()
  for (const offence of block.offences.map(named)) {
    const name = nameOf(offence)
    if (punished.has(name) || gone.has(offence.address)) continue
    fresh.set(name, joined(offence, fresh.get(name)))
  }
  return [...fresh.values()].toSorted(byName)
}

/** True when no evidence of the offence can come any more. */
export const isForgotten = (
  offence: PunishedOffence,
  { height, time }: SlashingBlock,
  { evidenceAge }: SlashingState,
): boolean =>
  height - offence.height > evidenceAge.blocks && time - offence.time > evidenceAge.duration

/** The offences to remember after a block. */
export const rememberedOffences = (
  state: SlashingState,
  block: SlashingBlock,
  fresh: readonly NamedOffence[],
): readonly PunishedOffence[] => {
  const kept = state.punished.filter((offence) => !isForgotten(offence, block, state))
  if (fresh.length === 0) return kept.length === state.punished.length ? state.punished : kept
  const added = fresh.map(({ kind, address, height, time }) => ({ kind, address, height, time }))
  return [...kept, ...added].toSorted(byName)
}
