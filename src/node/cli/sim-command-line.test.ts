// The printed command says the whole plan.

import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { calmPlan, drawPlan, VILLAIN_NAMES } from '../sim/index.ts'
import type { Plan, ScriptEvent } from '../sim/index.ts'
import { commandOf, wordsOf } from './sim-command-line.ts'
import { makeProgram } from './main.ts'
import { readTask } from './sim-task.ts'
import type { SimFlags } from './sim-task.ts'

// The words as the command itself reads them.
const planOfWords = async (words: readonly string[]): Promise<Plan> => {
  const program = makeProgram({ code: 0 })
  let flags: SimFlags = {}
  const sim = program.commands.find((each) => each.name() === 'sim')
  sim?.action((read: SimFlags) => {
    flags = read
  })
  await program.parseAsync(['sim', ...words], { from: 'user' })
  const task = readTask(flags, 1)
  if (task.kind !== 'run') throw new Error('not one run')
  return task.plan
}

const node = fc.integer({ min: 0, max: 3 })
const atMs = fc.integer({ min: 0, max: 60_000 })
const event: fc.Arbitrary<ScriptEvent> = fc.oneof(
  fc.record({
    atMs,
    do: fc.constant('partition' as const),
    groups: fc.constantFrom(
      [
        [0, 1],
        [2, 3],
      ],
      [[0], [1, 2, 3]],
      [[3], [0]],
    ),
  }),
  fc.record({ atMs, do: fc.constant('heal' as const) }),
  fc.record({ atMs, do: fc.constantFrom('crash', 'restart', 'pause', 'resume'), node }),
  fc.record({
    atMs,
    do: fc.constant('skew' as const),
    node,
    byMs: fc.integer({ min: -999, max: 999 }),
  }),
)

describe('sim command line', () => {
  test('command: says in flags what flags can say', () => {
    const plan = calmPlan(42, {
      byzantine: [
        { index: 2, villain: 'equivocator' },
        { index: 3, villain: 'twins', fromHeight: 5 },
      ],
      script: [
        {
          atMs: 1000,
          do: 'partition',
          groups: [
            [0, 1],
            [2, 3],
          ],
        },
        { atMs: 1500, do: 'crash', node: 1 },
        { atMs: 9000, do: 'heal' },
      ],
      healMs: 60_000,
      txsPerSecond: 0,
    })
    expect(commandOf(plan)).toBe(
      'quadrille sim --calm --seed 42 --validators 4 ' +
        '--byzantine 2:equivocator,3:twins@5 --txs 0 --max-time 1m ' +
        '--partition 0,1/2,3@1s..9s --crash 1@1500ms',
    )
  })

  test('command: says the rest with --set, quoted for a shell', () => {
    const calm = calmPlan(1)
    const plan = { ...calm, network: { ...calm.network, reorder: 0.3 }, skewMs: [0, -5, 0, 0] }
    expect(commandOf(plan)).toBe(
      'quadrille sim --calm --seed 1 --validators 4 --max-time 1m ' +
        "--set network.reorder=0.3 --set 'skewMs=[0,-5,0,0]'",
    )
    const oneWay: Plan = {
      ...calm,
      healMs: 9000,
      script: [
        { atMs: 1000, do: 'partition', groups: [[0], [1, 2, 3]], oneWay: true },
        { atMs: 9000, do: 'heal' },
      ],
    }
    expect(commandOf(oneWay)).toMatch(/ --partition '0>1,2,3@1s..9s'$/)
  })

  test('command: gives the plans of seeds again', async () => {
    for (let seed = 0; seed < 200; seed++) {
      const plan = drawPlan(seed, { validators: 1 + (seed % 7) })
      expect(await planOfWords(wordsOf(plan))).toEqual(plan)
    }
  })

  test('command: gives any plan again', async () => {
    const fraction = fc.double({ min: 0, max: 1, noNaN: true })
    await fc.assert(
      fc.asyncProperty(
        fc.array(event, { maxLength: 6 }),
        fc.subarray([0, 1, 2, 3], { maxLength: 3 }),
        fc.record({ loss: fraction, reorder: fraction }),
        fc.record({
          heights: fc.integer({ min: 0, max: 30 }),
          maxMs: fc.integer({ min: 1, max: 1e6 }),
          healMs: atMs,
          powers: fc.array(fc.integer({ min: 1, max: 99 }), { minLength: 4, maxLength: 4 }),
          lockRule: fc.constantFrom('paper' as const, 'comet-legacy' as const),
        }),
        async (script, liars, network, rest) => {
          const calm = calmPlan(7)
          const plan: Plan = {
            ...calm,
            ...rest,
            network: { ...calm.network, ...network },
            byzantine: liars.map((index) => ({ index, villain: VILLAIN_NAMES[index] ?? '' })),
            script,
          }
          expect(await planOfWords(wordsOf(plan))).toEqual(plan)
        },
      ),
    )
  })
})
