// One plan on this machine: a world with its native cryptography and its loop.

import { nextTick } from 'node:process'
import { setImmediate } from 'node:timers/promises'
import { World } from '../../host/simulator/index.ts'
import type { Outcome, Plan, SimEvent } from '../../host/simulator/index.ts'
import { nativeChannelCrypto, nativeCrypto } from '../platform/index.ts'

/** Turns between two at which the machine's own events are served: some tenths of a second. */
const TURNS_ALONE = 4096

/** The world of a plan, before its first event. `onEvent` changes nothing of what happens. */
export function makeWorld(plan: Plan, onEvent?: (event: SimEvent) => void): World {
  return new World(plan, {
    crypto: nativeCrypto,
    channelCrypto: nativeChannelCrypto,
    turn: makeTurn(),
    ...(onEvent === undefined ? {} : { onEvent }),
  })
}

/** Runs a plan to its end. */
export function runPlan(plan: Plan, onEvent?: (event: SimEvent) => void): Promise<Outcome> {
  return makeWorld(plan, onEvent).run()
}

// A world's promises wait for nothing but each other, and Node calls the next tick when none of
// them is left to settle. A whole turn of the loop would cost a tenth of the run.
function makeTurn(): () => Promise<void> {
  let turns = 0
  return () => {
    turns = (turns + 1) % TURNS_ALONE
    return turns === 0 ? setImmediate() : new Promise<void>((resolve) => nextTick(resolve))
  }
}
