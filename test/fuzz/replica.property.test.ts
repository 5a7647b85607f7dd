// A replica that runs, given damaged messages on every channel: it drops the sender and goes on.

import { describe, expect, test } from 'vitest'
import { runCampaign } from './campaign.ts'
import { LiveReplica } from './live-replica.ts'
import { REPLICA_TARGETS } from './replica-targets.ts'

describe('fuzz: a replica that runs', () => {
  test('targets: every channel of a replica has one', async () => {
    const live = await LiveReplica.start()
    const channels = live.gate.channelIds().map((id) => `channel-0x${id.toString(16)}`)
    await live.stop()
    expect(channels.toSorted()).toEqual(REPLICA_TARGETS.map(({ name }) => name).toSorted())
  })

  test('channels: damaged messages end their sender alone, and blocks are decided', async () => {
    expect.hasAssertions()
    await runCampaign({ name: 'replica', targets: REPLICA_TARGETS, seeds: 2, inputsPerSeed: 3000 })
  }, 300_000)
})
