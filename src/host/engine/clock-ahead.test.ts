// The clock of a node against the time of a proposed block: a minute is forgiven, more is not.

import { expect, test } from 'vitest'
import type { Clock } from '../ports/index.ts'
import { Cluster } from '../replica/cluster.fixture.ts'

const SLOW = 3
const NS_PER_S = 1_000_000_000n
/** Long before the clock of the cluster begins: no node waits for its chain to begin. */
const GENESIS_TIME = 1_795_000_000n * NS_PER_S

/** A wall clock that is behind; time passes as for the others. */
const behind = (clock: Clock, seconds: bigint): Clock => ({
  now: () => clock.now() - seconds * NS_PER_S,
  monotonicMs: () => clock.monotonicMs(),
  setTimer: (ms, act) => clock.setTimer(ms, act),
  defer: (act) => clock.defer(act),
})

/** Why a validator whose clock is behind refuses proposals of four heights. */
async function refusals(seconds: bigint): Promise<unknown[]> {
  const cluster = new Cluster({
    size: 4,
    genesis: { genesisTime: GENESIS_TIME },
    alter: (index, options) => {
      const { ports } = options
      if (index !== SLOW) return options
      return { ...options, ports: { ...ports, clock: behind(ports.clock, seconds) } }
    },
  })
  for (let i = 0; i < 4; i++) await cluster.start(i, await Cluster.freshDisk())
  await cluster.until(() => [0, 1, 2, SLOW].every((i) => cluster.heightOf(i) >= 4n))
  const { lines } = cluster.at(SLOW).logger
  await cluster.stopAll()
  return lines
    .filter(({ message }) => message === 'proposed block refused')
    .map(({ fields }) => fields['reason'])
}

test('block time: more than a minute ahead of the clock gets no prevote, less does', async () => {
  const reasons = await refusals(65n)
  expect(reasons.length).toBeGreaterThan(0)
  for (const reason of reasons) expect(reason).toMatch(/^block time is 6\d{4} ms ahead$/)
  expect(await refusals(50n)).toEqual([])
})
