// Every golden script in testdata: the manual of the algorithm, a play per rule and per known flaw.
//
// QUADRILLE_REWRITE=1 writes the reactions of today into the scripts; read the difference and
// explain it in the commit.

import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { LockRule } from '../types/index.ts'
import { playScript } from './script.fixture.ts'

const folder = join(import.meta.dirname, 'testdata')
const scripts = readdirSync(folder).filter((name) => name.endsWith('.txt'))

test('golden scripts: every line group of the paper and every known flaw has one', () => {
  const groups = [11, 22, 28, 34, 36, 44, 47, 49, 55, 57, 61, 65].map((line) => `L${line}-`)
  const flaws = Array.from({ length: 18 }, (_, index) => `flaw-${index + 1}-`)
  for (const prefix of [...groups, ...flaws]) {
    expect(scripts.filter((name) => name.startsWith(prefix))).not.toEqual([])
  }
})

for (const name of scripts) {
  for (const rule of rulesOf(name)) {
    const title = name.replace('.txt', '').replaceAll('-', ' ')
    test(`golden script: ${title} (${rule})`, () => {
      const path = join(folder, name)
      const text = readFileSync(path, 'utf8')
      const played = playScript(text, rule)
      if (process.env['QUADRILLE_REWRITE'] === '1') writeFileSync(path, played)
      else expect(played).toBe(text)
    })
  }
}

function rulesOf(name: string): readonly LockRule[] {
  if (name.endsWith('-paper.txt')) return ['paper']
  if (name.endsWith('-legacy.txt')) return ['comet-legacy']
  return ['paper', 'comet-legacy']
}
