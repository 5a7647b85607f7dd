// One plan on this machine: a world with its native cryptography and its loop.

import { setImmediate } from 'node:timers/promises'
import { World } from '../../host/simulator/index.ts'
import type { Outcome, Plan, SimEvent } from '../../host/simulator/index.ts'
import { nativeChannelCrypto, nativeCrypto } from '../platform/index.ts'

/** The world of a plan, before its first event. `onEvent` changes nothing of what happens. */
export function makeWorld(plan: Plan, onEvent?: (event: SimEvent) => void): World {
  return new World(plan, {
    crypto: nativeCrypto,
    channelCrypto: nativeChannelCrypto,
    turn: () => setImmediate(),
    ...(onEvent === undefined ? {} : { onEvent }),
  })
}

/** Runs a plan to its end. */
export function runPlan(plan: Plan, onEvent?: (event: SimEvent) => void): Promise<Outcome> {
  return makeWorld(plan, onEvent).run()
}
