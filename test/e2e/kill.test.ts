// Four validators under load of which one after the other loses its process: nothing is lost and
// nobody signs twice.

import { randomInt } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { killNodes } from './kill-run.ts'

const KILLS = 20
const seed = Number(process.env['QUADRILLE_SEED'] ?? randomInt(2 ** 31))

describe('four validators under load', () => {
  test(`kill -9: ${KILLS} times, no block lost, nothing signed twice (seed ${seed})`, async () => {
    const { kills, transactions, votes, heights } = await killNodes({ seed, kills: KILLS })
    expect(kills).toBeGreaterThanOrEqual(KILLS)
    expect(transactions).toBeGreaterThan(100)
    expect(votes).toBeGreaterThan(2 * heights)
  }, 120_000)
})
