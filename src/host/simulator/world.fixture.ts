// The machine under the worlds of these tests.

import { nextTick } from 'node:process'
import { nativeChannelCrypto, nativeCrypto } from '../../node/platform/index.ts'
import type { Outcome, Plan, SimEvent, WorldHost } from './index.ts'
import { World } from './index.ts'

/** Node's own cryptography and queue of ticks. */
export const HOST: WorldHost = {
  crypto: nativeCrypto,
  channelCrypto: nativeChannelCrypto,
  turn: () => new Promise((resolve) => nextTick(resolve)),
}

/** Plays a plan. */
export function play(plan: Plan): Promise<Outcome> {
  return new World(plan, HOST).run()
}

/** Plays a plan and keeps what is told. */
export async function playAndTell(
  plan: Plan,
): Promise<{ readonly outcome: Outcome; readonly events: readonly SimEvent[] }> {
  const events: SimEvent[] = []
  const onEvent = (event: SimEvent): void => void events.push(event)
  return { outcome: await new World(plan, { ...HOST, onEvent }).run(), events }
}

/** What a run has found and the command that repeats it; empty when every promise was kept. */
export function verdictOf(plan: Plan, { violations }: Outcome): string {
  const [first] = violations
  if (first === undefined) return ''
  const { rule, detail, atMs } = first
  const command = `quadrille sim --seed ${plan.seed} --max-time ${plan.maxMs}ms`
  return `seed ${plan.seed}, ${rule} at ${atMs} ms: ${detail}; ${command} repeats it`
}
