// Nothing that reads bytes or text from outside is without a target, and no target misses an end.

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { CONN_TARGETS } from './conn-targets.ts'
import { Dice } from './dice.ts'
import { FILE_TARGETS } from './file-targets.ts'
import { STORED_TARGETS } from './stored-targets.ts'
import { TEXT_TARGETS } from './text-targets.ts'
import { WIRE_TARGETS } from './wire-targets.ts'

const floors = ['core', 'host', 'node']
const targets = [
  ...WIRE_TARGETS,
  ...TEXT_TARGETS,
  ...FILE_TARGETS,
  ...STORED_TARGETS,
  ...CONN_TARGETS,
]

/** Readers whose target has the name of what they read. */
const READ_BY: Readonly<Record<string, string>> = {
  parseSignState: 'priv_validator_state.json',
  parseKeyFile: 'priv_validator_key.json',
  parseGenesis: 'genesis.json',
}

/** What the doors of all rooms export by a name that says that it reads. */
function exportedReaders(): string[] {
  const names = new Set<string>()
  for (const floor of floors) {
    const folder = new URL(`../../src/${floor}/`, import.meta.url)
    for (const room of readdirSync(folder)) {
      const door = new URL(`${room}/index.ts`, folder)
      if (!existsSync(door)) continue
      const text = readFileSync(door, 'utf8').replaceAll(/\/\/.*$/gm, '')
      for (const [name] of text.matchAll(/\b(?:decode|parse)[A-Z]\w*/g)) names.add(name)
    }
  }
  return [...names]
}

test('targets: every reader that a room exports has one', () => {
  const known = new Set(targets.map(({ name }) => name))
  const readers = exportedReaders()
  expect(readers.length).toBeGreaterThan(40)
  expect(readers.filter((name) => !known.has(READ_BY[name] ?? name))).toEqual([])
})

test.each(targets)('$name: an input is read or refused wherever it is cut off', async (target) => {
  const whole = target.make(new Dice(11, target.name))
  const step = Math.ceil(whole.length / 120)
  for (let length = 0; length <= whole.length; length += step) {
    expect([true, false]).toContain(await target.take(whole.subarray(0, length)))
  }
})
