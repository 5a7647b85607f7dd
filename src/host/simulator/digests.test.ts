// The histories of a few plans, frozen in a line each: whatever changes what nodes say, write or
// decide, or when, changes a digest.
//
// QUADRILLE_REWRITE=1 writes the digests of today; the commit that does so says what has changed.

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { calmPlan, drawPlan } from './index.ts'
import { play } from './world.fixture.ts'

const PATH = join(import.meta.dirname, 'digests.txt')
const PLANS = [
  ['calm', calmPlan(1, { maxMs: 10_000 })],
  ...[2, 3, 4, 5].map((seed) => [`seed ${seed}`, drawPlan(seed, { maxMs: 10_000 })] as const),
] as const

test('digests: are those of the last approval', { timeout: 60_000 }, async () => {
  const lines: string[] = []
  for (const [name, plan] of PLANS) {
    const { digest, events } = await play(plan)
    lines.push(`${name}: ${digest} over ${events} events\n`)
  }
  if (process.env['QUADRILLE_REWRITE'] === '1') writeFileSync(PATH, lines.join(''))
  expect(lines.join('')).toBe(readFileSync(PATH, 'utf8'))
})
