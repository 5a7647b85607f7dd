// `--byzantine` of `quadrille dev`: who lies, and one line with exit code 2 for what cannot be.

import { afterEach, describe, expect, test, vi } from 'vitest'
import { VILLAIN_NAMES } from '../sim/index.ts'
import { readDevVillains } from './dev-villains.ts'
import { main } from './main.ts'

afterEach(() => vi.restoreAllMocks())

describe('villains of dev', () => {
  test('--byzantine: reads who lies, in whatever way they are named', () => {
    const both = [
      { index: 3, villain: 'equivocator', fromHeight: 10 },
      { index: 0, villain: 'silent' },
    ]
    expect(readDevVillains(['3:equivocator@10,0:silent'], 4)).toEqual(both)
    expect(readDevVillains(['3:equivocator@10', '0:silent'], 4)).toEqual(both)
    expect(readDevVillains(['none'], 4)).toEqual([])
    for (const name of VILLAIN_NAMES) {
      expect(readDevVillains([`1:${name}`], 4)).toEqual([{ index: 1, villain: name }])
    }
  })

  test.each([
    [
      '3:thief',
      /^ERROR: --byzantine: expected a villain, which is equivocator, .*, got "thief"\n$/,
    ],
    ['4:silent', /^ERROR: --byzantine: expected a validator from 0 to 3, got "4" in "4:silent"\n$/],
    ['3:silent@0', /^ERROR: --byzantine: expected a whole number from 1 to \d+, got "0"\n$/],
    ['2', /^ERROR: --byzantine: expected a validator and a villain such as .*, got "2"\n$/],
    ['3:silent,3:flooder', /^ERROR: --byzantine: expected one villain for validator 3, got .*\n$/],
    [
      '0:silent,1:silent,2:silent,3:silent',
      /^ERROR: --byzantine: expected an honest validator or more, got .*\n$/,
    ],
    ['3:twins@5', /^ERROR: --byzantine: twins share a key from the start: expected 3:twins\n$/],
  ])('--byzantine %s: is refused in one line, with exit code 2', async (who, line) => {
    const written: string[] = []
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => written.push(String(text)) > 0)
    expect(await main(['dev', '--byzantine', who])).toBe(2)
    expect(written.join('')).toMatch(line)
  })
})
