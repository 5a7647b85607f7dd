// The proposer schedule from its description alone: a weighted round robin on plain integers, one
// step at a time.

import { bytesKey, compareBytes } from '../../core/bytes/index.ts'
import type { Crypto } from '../../core/crypto/index.ts'
import { addressOf } from '../../core/crypto/index.ts'
import type { ValidatorUpdate } from '../../core/proto/index.ts'
import type { PublicKey } from '../../core/types/index.ts'

/** A validator with its place in the rotation. */
export interface Seat {
  readonly address: Uint8Array
  readonly pubKey: PublicKey
  readonly power: bigint
  readonly priority: bigint
}

/** The validators of a height and round: power descending, then address ascending. */
export interface Bench {
  readonly seats: readonly Seat[]
  /** Whom the last step chose. */
  readonly proposer: Uint8Array
  /** Sum of all powers. */
  readonly total: bigint
}

const HIGHEST = 9_223_372_036_854_775_807n
const LOWEST = -9_223_372_036_854_775_808n

/** The first validators of a chain: all are newcomers, and one step is made. */
export function foundBench(crypto: Crypto, powers: readonly ValidatorUpdate[]): Bench {
  return nextRound(
    changeBench(crypto, { seats: [], proposer: new Uint8Array(0), total: 0n }, powers),
  )
}

/** One step: everybody gains its power; whoever has most then proposes, and pays the total. */
export function nextRound({ seats, total }: Bench): Bench {
  const gained = withinWindow(seats).map((seat) => at(seat, seat.priority + seat.power))
  const [first, ...others] = gained
  if (first === undefined) throw new RangeError('nobody to propose')
  let chosen = first
  for (const seat of others) {
    const isHigher = seat.priority > chosen.priority
    const isTied = seat.priority === chosen.priority
    if (isHigher || (isTied && compareBytes(seat.address, chosen.address) < 0)) chosen = seat
  }
  const paid = gained.map((seat) => (seat === chosen ? at(seat, seat.priority - total) : seat))
  return { seats: paid, proposer: chosen.address, total }
}

/**
 * The application's changes; power 0 removes. They must be possible: an application that asks for
 * impossible ones stops every node.
 */
export function changeBench(
  crypto: Crypto,
  bench: Bench,
  updates: readonly ValidatorUpdate[],
): Bench {
  if (updates.length === 0) return bench
  const members = new Map(bench.seats.map((seat) => [bytesKey(seat.address), seat]))
  const changes = updates.map(({ pubKey, power }) => ({ pubKey, power, priority: 0n }))
  const named = changes.map((change) => ({ ...change, address: addressOf(crypto, change.pubKey) }))
  // What a newcomer owes is measured by the total with all changes and before removals.
  let before = bench.total
  for (const { address, power } of named) {
    if (power > 0n) before += power - (members.get(bytesKey(address))?.power ?? 0n)
  }
  for (const seat of named) {
    const key = bytesKey(seat.address)
    const priority = members.get(key)?.priority ?? -(before + before / 8n)
    if (seat.power === 0n) members.delete(key)
    else members.set(key, { ...seat, priority })
  }
  const seats = withinWindow([...members.values()]).toSorted(bySize)
  return { seats, proposer: bench.proposer, total: totalOf(seats) }
}

function bySize(a: Seat, b: Seat): number {
  if (a.power === b.power) return compareBytes(a.address, b.address)
  return a.power > b.power ? -1 : 1
}

function totalOf(seats: readonly Seat[]): bigint {
  return seats.reduce((sum, seat) => sum + seat.power, 0n)
}

function at(seat: Seat, priority: bigint): Seat {
  const most = priority > HIGHEST ? HIGHEST : priority
  const { address, pubKey, power } = seat
  return { address, pubKey, power, priority: most < LOWEST ? LOWEST : most }
}

// Not wider apart than twice the total (divided toward zero), then the average (rounded down) at 0.
function withinWindow(seats: readonly Seat[]): readonly Seat[] {
  const window = 2n * totalOf(seats)
  const priorities = seats.map((seat) => seat.priority).toSorted((a, b) => Number(a > b) - 0.5)
  const width = (priorities.at(-1) ?? 0n) - (priorities[0] ?? 0n)
  const ratio = width > window ? (width + window - 1n) / window : 1n
  const scaled = seats.map((seat) => at(seat, seat.priority / ratio))
  const sum = scaled.reduce((total, seat) => total + seat.priority, 0n)
  const count = BigInt(seats.length)
  const rest = ((sum % count) + count) % count
  return scaled.map((seat) => at(seat, seat.priority - (sum - rest) / count))
}
