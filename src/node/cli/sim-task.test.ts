// What `quadrille sim` is asked to do, and what it refuses with one line.

import { describe, expect, test } from 'vitest'
import { VILLAIN_NAMES } from '../sim/index.ts'
import type { Plan } from '../sim/index.ts'
import { BadInput } from './bad-input.ts'
import { readTask } from './sim-task.ts'
import type { SimFlags, SimTask } from './sim-task.ts'

const planOf = (flags: SimFlags): Plan => {
  const task = readTask({ calm: true, ...flags }, 2)
  if (task.kind !== 'run') throw new Error(`not one run: ${task.kind}`)
  return task.plan
}

const refusalOf = (flags: SimFlags): string => {
  try {
    readTask(flags, 2)
  } catch (error) {
    if (error instanceof BadInput) return error.message
    throw error
  }
  return 'none'
}

describe('sim flags', () => {
  test('plan: is what the flags name', () => {
    const plan = planOf({
      byzantine: ['3:equivocator,2:twins@5'],
      partition: ['0,1/2,3@1s..9s'],
      crash: ['1@3s..5s'],
      pause: ['0@500ms'],
      latency: '20..200ms',
      loss: '5%',
      lockRule: 'paper',
      txs: '7',
      powers: '1,2,3,4',
      heights: '20',
      seed: '42',
    })
    expect(plan).toMatchObject({
      seed: 42,
      validators: 4,
      powers: [1, 2, 3, 4],
      heights: 20,
      maxMs: 360_000,
      lockRule: 'paper',
      txsPerSecond: 7,
      network: { latencyMs: [20, 200], loss: 0.05 },
      byzantine: [
        { index: 3, villain: 'equivocator' },
        { index: 2, villain: 'twins', fromHeight: 5 },
      ],
      script: [
        { atMs: 500, do: 'pause', node: 0 },
        {
          atMs: 1000,
          do: 'partition',
          groups: [
            [0, 1],
            [2, 3],
          ],
        },
        { atMs: 3000, do: 'crash', node: 1 },
        { atMs: 5000, do: 'restart', node: 1 },
        { atMs: 9000, do: 'heal' },
      ],
    })
  })

  test('plan: progress is promised once all faults of the script have ended', () => {
    expect(planOf({ partition: ['0,1/2,3@1s..9s'], maxTime: '60s' }).healMs).toBe(9000)
    expect(planOf({ partition: ['0,1/2,3@1s'], maxTime: '60s' }).healMs).toBe(60_000)
    expect(planOf({ crash: ['0@1s..2s', '1@3s'], maxTime: '60s' }).healMs).toBe(60_000)
    expect(planOf({ maxTime: '60s' }).healMs).toBe(0)
  })

  test('plan: partitions may follow each other at once, and cut one way', () => {
    const { script } = planOf({ partition: ['0>1,2,3@9s..12s', '0,1/2,3@1s..9s'] })
    expect(script.map(({ atMs, do: what }) => `${atMs} ${what}`)).toEqual([
      '1000 partition',
      '9000 heal',
      '9000 partition',
      '12000 heal',
    ])
    expect(script[2]).toMatchObject({ groups: [[0], [1, 2, 3]], oneWay: true })
  })

  test('plan: a count of villains tries all of them, seed by seed', () => {
    const task = readTask({ calm: true, byzantine: ['2'], seeds: '0..99' }, 2)
    if (task.kind !== 'seeds') throw new Error('not many runs')
    const casts = Array.from({ length: 100 }, (_, seed) =>
      task
        .planOf(seed)
        .byzantine.map(({ index, villain }) => `${index} ${villain}`)
        .join(),
    )
    expect(new Set(casts).size).toBe(VILLAIN_NAMES.length ** 2)
    expect(casts[0]).toBe(`2 ${VILLAIN_NAMES[0]},3 ${VILLAIN_NAMES[0]}`)
  })

  test('plan: any other field can be set', () => {
    const set = [
      'network.reorder=0.1',
      'network.whenCut=drop',
      'times.proposeMs=100',
      'skewMs=[0,0,5,-5]',
    ]
    expect(planOf({ set })).toMatchObject({
      network: { reorder: 0.1, whenCut: 'drop' },
      times: { proposeMs: 100 },
      skewMs: [0, 0, 5, -5],
    })
  })

  test.each<[string, SimFlags, Partial<SimTask>]>([
    ['one run', {}, { kind: 'run', trace: null }],
    ['many, on all processors', { seeds: '1..9' }, { kind: 'seeds', workers: 2 }],
    ['few, on this thread', { seeds: '1..3' }, { kind: 'seeds', workers: 0 }],
    ['as many threads as said', { seeds: '1..9', workers: '5' }, { kind: 'seeds', workers: 5 }],
    ['a search', { find: 'violation' }, { kind: 'find', seeds: { from: 1, to: 1000 } }],
    [
      'a search of one',
      { find: 'violation', seed: '7' },
      { kind: 'find', seeds: { from: 7, to: 7 } },
    ],
    ['a replay', { replay: 'x', json: true }, { kind: 'replay', file: 'x' }],
  ])('task: %s', (_, flags, task) => {
    expect(readTask(flags, 2)).toMatchObject(task)
  })

  const villains = VILLAIN_NAMES.join(', ')
  test.each<[SimFlags, string]>([
    [
      { byzantine: ['3:liar'] },
      `--byzantine: expected a villain, which is ${villains}, got "liar"`,
    ],
    [
      { byzantine: ['equivocator'] },
      '--byzantine: expected a validator and a villain such as 3:equivocator, or none, ' +
        'got "equivocator"',
    ],
    [
      { byzantine: ['4:silent'] },
      '--byzantine: expected a validator from 0 to 3, got "4" in "4:silent"',
    ],
    [
      { byzantine: ['3:silent', '3:twins'] },
      '--byzantine: expected one villain for validator 3, got "3:silent,3:twins"',
    ],
    [
      { byzantine: ['0:silent,1:silent'], validators: '2' },
      '--byzantine: expected an honest validator or more, got "0:silent,1:silent"',
    ],
    [{ byzantine: ['4'] }, '--byzantine: expected a whole number from 0 to 3, got "4"'],
    [
      { byzantine: ['3:silent@0'] },
      '--byzantine: expected a whole number from 1 to 1000000, got "0"',
    ],
    [
      { partition: ['0,1/1,2,3@1s..2s'] },
      '--partition: expected validator 1 in one group only, got "0,1/1,2,3@1s..2s"',
    ],
    [
      { partition: ['0,1/2,7@1s..2s'] },
      '--partition: expected a validator from 0 to 3, got "7" in "0,1/2,7@1s..2s"',
    ],
    [
      { partition: ['0,1/2,3@9s..1s'] },
      '--partition: expected an end after the start, got "0,1/2,3@9s..1s"',
    ],
    [
      { partition: ['0,1,2,3/@1s..9s'] },
      '--partition: expected a validator or more in every group, got "0,1,2,3/@1s..9s"',
    ],
    [
      { partition: ['0,1,2,3@1s..9s'] },
      '--partition: expected two groups or more, got "0,1,2,3@1s..9s"',
    ],
    [
      { partition: ['0,1/2,3@1s..9s'], validators: '5' },
      '--partition: expected a group for each of 5 validators, also for validator 4, ' +
        'got "0,1/2,3@1s..9s"',
    ],
    [
      { partition: ['0,1/2,3'] },
      '--partition: expected groups and a time such as 0,1/2,3@1s..9s, got "0,1/2,3"',
    ],
    [
      { partition: ['0,1/2,3@1..9'] },
      '--partition: expected times such as 200ms, 3s or 5m behind the @, got "0,1/2,3@1..9"',
    ],
    [
      { partition: ['0,1/2,3@1s..9s', '0/1,2,3@8s..10s'] },
      '--partition: expected one to end before the next begins',
    ],
    [
      { crash: ['1@3s..5s', '1@4s..6s'] },
      '--crash and --pause of 1: expected one to end before the next begins',
    ],
    [{ crash: ['9@3s'] }, '--crash: expected a validator from 0 to 3, got "9" in "9@3s"'],
    [{ crash: ['1'] }, '--crash: expected a validator and a time such as 1@3s..5s, got "1"'],
    [{ validators: '0' }, '--validators: expected a whole number from 1 to 40, got "0"'],
    [{ validators: 'many' }, '--validators: expected a whole number from 1 to 40, got "many"'],
    [
      { validators: '4', powers: '1,2,3' },
      '--powers: expected a power for each of 4 validators, got "1,2,3"',
    ],
    [{ powers: '1,-1' }, '--powers: expected a whole number from 0 to 1000000000000, got "-1"'],
    [{ powers: '0,0' }, '--powers: expected a power above 0, got "0,0"'],
    [{ lockRule: 'none' }, '--lock-rule: expected comet-legacy or paper, got "none"'],
    [{ heights: '0' }, '--heights: expected a whole number from 1 to 1000000, got "0"'],
    [{ maxTime: '0s' }, '--max-time: expected a time above 0, got "0s"'],
    [{ seed: '-1' }, '--seed: expected a whole number from 0 to 9007199254740991, got "-1"'],
    [{ seed: '1', seeds: '1..2' }, '--seed and --seeds: expected one of them'],
    [
      { seeds: '9..1' },
      '--seeds: expected a range of seeds such as 1..3000, from 0 to 9007199254740991, got "9..1"',
    ],
    [{ find: 'truth' }, '--find: expected violation, which is all that can be found, got "truth"'],
    [{ trace: '' }, '--trace: expected the name of a file, got ""'],
    [{ replay: '' }, '--replay: expected the name of a file, got ""'],
    [
      { seeds: '1..2', trace: 'x' },
      '--trace: expected one run to record: --seed, or --find violation',
    ],
    [
      { replay: 'x', lockRule: 'paper' },
      '--lock-rule: expected nothing beside --replay that says what is run',
    ],
    [
      { set: ['network.loss'] },
      '--set: expected a field and a value such as network.reorder=0.1, got "network.loss"',
    ],
    [
      { seeds: '1..3', set: ['seed=5'] },
      '--set: expected another field: a seed is set by --seed, got "seed=5"',
    ],
    [{ set: ['network.loss=2'] }, '--set network.loss: expected a number from 0 to 1, got 2'],
    [{ set: ['skewMs=[1]'] }, '--set skewMs: expected 4 values, one for each validator, got [1]'],
    [
      { set: ['script=[{"atMs":1,"do":"dance"}]'] },
      '--set script.0.do: expected one of partition, heal, crash, restart, pause, resume, ' +
        'disk-fault, skew, power, params, got "dance"',
    ],
    [
      {
        set: [
          'script=[{"atMs":1,"do":"params","params":' +
            '{"blockBytes":9,"evidenceAge":{"blocks":1,"ms":1}}}]',
        ],
      },
      '--set script.0.params.blockBytes: expected a whole number from 10000 to 104857600, got 9',
    ],
  ])('refused: %j', (flags, line) => {
    expect(refusalOf(flags)).toBe(line)
  })

  test.each(['colour=1', 'network.colour=1', 'network.loss.x=1', '__proto__=1'])(
    'refused: --set %s names the fields that there are',
    (text) => {
      expect(refusalOf({ set: [text] })).toMatch(
        /^--set: expected a field of a plan, which is seed, .*network\.loss, .*script, got "/,
      )
    },
  )
})
