// Gives targets their inputs, and turns the first one that breaks something into a command.

import { expect } from 'vitest'
import { fromHex, toHex } from '../../src/core/bytes/index.ts'
import { longFactor } from '../search/depth.ts'
import { searchSeeds } from '../search/seed-search.ts'
import { Dice } from './dice.ts'
import { glue } from './mutate-bytes.ts'
import type { Target } from './target.ts'

/** A group of targets with its share of the inputs. */
export interface Campaign {
  /** Kebab-case; the test file is named after it. */
  readonly name: string
  readonly targets: readonly Target[]
  /** Seeds in `npm test`, and inputs of each. */
  readonly seeds: number
  readonly inputsPerSeed: number
}

/** Valid inputs that the damaged ones of one seed are made from. */
const CORPUS = 24
/** Tries to make a failing input smaller. */
const MOST_TRIES = 3000
/** One input, as a finding prints it: the only one that is run then. */
const INPUT = 'QUADRILLE_FUZZ_INPUT'

interface Count {
  accepted: number
  refused: number
}

/**
 * Runs a campaign: fixed seeds in `npm test`, fresh ones, which are printed, in `npm run
 * test:long`. Every target must have accepted and refused something in the end.
 */
export async function runCampaign(campaign: Campaign): Promise<void> {
  const given = process.env[INPUT]
  if (given !== undefined) return repeatInput(campaign, given)
  const counts = new Map(campaign.targets.map(({ name }) => [name, { accepted: 0, refused: 0 }]))
  const fresh = longFactor === undefined ? {} : { first: Math.floor(Date.now() / 1000) * 1000 }
  const run = (seed: number): Promise<void> => runSeed(campaign, seed, counts)
  const { name, seeds } = campaign
  // Most inputs end in an error that nobody reads: their stacks would cost half of the time.
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = 0
  const search = searchSeeds({ name: `fuzz-${name}`, seeds, run, ...fresh })
  const ran = await search.finally(() => (Error.stackTraceLimit = stackTraceLimit))
  report(campaign, ran, counts)
}

function report(campaign: Campaign, seeds: number, counts: ReadonlyMap<string, Count>): void {
  let [inputs, accepted] = [0, 0]
  for (const count of counts.values()) {
    inputs += count.accepted + count.refused
    accepted += count.accepted
  }
  const percent = Math.round((100 * accepted) / inputs)
  const { name, targets } = campaign
  process.stdout.write(
    `fuzz ${name}: ${targets.length} targets, ${inputs} inputs, ${percent} % accepted\n`,
  )
  expect(inputs).toBeGreaterThan(0)
  if (seeds < campaign.seeds) return
  const blind = [...counts].filter(([, count]) => count.accepted === 0 || count.refused === 0)
  expect(blind, 'targets that only ever accept or only ever refuse').toEqual([])
}

async function runSeed(
  { name, targets, inputsPerSeed }: Campaign,
  seed: number,
  counts: ReadonlyMap<string, Count>,
): Promise<void> {
  const shares = targets.reduce((sum, { share }) => sum + share, 0)
  if (longFactor !== undefined) process.stdout.write(`fuzz ${name}: seed ${seed}\n`)
  for (const target of targets) {
    await target.prepare?.()
    const dice = new Dice(seed, target.name)
    const corpus = Array.from({ length: CORPUS }, () => target.make(dice))
    const count = counts.get(target.name) ?? { accepted: 0, refused: 0 }
    for (let left = Math.ceil((inputsPerSeed * target.share) / shares); left > 0; left--) {
      const input = target.mutate(corpus, dice)
      try {
        const taken = target.take(input)
        const isAccepted = typeof taken === 'boolean' ? taken : await taken
        if (isAccepted) count.accepted++
        else count.refused++
      } catch (error) {
        throw await finding({ campaign: name, target, seed }, input, error)
      }
    }
    await target.settle?.()
  }
}

async function repeatInput({ targets }: Campaign, given: string): Promise<void> {
  const [name, hex = ''] = given.split(':')
  const input = fromHex(hex)
  const target = targets.find((each) => each.name === name)
  if (target === undefined || input === null) return
  await target.prepare?.()
  const isAccepted = await target.take(input)
  process.stdout.write(`fuzz ${target.name}: ${isAccepted ? 'accepted' : 'refused'}\n`)
  await target.settle?.()
}

interface Place {
  readonly campaign: string
  readonly target: Target
  readonly seed: number
}

async function finding(place: Place, input: Uint8Array, error: unknown): Promise<Error> {
  const { campaign, target, seed } = place
  const small = target.isStateful === true ? input : await smaller(target, input, kindOf(error))
  const file = `npx vitest run --project search test/fuzz/${campaign}.property.test.ts`
  const repeat =
    target.isStateful === true
      ? `QUADRILLE_SEED=${seed} ${file}`
      : `${INPUT}=${target.name}:${toHex(small)} ${file}`
  Error.stackTraceLimit = 20
  const cause: unknown = target.isStateful === true ? error : await errorOf(target, small)
  const where = target.isStateful === true ? `: ${toHex(small)}` : ''
  const text = `${target.name} breaks at seed ${seed}, ${small.length} bytes${where}`
  return new Error(`${text}\n${String(error)}\nrepeat: ${repeat}`, { cause })
}

/** The same failure in other words is another failure: digits may differ. */
function kindOf(error: unknown): string {
  return String(error).replaceAll(/\d+/g, '0').slice(0, 80)
}

/** Cuts pieces out, ever smaller ones, as long as the same goes wrong. */
async function smaller(target: Target, input: Uint8Array, kind: string): Promise<Uint8Array> {
  let best = input
  let tries = 0
  for (let piece = Math.ceil(best.length / 2); piece >= 1; piece = Math.floor(piece / 2)) {
    for (let at = 0; at < best.length && tries < MOST_TRIES; tries++) {
      const shorter = glue(best.subarray(0, at), best.subarray(at + piece))
      const isSame = kindOf(await errorOf(target, shorter)) === kind
      if (isSame && shorter.length < best.length) best = shorter
      else at += piece
    }
  }
  return best
}

/** What an input makes a target throw; null when it throws nothing. */
async function errorOf(target: Target, input: Uint8Array): Promise<unknown> {
  try {
    await target.take(input)
    return null
  } catch (error) {
    return error
  }
}
