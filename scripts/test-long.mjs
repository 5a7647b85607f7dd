// `npm run test:long -- [FACTOR] [--minutes N]`: the deep searches, FACTOR times as deep, for N
// minutes at most.

import { parseArgs } from 'node:util'
import { Tally, tests } from './parts.mjs'
import { setUp } from './set-up.mjs'

const usage = 'usage: npm run test:long -- [FACTOR] [--minutes N]'
const { factor, minutes } = readArguments()
await setUp()
const env = { QUADRILLE_LONG_FACTOR: String(factor) }
let limitMs
if (minutes !== undefined) {
  env['QUADRILLE_LONG_DEADLINE'] = String(Date.now() + minutes * 60_000)
  // Searches look at the deadline themselves; one that does not is ended half a minute later.
  limitMs = minutes * 60_000 + 30_000
}
const tally = new Tally()
tally.add(await tests(['long'], { env, limitMs }))
process.exitCode = tally.close()

function readArguments() {
  try {
    const { values, positionals } = parseArgs({
      options: { minutes: { type: 'string' } },
      allowPositionals: true,
    })
    const factor = Number(positionals[0] ?? 1)
    const minutes = values.minutes === undefined ? undefined : Number(values.minutes)
    const valid = factor > 0 && (minutes === undefined || minutes > 0)
    if (positionals.length > 1 || !valid) throw new Error(usage)
    return { factor, minutes }
  } catch (error) {
    console.error(error.message === usage ? usage : `${error.message}\n${usage}`)
    process.exit(1)
  }
}
