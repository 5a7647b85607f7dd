// The laboratory as a command: traces, searches, recorded runs, exit codes.

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { folderForTest, quadrille } from './command.ts'
import type { Ended } from './command.ts'

interface Report {
  readonly seeds: number
  readonly heights: number
  readonly virtualSeconds: number
  readonly digest: string
  readonly violations: readonly {
    readonly seed: number
    readonly rule: string
    readonly detail: string
    readonly culprits: readonly number[]
  }[]
}

const DEMO = ['--byzantine', '3:equivocator', '--partition', '0,1/2,3@1s..9s', '--seed', '42']
const FORK = ['--byzantine', '2:equivocator,3:equivocator']

const sim = (...args: readonly string[]): Promise<Ended> => quadrille(['sim', ...args])

const lastLine = ({ out }: Ended): string => out.trimEnd().split('\n').at(-1) ?? ''

const reportOf = (ended: Ended): Report => JSON.parse(lastLine(ended)) as Report

// As a shell would: the words of the command, of which some are in single quotes.
const pasted = (command: string): Promise<Ended> => {
  const words = [...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare)
  expect(words.slice(0, 2)).toEqual(['quadrille', 'sim'])
  return sim(...words.slice(2).map((word) => word ?? ''))
}

// A search runs some fifteen worlds: a busy machine takes its time.
describe('sim', { timeout: 180_000 }, () => {
  test.concurrent('trace: is aligned, names the lines of the paper, and is repeated', async () => {
    const args = ['--validators', '4', ...DEMO, '--heights', '20']
    const [first, second] = await Promise.all([sim(...args), sim(...args)])
    expect([first.code, first.err]).toEqual([0, ''])
    const heading = first.out.split('\n').findIndex((line) => line.includes('time s who'))
    expect(first.out.split('\n').slice(0, heading).join('\n')).toContain(
      'v3*: equivocator\nat 1s: partition 0,1 / 2,3\nat 9s: heal',
    )
    const events = first.out
      .trimEnd()
      .split('\n')
      .slice(heading + 1, -1)
    const aligned = /^ {0,5}\d+\.\d{3} (v\d\*? {2,3}|- {4}) .{7} .{10} \S.{12} .{8} ?/
    for (const line of events) expect(line.padEnd(60)).toMatch(aligned)
    for (const paper of ['L14', 'L22', 'L34', 'L36', 'L47', 'L49', 'L57', 'L61', 'L65']) {
      expect(first.out).toContain(` ${paper}-`)
    }
    const untimed = (text: string): string => text.replace(/took .*/, '')
    expect(untimed(second.out)).toBe(untimed(first.out))
  })

  test.concurrent('json: is one line, the same from one thread and several', async () => {
    const args = ['--seeds', '1..4', '--max-time', '3s']
    const [one, several] = await Promise.all([
      sim(...args, '--workers', '1', '--json'),
      sim(...args, '--workers', '2', '--json'),
    ])
    expect([one.code, one.err, one.out.split('\n').length]).toEqual([0, '', 2])
    expect(several.out).toBe(one.out)
    const report = reportOf(one)
    expect(report).toEqual({
      seeds: 4,
      heights: expect.any(Number) as number,
      virtualSeconds: 12,
      digest: expect.stringMatching(/^[0-9a-f]{16}$/) as string,
      violations: [],
    })
    expect(report.heights).toBeGreaterThanOrEqual(4)
    const told = await sim('--seeds', '1..3', '--max-time', '3s')
    expect([told.code, told.err]).toEqual([0, ''])
    expect(told.out).toMatch(/^3 seeds, .* \(\d+ virtual seconds per second\)\n$/)
    expect(told.out).not.toContain(report.digest)
  })

  test.concurrent('seeds: have the history in threads that they have without', async () => {
    // Few seeds are played where the command runs.
    const told = (seeds: string): Promise<Ended> =>
      sim(...FORK, '--seeds', seeds, '--max-time', '20s')
    const [few, many] = await Promise.all([told('5..5'), told('5..8')])
    const lines = few.out.split('\n').filter((line) => line.startsWith('seed '))
    expect(lines.length).toBeGreaterThan(0)
    expect(many.out.split('\n')).toEqual(expect.arrayContaining(lines))
  })

  test.concurrent('find: names both villains of a fork, and how to fork again', async () => {
    const args = [
      ...FORK,
      '--seeds',
      '5..3000',
      '--max-time',
      '6s',
      '--find',
      'violation',
      '--workers',
      '1',
      '--json',
    ]
    const trace = join(folderForTest(), 'fork.jsonl')
    const found = await sim(...args, '--trace', trace)
    expect([found.code, found.err]).toEqual([1, ''])
    const fork = reportOf(found).violations.find(({ rule }) => rule === 'agreement')
    expect(fork?.culprits).toEqual([2, 3])
    expect(reportOf(found).violations.filter(({ rule }) => rule === 'accountability')).toEqual([])

    const small = /^ {2}(VIOLATION agreement .*)$/m.exec(found.out)?.[1] ?? 'none'
    expect(small).toContain('v2 (equivocator), v3 (equivocator)')
    const command = /^run it again:\n {2}(quadrille sim .*)$/m.exec(found.out)?.[1] ?? ''
    const again = await pasted(command)
    expect(again.code).toBe(1)
    expect(again.out.split('\n')).toContain(small)

    const replayed = await sim('--replay', trace)
    expect(replayed.code).toBe(1)
    expect(replayed.out.split('\n')).toContain(small)
    expect(replayed.out).toContain('every event and the digest are the same')
    expect(/digest [0-9a-f]{16}/.exec(replayed.out)?.[0]).toBe(
      /digest [0-9a-f]{16}/.exec(again.out)?.[0],
    )
  })

  test.concurrent('replay: is the run of the trace, or says where it is not', async () => {
    const folder = folderForTest()
    const file = join(folder, 'trace.jsonl')
    const recorded = await sim(...DEMO, '--max-time', '5s', '--trace', file, '--json')
    const replayed = await sim('--replay', file, '--json')
    expect([replayed.code, replayed.out]).toEqual([0, recorded.out])
    const lines = readFileSync(file, 'utf8').split('\n')
    for (const line of lines.slice(0, -1)) expect(() => JSON.parse(line) as unknown).not.toThrow()

    const changed = join(folder, 'changed.jsonl')
    writeFileSync(changed, lines.toSpliced(30, 1).join('\n'))
    const differs = await sim('--replay', changed)
    expect(differs.code).toBe(1)
    const place = `VIOLATION replay: ${changed}:31: the trace has {"atMs":`
    expect(differs.out).toContain(place)

    writeFileSync(changed, lines.slice(0, 100).join('\n'))
    const cut = await sim('--replay', changed)
    const wanted = `ERROR: ${changed}: expected an end in the last line: it was cut off\n`
    expect([cut.code, cut.out, cut.err]).toEqual([2, '', wanted])
  })

  test.concurrent.each<[string, readonly string[], RegExp]>([
    ['villain', ['--byzantine', '3:liar'], /^ERROR: --byzantine: .*equivocator, .*got "liar"\n$/],
    ['flag', ['--villains', '1'], /^ERROR: unknown option '--villains'/],
    ['place', ['--trace', '/nowhere/at/all'], /^ERROR: --trace: expected a file in a folder /],
    ['file', ['--replay', '/nowhere/at/all'], /^ERROR: \/nowhere\/at\/all: ENOENT/],
  ])('bad input: a %s that cannot be meant is refused with one line', async (_, args, line) => {
    const ended = await sim(...args)
    expect([ended.code, ended.out]).toEqual([2, ''])
    expect(ended.err).toMatch(line)
    expect(ended.err.split('\n')).toHaveLength(2)
  })
})
