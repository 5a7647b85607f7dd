// What `quadrille finality` refuses before it looks at a proof.

import { existsSync } from 'node:fs'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { main } from './main.ts'

const HASH = '0'.repeat(64)
const CHAIN = ['--chain-id', 'chain']
const verify = (...words: readonly string[]): readonly string[] => ['verify', 'none.json', ...words]
const trusting = (what: string, ...words: readonly string[]): readonly string[] =>
  verify('--trust', what, ...words)

const ENDLESS: readonly (readonly [readonly string[], string])[] = existsSync('/dev/zero')
  ? [[trusting('proof:/dev/zero'), '/dev/zero: has more than ']]
  : []
const WRONG: readonly (readonly [readonly string[], string])[] = [
  [[], 'finality: expected export or verify'],
  [['export', '0'], 'height: expected a number from 1, or latest, got "0"'],
  [['export', '9223372036854775808'], 'height: expected a number from 1, or latest'],
  [['export', '1', '--node', 'here'], '--node: expected a URL'],
  [['export', '1', '--node', 'file:///etc/passwd'], '--node: expected a URL'],
  [verify(), "required option '--trust <what>' not specified"],
  [trusting('me'), '--trust: expected validators:HASH, header:HASH, genesis:FILE or proof:FILE'],
  [trusting(`header:${HASH}`), '--chain-id: expected beside --trust header:HASH'],
  [trusting('validators:12', ...CHAIN), '--trust: expected a hash of 64 hexadecimal digits'],
  [trusting(`header:${HASH}`, ...CHAIN), 'cannot read none.json: '],
  ...ENDLESS,
  [trusting('genesis:none.json'), 'cannot read none.json: '],
  [trusting('genesis:package.json'), 'package.json: '],
  [trusting('proof:package.json'), 'package.json: the member "type" is not'],
  [trusting('proof:p', '--trusting-period', '1'), '--trusting-period: expected a time such as'],
  [trusting('genesis:p', '--trusting-period', '1h'), '--trusting-period: expected beside'],
]

afterEach(() => vi.restoreAllMocks())

describe('finality command', () => {
  test('finality: input that cannot be meant is one line and exit code 2', async () => {
    const told: string[] = []
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => told.push(String(text)) > 0)
    for (const [words, line] of WRONG) {
      told.length = 0
      expect([words, await main(['finality', ...words])]).toEqual([words, 2])
      expect(told).toHaveLength(1)
      expect(told[0]).toMatch(/^ERROR: .*\n$/)
      expect(told[0]).toContain(`ERROR: ${line}`)
    }
  })
})
