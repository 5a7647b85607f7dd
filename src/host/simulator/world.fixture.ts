// The machine under the worlds of these tests.

import { nativeChannelCrypto, nativeCrypto } from '../../node/platform/index.ts'
import type { Outcome, Plan, SimEvent, WorldHost } from './index.ts'
import { World } from './index.ts'

/** Node's own cryptography and loop. */
export const HOST: WorldHost = {
  crypto: nativeCrypto,
  channelCrypto: nativeChannelCrypto,
  turn: () => new Promise(setImmediate),
}

/** Plays a plan. */
export function play(plan: Plan): Promise<Outcome> {
  return new World(plan, HOST).run()
}

/** Plays a plan and keeps what is told. */
export async function playAndTell(plan: Plan): Promise<readonly SimEvent[]> {
  const events: SimEvent[] = []
  await new World(plan, { ...HOST, onEvent: (event) => events.push(event) }).run()
  return events
}

/** Throws what a run has found, with the command that repeats it. */
export function acquit(plan: Plan, { violations }: Outcome): void {
  const [first] = violations
  if (first === undefined) return
  const { rule, detail, atMs } = first
  throw new Error(
    `${rule} at ${atMs} ms: ${detail}\n` +
      `quadrille sim --seed ${plan.seed} --ms ${plan.maxMs} repeats it`,
  )
}
