// A thousand kills of real processes, as far as the time goes.

import { randomInt } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { killNodes } from '../e2e/kill-run.ts'
import { runs, timeLeftMs } from '../search/depth.ts'

const KILLS = runs(20)
const seed = Number(process.env['QUADRILLE_SEED'] ?? randomInt(2 ** 31))
/** What the comparison at the end and the end of the processes may take. */
const CLOSING_MS = 20_000

describe('four validators under load, for long', () => {
  test(`kill -9: up to ${KILLS} times (QUADRILLE_SEED=${seed})`, async () => {
    const { kills, heights, votes } = await killNodes({
      seed,
      kills: KILLS,
      isOver: () => timeLeftMs() < CLOSING_MS,
      onProgress: (line) => process.stdout.write(`kill -9, seed ${seed}: ${line}\n`),
    })
    process.stdout.write(
      `kill -9, seed ${seed}: ${kills} kills, ${heights} heights, ${votes} votes\n`,
    )
    expect(votes).toBeGreaterThan(2 * heights)
  })
})
