// A whole RPC server, given damaged requests: it answers each, and nothing inside goes wrong.

import { describe, expect, test } from 'vitest'
import { runCampaign } from './campaign.ts'
import { RPC_TARGETS } from './rpc-targets.ts'

describe('fuzz: an RPC server', () => {
  test('requests: damaged ones are answered, and none throws inside', async () => {
    expect.hasAssertions()
    await runCampaign({ name: 'rpc', targets: RPC_TARGETS, seeds: 2, inputsPerSeed: 2000 })
  }, 300_000)
})
