// Penalties, block by block: cuts, jail, tombstone, return, and who stays when nobody would.

import { describe, expect, test } from 'vitest'
import { MAX_TOTAL_VOTING_POWER } from '../types/index.ts'
import type { Penalty } from '../types/index.ts'
import type { SlashingOutcome } from './index.ts'
import { ToldSet, begin, block, change, moduleOf, nameOf, offence } from './slashing.fixture.ts'

const FOUR = [10n, 10n, 10n, 10n]
const jail = (jailBlocks: number, fraction: Penalty['fraction'] = [0, 1]): Penalty => ({
  fraction,
  jailBlocks,
  tombstone: false,
})
const told = ({ updates }: SlashingOutcome): [number, bigint][] =>
  updates.map(({ address, power }) => [(address[0] ?? 0) - 1, power])

describe('slashing', () => {
  test('slashing: an equivocator is removed by the block that proves it, and for good', () => {
    const module = moduleOf()
    const first = module.execute(
      begin(module, FOUR),
      block(5n, { offences: [offence(3, 'equivocation', 3n)] }),
    )
    expect(told(first)).toEqual([[3, 0n]])
    expect(first.punishments).toEqual([
      {
        kind: 'equivocation',
        address: nameOf(3),
        height: 3n,
        cut: 10n,
        power: 0n,
        jailedUntil: 0n,
        tombstoned: true,
      },
    ])
    // The application wants it back; the other change is its own business.
    const changes = [change(3, 50n), change(2, 20n)]
    const second = module.execute(first.state, block(6n, { changes }))
    expect(told(second)).toEqual([[2, 20n]])
    const third = module.execute(second.state, block(7n, { changes: [change(3, 0n)] }))
    expect(told(third)).toEqual([])
    expect(third.state.validators.find(({ address }) => address === nameOf(3))?.tombstoned).toBe(
      true,
    )
  })

  test('slashing: an offence is punished once, in one block and over many', () => {
    const module = moduleOf({ equivocation: jail(0, [1, 4]) })
    const twice = [offence(1, 'equivocation', 3n), offence(1, 'equivocation', 3n)]
    const first = module.execute(begin(module, FOUR), block(5n, { offences: twice }))
    expect(told(first)).toEqual([[1, 8n]])
    const again = module.execute(first.state, block(6n, { offences: twice }))
    expect(again.state).toBe(first.state)
    expect(again.updates).toEqual([])
    expect(again.punishments).toEqual([])
    const other = [offence(1, 'equivocation', 4n), offence(1, 'double-proposal', 3n, 0n)]
    expect(told(module.execute(first.state, block(6n, { offences: other })))).toEqual([[1, 0n]])
  })

  test('slashing: a cut is a part of the power at the fault, rounded down, off that of now', () => {
    const module = moduleOf({ equivocation: jail(0, [1, 3]) })
    const start = begin(module, [10n, 100n])
    const cutOf = (power: bigint): unknown =>
      told(module.execute(start, block(2n, { offences: [offence(1, 'equivocation', 1n, power)] })))
    expect(cutOf(2n)).toEqual([])
    expect(cutOf(3n)).toEqual([[1, 99n]])
    expect(cutOf(100n)).toEqual([[1, 67n]])
    // More than it has left takes all, and no more.
    expect(cutOf(900n)).toEqual([[1, 0n]])
  })

  test('slashing: the jailed are away for jailBlocks heights and return with what is left', () => {
    const module = moduleOf({ equivocation: jail(3, [1, 2]) })
    let state = begin(module, FOUR)
    const heard: unknown[] = []
    for (let height = 4n; height <= 9n; height++) {
      const offences = height === 5n ? [offence(0, 'equivocation', 4n)] : []
      const outcome = module.execute(state, block(height, { offences }))
      state = outcome.state
      for (const update of told(outcome)) heard.push([height, ...update])
      if (outcome.returned.length > 0) heard.push([height, ...outcome.returned])
    }
    expect(heard).toEqual([
      [5n, 0, 0n],
      [8n, 0, 5n],
      [8n, nameOf(0)],
    ])
  })

  test('slashing: a second offence prolongs jail and never shortens it', () => {
    const module = moduleOf({ equivocation: jail(10), 'double-proposal': jail(2) })
    const first = module.execute(
      begin(module, FOUR),
      block(5n, { offences: [offence(0, 'equivocation', 4n)] }),
    )
    const second = module.execute(
      first.state,
      block(6n, { offences: [offence(0, 'double-proposal', 4n)] }),
    )
    expect(second.punishments[0]?.jailedUntil).toBe(15n)
    expect(module.execute(second.state, block(14n)).returned).toEqual([])
    expect(module.execute(second.state, block(15n)).returned).toEqual([nameOf(0)])
  })

  test('slashing: what the application wants of the jailed waits until they return', () => {
    const module = moduleOf({ downtime: { ...moduleOf().policy.downtime, jailBlocks: 5 } })
    const jailed = module.execute(
      begin(module, FOUR),
      block(5n, { offences: [offence(0, 'downtime', 4n)] }),
    )
    const raised = module.execute(jailed.state, block(6n, { changes: [change(0, 30n)] }))
    expect(told(raised)).toEqual([])
    expect(told(module.execute(raised.state, block(10n)))).toEqual([[0, 30n]])
    const removed = module.execute(jailed.state, block(6n, { changes: [change(0, 0n)] }))
    const free = module.execute(removed.state, block(10n))
    expect([told(free), free.returned]).toEqual([[], []])
    expect(free.state.validators.map(({ address }) => address)).not.toContain(nameOf(0))
  })

  test('slashing: who has left before its evidence came is punished when it comes back', () => {
    const module = moduleOf()
    const gone = module.execute(begin(module, FOUR), block(4n, { changes: [change(3, 0n)] }))
    expect(gone.state.validators).toHaveLength(3)
    const offences = [offence(3, 'equivocation', 3n)]
    const late = module.execute(gone.state, block(5n, { offences }))
    expect(told(late)).toEqual([])
    const back = module.execute(late.state, block(6n, { changes: [change(3, 10n)] }))
    expect(told(back)).toEqual([])
  })

  test('slashing: one that lies and stays in jail with others leaves one validator', () => {
    const module = moduleOf({ downtime: { ...moduleOf().policy.downtime, fraction: [1, 10] } })
    const offences = [
      offence(0, 'equivocation', 4n, 40n),
      offence(1, 'downtime', 4n, 20n),
      offence(2, 'downtime', 4n, 20n),
    ]
    const told0 = new ToldSet([40n, 20n, 20n])
    const all = module.execute(begin(module, [40n, 20n, 20n]), block(5n, { offences }))
    expect(told0.hear(all.updates)).toBe(true)
    // Not the tombstoned one; of two equals the first address; with what the cut has left.
    expect([...told0.powers]).toEqual([[nameOf(1), 18n]])
    const returned = module.execute(all.state, block(105n))
    expect(told0.hear(returned.updates)).toBe(true)
    expect([...told0.powers]).toEqual([
      [nameOf(1), 18n],
      [nameOf(2), 18n],
    ])
  })

  test('slashing: the last validator stays with power 1 and leaves when another comes', () => {
    const module = moduleOf()
    const offences = [offence(0, 'equivocation', 4n)]
    const alone = module.execute(begin(module, [10n]), block(5n, { offences }))
    expect(told(alone)).toEqual([[0, 1n]])
    expect(alone.punishments[0]).toMatchObject({ power: 0n, tombstoned: true })
    const relieved = module.execute(alone.state, block(6n, { changes: [change(1, 7n)] }))
    expect(told(relieved)).toEqual([
      [0, 0n],
      [1, 7n],
    ])
    const emptied = module.execute(relieved.state, block(7n, { changes: [change(1, 0n)] }))
    expect(told(emptied)).toEqual([[1, 1n]])
  })

  test('slashing: a return that would lift the total above its limit waits', () => {
    const module = moduleOf({ equivocation: jail(1) })
    const offences = [offence(0, 'equivocation', 4n)]
    const jailed = module.execute(begin(module, FOUR), block(5n, { offences }))
    const most = MAX_TOTAL_VOTING_POWER - 20n
    const full = module.execute(jailed.state, block(6n, { changes: [change(1, most)] }))
    expect(told(full)).toEqual([[1, most]])
    const room = module.execute(full.state, block(7n, { changes: [change(1, most - 10n)] }))
    expect(told(room)).toEqual([
      [0, 10n],
      [1, most - 10n],
    ])
  })

  test('slashing: offences are forgotten when both limits of evidence are passed', () => {
    const module = moduleOf({ equivocation: jail(0, [1, 10]) })
    const offences = [offence(0, 'equivocation', 4n)]
    const { state } = module.execute(begin(module, FOUR), block(5n, { offences }))
    expect(module.execute(state, block(54n)).state.punished).toHaveLength(1)
    expect(module.execute(state, { ...block(55n), time: 0n }).state.punished).toHaveLength(1)
    expect(module.execute(state, block(55n)).state.punished).toHaveLength(0)
  })

  test('slashing: a block that changes nothing gives the same state object', () => {
    const module = moduleOf()
    const state = begin(module, FOUR)
    expect(module.execute(state, block(2n)).state).toBe(state)
    const same = module.execute(state, block(2n, { changes: [change(0, 10n)] }))
    expect([told(same), same.state]).toEqual([[], state])
  })
})
