// Everything that lies in databases and in records of the log, damaged under checksums that fit.

import { describe, expect, test } from 'vitest'
import { runCampaign } from './campaign.ts'
import { STORED_TARGETS } from './stored-targets.ts'

describe('fuzz: stored values', () => {
  test('values: damaged ones are read, or called corrupt', async () => {
    expect.hasAssertions()
    await runCampaign({ name: 'stored', targets: STORED_TARGETS, seeds: 4, inputsPerSeed: 1500 })
  }, 300_000)
})
