// Changes to a validator set: which lists are refused, and the list of validators that follows.

import { bytesKey, compareBytes, err, ok, toHexUpper } from '../bytes/index.ts'
import type { Result } from '../bytes/index.ts'
import { MAX_TOTAL_VOTING_POWER } from './limits.ts'
import { normalizePriorities } from './proposer-priority.ts'
import type { Validator } from './validator.ts'

interface SortedChanges {
  readonly updates: readonly Validator[]
  readonly removals: readonly Validator[]
}

const sortChanges = (changes: readonly Validator[]): Result<SortedChanges, string> => {
  const sorted = changes.toSorted((a, b) => compareBytes(a.address, b.address))
  const updates: Validator[] = []
  const removals: Validator[] = []
  let previous: Validator | null = null
  for (const change of sorted) {
    const name = toHexUpper(change.address)
    if (previous !== null && compareBytes(previous.address, change.address) === 0) {
      return err(`validator ${name} is changed twice`)
    }
    if (change.votingPower < 0n) return err(`validator ${name} with power ${change.votingPower}`)
    if (change.votingPower > MAX_TOTAL_VOTING_POWER) {
      return err(`validator ${name} with power ${change.votingPower}, above the maximum`)
    }
    if (change.votingPower === 0n) removals.push(change)
    else updates.push(change)
    previous = change
  }
  return ok({ updates, removals })
}

/** The power that goes away, or why something cannot be removed. */
const powerRemoved = (
  removals: readonly Validator[],
  members: ReadonlyMap<string, Validator>,
): Result<bigint, string> => {
  let power = 0n
  for (const removal of removals) {
    const member = members.get(bytesKey(removal.address))
    if (member === undefined) {
      return err(`validator ${toHexUpper(removal.address)} is not in the set and cannot be removed`)
    }
    power += member.votingPower
  }
  return ok(power)
}

/**
 * Total power with all updates and no removals, or a refusal when the total after removals would be
 * too large.
 */
const powerUpdated = (
  updates: readonly Validator[],
  members: ReadonlyMap<string, Validator>,
  removed: bigint,
): Result<bigint, string> => {
  let total = -removed
  for (const member of members.values()) total += member.votingPower
  const deltas = updates.map(
    (update) => update.votingPower - (members.get(bytesKey(update.address))?.votingPower ?? 0n),
  )
  // Smallest first: a set that stays within the limit must not be refused for the order of its
  // changes.
  for (const delta of deltas.toSorted((a, b) => (a < b ? -1 : Number(a > b)))) {
    total += delta
    if (total > MAX_TOTAL_VOTING_POWER) {
      return err(`total voting power ${total} exceeds ${MAX_TOTAL_VOTING_POWER}`)
    }
  }
  return ok(total + removed)
}

/** The order of a validator set: power descending, address ascending. */
export const compareValidators = (a: Validator, b: Validator): number => {
  if (a.votingPower !== b.votingPower) return a.votingPower > b.votingPower ? -1 : 1
  return compareBytes(a.address, b.address)
}

/** Unchanged members, then the updated ones with their priorities, in the order of the set. */
const merge = (
  { updates, removals }: SortedChanges,
  members: ReadonlyMap<string, Validator>,
  totalBeforeRemovals: bigint,
): Validator[] => {
  const next = new Map(members)
  // A newcomer starts behind everybody, so that leaving and returning cannot reset a debt.
  const newcomer = -(totalBeforeRemovals + (totalBeforeRemovals >> 3n))
  for (const update of updates) {
    const key = bytesKey(update.address)
    const proposerPriority = members.get(key)?.proposerPriority ?? newcomer
    next.set(key, { ...update, proposerPriority })
  }
  for (const removal of removals) next.delete(bytesKey(removal.address))
  return [...next.values()].toSorted(compareValidators)
}

/** The same validators with their priorities brought back within the window and centered. */
const normalized = (validators: readonly Validator[]): Validator[] => {
  const priorities = validators.map((validator) => validator.proposerPriority)
  const total = validators.reduce((sum, validator) => sum + validator.votingPower, 0n)
  normalizePriorities(priorities, total)
  return validators.map((validator, i) => ({
    ...validator,
    proposerPriority: priorities[i] as bigint,
  }))
}

/**
 * Applies changes (power 0 removes; the priority of a change is ignored) to the members of a set.
 * Refuses duplicates, powers out of range, removal of strangers, an empty result and a total above
 * the limit.
 */
export const applyChanges = (
  members: readonly Validator[],
  changes: readonly Validator[],
): Result<readonly Validator[], string> => {
  if (changes.length === 0) return ok(members)
  const sorted = sortChanges(changes)
  if (!sorted.ok) return sorted
  const byAddress = new Map(members.map((member) => [bytesKey(member.address), member]))
  const { updates, removals } = sorted.value
  const addsSomebody = updates.some((update) => !byAddress.has(bytesKey(update.address)))
  if (!addsSomebody && removals.length === members.length) {
    return err('the changes would leave no validator')
  }
  const removed = powerRemoved(removals, byAddress)
  if (!removed.ok) return removed
  const total = powerUpdated(updates, byAddress, removed.value)
  if (!total.ok) return total
  return ok(normalized(merge(sorted.value, byAddress, total.value)))
}
