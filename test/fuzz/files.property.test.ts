// Every file that a node reads, damaged: it is read, or refused by the error of its room.

import { describe, expect, test } from 'vitest'
import { runCampaign } from './campaign.ts'
import { FILE_TARGETS } from './file-targets.ts'

describe('fuzz: files', () => {
  test('files: damaged ones are read, or refused by the error of their room', async () => {
    expect.hasAssertions()
    await runCampaign({ name: 'files', targets: FILE_TARGETS, seeds: 4, inputsPerSeed: 2500 })
  }, 300_000)
})
