// What `quadrille evidence` refuses before it looks at evidence.

import { existsSync } from 'node:fs'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { main } from './main.ts'

const ENDLESS: readonly (readonly [readonly string[], string])[] = existsSync('/dev/zero')
  ? [[['verify', '/dev/zero'], '/dev/zero: has more than ']]
  : []
const WRONG: readonly (readonly [readonly string[], string])[] = [
  [[], 'evidence: expected ls, show, export or verify'],
  [['list'], "unknown command 'list'"],
  [['ls', '--from', '0'], '--from: expected a height from 1, got "0"'],
  [['ls', '--to', 'x'], '--to: expected a height from 1, got "x"'],
  [['ls', '--from', '20', '--to', '10'], '--to: expected a height from 20, that of --from, got'],
  [['ls', '--node', 'here'], '--node: expected a URL'],
  [['show'], "missing required argument 'id'"],
  [['show', '0'], 'id: expected a block and a place in it, such as 17/0, or pending/0, got "0"'],
  [
    ['show', '1/x'],
    'id: expected a block and a place in it, such as 17/0, or pending/0, got "1/x"',
  ],
  [['export', '9223372036854775808'], 'id: expected a block'],
  [['verify'], "missing required argument 'file'"],
  [['verify', 'none.json'], 'cannot read none.json: '],
  ...ENDLESS,
  [['verify', 'package.json', '--validators', 'none.json'], 'cannot read none.json: '],
  [['verify', 'package.json', '--validators', 'package.json'], 'package.json: '],
  [['verify', 'package.json', '--home', '/none'], '--validators: expected a genesis file or a'],
]

afterEach(() => vi.restoreAllMocks())

describe('evidence command', () => {
  test('evidence: input that cannot be meant is one line and exit code 2', async () => {
    const told: string[] = []
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => told.push(String(text)) > 0)
    for (const [words, line] of WRONG) {
      told.length = 0
      expect([words, await main(['evidence', ...words])]).toEqual([words, 2])
      expect(told).toHaveLength(1)
      expect(told[0]).toMatch(/^ERROR: .*\n$/)
      expect(told[0]).toContain(`ERROR: ${line}`)
    }
  })
})
