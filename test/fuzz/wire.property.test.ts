// Every message of the wire, damaged: read or refused as declared, never more than it is worth.

import { describe, expect, test } from 'vitest'
import * as proto from '../../src/core/proto/index.ts'
import { runCampaign } from './campaign.ts'
import { WIRE_TARGETS } from './wire-targets.ts'

describe('fuzz: messages of the wire', () => {
  test('targets: every decoder that the proto room exports has one', () => {
    const decoders = Object.keys(proto).filter((name) => /^decode[A-Z]/.test(name))
    const targets = new Set(WIRE_TARGETS.map(({ name }) => name))
    expect(decoders.length).toBeGreaterThan(30)
    expect(decoders.filter((name) => !targets.has(name))).toEqual([])
  })

  test('messages: damaged ones are refused by a ProtoError or have a normal form', async () => {
    expect.hasAssertions()
    await runCampaign({ name: 'wire', targets: WIRE_TARGETS, seeds: 12, inputsPerSeed: 30_000 })
  }, 300_000)
})
