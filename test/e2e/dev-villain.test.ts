// `quadrille dev --byzantine`: a villain on real sockets is seen, proved, punished and gone.

import { describe, expect, test } from 'vitest'
import { folderForTest, RunningCommand } from './command.ts'

const MINUTE = 60_000
const DETECTED =
  /^node[0-2]: validator 3 (prevoted|precommitted|proposed) twice at height (\d+), round \d+/
const PROVED = /^block (\d+) carries evidence: validator 3 (prevoted|precommitted) twice at height /
const HANDED =
  /^application: is told that validator 3 voted twice at height \d+, and gives it power 0$/
const GONE = /^validator 3: power 0 from height (\d+) on, before it was 1$/
const BLOCK = /^height (\d+) +round/

const numberIn = (line: string, pattern: RegExp, group = 1): number =>
  Number(pattern.exec(line)?.[group])

describe('dev with a villain', () => {
  test(
    'dev --byzantine: shows detection, evidence, misbehaviour and power zero, in this order',
    async () => {
      const command = new RunningCommand(['dev', '--byzantine', '3:equivocator@3'], {
        cwd: folderForTest(),
      })
      expect(await command.line(/^validator 3 is a villain/)).toMatch(
        /^validator 3 is a villain \(equivocator\) from height 3 on: Signs two prevotes/,
      )
      const gone = await command.line(GONE)
      const found = await Promise.all([DETECTED, PROVED, HANDED].map((line) => command.line(line)))
      const [detected = '', proved = '', handed = ''] = found
      const places = [detected, proved, handed, gone].map((line) => command.lines.indexOf(line))
      expect(places).toEqual(places.toSorted((a, b) => a - b))
      expect(numberIn(detected, DETECTED, 2)).toBeGreaterThanOrEqual(3)
      expect(numberIn(gone, GONE)).toBe(numberIn(proved, PROVED) + 2)
      // The other three go on.
      const blocks = command.lines.filter((line) => BLOCK.test(line)).length
      await command.line(BLOCK, blocks + 2)
      command.signal('SIGINT')
      const { code, out, err } = await command.ended
      expect([code, err]).toEqual([0, ''])
      const about = out.split('\n').filter((line) => /validator [0-9A-F]/.test(line))
      expect(about.filter((line) => !line.includes('validator 3'))).toEqual([])
    },
    MINUTE,
  )

  test(
    'dev --byzantine: twins are a fifth node with the key of a validator, and lose its power',
    async () => {
      const command = new RunningCommand(['dev', '--byzantine', '3:twins'], {
        cwd: folderForTest(),
      })
      expect(await command.line(/^validator 3 is a villain/)).toContain('(twins) from height 1 on')
      await command.line(GONE)
      const blocks = command.lines.filter((line) => BLOCK.test(line)).length
      await command.line(BLOCK, blocks + 1)
      command.signal('SIGINT')
      const { code, err } = await command.ended
      expect([code, err]).toEqual([0, ''])
    },
    MINUTE,
  )

  test(
    'dev --byzantine: a third of liars is run, and said to be too many',
    async () => {
      const command = new RunningCommand(['dev', '--byzantine', '2:silent@100,3:silent@100'], {
        cwd: folderForTest(),
      })
      expect(await command.line(/or more/)).toBe(
        '2 of 4 validators lie, a third or more: the chain may halt, or fork; nothing is promised',
      )
      await command.line(BLOCK)
      command.signal('SIGINT')
      expect((await command.ended).code).toBe(0)
    },
    MINUTE,
  )
})
