// What comes from a socket before it is a message, damaged: typed faults, and nothing held for it.

import { describe, expect, test } from 'vitest'
import { runCampaign } from './campaign.ts'
import { CONN_TARGETS } from './conn-targets.ts'

describe('fuzz: connections', () => {
  test('streams: damaged ones end in a typed fault or give exactly their messages', async () => {
    expect.hasAssertions()
    await runCampaign({ name: 'conn', targets: CONN_TARGETS, seeds: 4, inputsPerSeed: 3000 })
  }, 300_000)
})
