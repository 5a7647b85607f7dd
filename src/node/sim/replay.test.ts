// Recorded runs: played again, and compared line by line.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { calmPlan } from '../../host/simulator/index.ts'
import type { Outcome } from '../../host/simulator/index.ts'
import { recordTrace, replayTrace } from './replay.ts'
import { runPlan } from './run-plan.ts'

const folder = mkdtempSync(join(tmpdir(), 'quadrille-replay-'))
const file = join(folder, 'trace.jsonl')
const plan = calmPlan(7, { maxMs: 2500, script: [{ atMs: 900, do: 'crash', node: 1 }] })
let outcome: Outcome
let lines: readonly string[]

beforeAll(async () => {
  outcome = await recordTrace(plan, file)
  lines = readFileSync(file, 'utf8').trimEnd().split('\n')
})
afterAll(() => rmSync(folder, { recursive: true }))

const withLines = (changed: readonly string[]): string => {
  const other = join(folder, 'changed.jsonl')
  writeFileSync(other, changed.map((line) => `${line}\n`).join(''))
  return other
}

describe('replay', () => {
  test('trace: has the plan first, the events, and the digest at the end', () => {
    expect(JSON.parse(lines[0] ?? '')).toEqual({ trace: 'quadrille sim', form: 1, plan })
    expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ end: { digest: outcome.digest } })
    expect(lines.filter((line) => line.includes('"kind":"crash"'))).toHaveLength(1)
  })

  test('trace: nothing changes because it is watched', async () => {
    expect(await runPlan(plan)).toEqual(outcome)
  })

  test('replay: is the same run', async () => {
    const told: string[] = []
    const replay = await replayTrace(
      file,
      ({ seed }) => told.push(`seed ${seed}`),
      ({ kind }) => told.push(kind),
    )
    expect(replay).toEqual({ plan, outcome, difference: null })
    expect([told[0], told.length]).toEqual(['seed 7', lines.length - 1])
  })

  test('replay: is the same run of a file with the ends of lines of Windows', async () => {
    const { difference } = await replayTrace(withLines(lines.map((line) => `${line}\r`)))
    expect(difference).toBeNull()
  })

  test.each<[string, (lines: readonly string[]) => readonly string[], number]>([
    ['a missing event', (all) => all.toSpliced(40, 1), 41],
    ['an event too many', (all) => all.toSpliced(40, 0, all[3] ?? ''), 41],
    ['another event', (all) => all.with(40, (all[40] ?? '').replace('atMs', 'when')), 41],
    ['an event after the end', (all) => [...all, all.at(-1) ?? ''], -1],
    [
      'another digest',
      (all) => [...all.slice(0, -1), (all.at(-1) ?? '').replace('"digest":"', '"digest":"x')],
      -1,
    ],
  ])('replay: tells %s by its line', async (_, change, line) => {
    const changed = change(lines)
    const { difference } = await replayTrace(withLines(changed))
    expect(difference?.line).toBe(line < 0 ? changed.length : line)
    expect(difference?.traced).toBe(changed[(difference?.line ?? 0) - 1])
    expect(difference?.happened).not.toBe(difference?.traced)
  })

  test.each<[string, () => readonly string[], string]>([
    ['an empty file', () => [], 'expected a trace of `quadrille sim --trace`'],
    ['another file', () => ['{"a":1}', '{}'], 'expected a trace of `quadrille sim --trace`'],
    ['text', () => ['hello'], 'expected a trace of `quadrille sim --trace`'],
    [
      'a trace of another form',
      () => [`{"trace":"quadrille sim","form":9}`],
      'expected form 1, got 9',
    ],
    [
      'a trace that was cut off',
      () => lines.slice(0, -1),
      'expected an end in the last line: it was cut off',
    ],
    [
      'a plan that cannot be',
      () => [(lines[0] ?? '').replace('"validators":4', '"validators":5'), ...lines.slice(1)],
      'powers: expected 5 values, one for each validator',
    ],
    [
      'a plan with a stranger in it',
      () => [(lines[0] ?? '').replace('"seed":7', '"seed":7,"sead":7'), ...lines.slice(1)],
      'sead: expected only seed, validators',
    ],
  ])('replay: refuses %s', async (_, change, line) => {
    const path = withLines(change())
    await expect(replayTrace(path)).rejects.toThrow(`${path}: ${line}`)
  })

  test('replay: refuses a file that is not there, and a place that cannot be written', async () => {
    await expect(replayTrace(join(folder, 'none'))).rejects.toMatchObject({ code: 'SIM_FILE' })
    await expect(recordTrace(plan, join(folder, 'none', 'x'))).rejects.toMatchObject({
      code: 'SIM_FILE',
    })
  })
})
