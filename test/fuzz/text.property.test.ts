// Every reader of text, given damaged text: an answer or a refusal, and nothing thrown beside it.

import { describe, expect, test } from 'vitest'
import { runCampaign } from './campaign.ts'
import { TEXT_TARGETS } from './text-targets.ts'

describe('fuzz: texts', () => {
  test('texts: damaged ones are read alike again, or refused as declared', async () => {
    expect.hasAssertions()
    await runCampaign({ name: 'text', targets: TEXT_TARGETS, seeds: 4, inputsPerSeed: 26_000 })
  }, 300_000)
})
