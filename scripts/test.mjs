// `npm test`: types, lint, all tests, mutants and a slice of every search; its last line is
// `N passed, N failed`.

import { format, lint, mutants, Tally, tests, types } from './parts.mjs'
import { install } from './set-up.mjs'

await install()
const tally = new Tally()
const [built] = (await Promise.all([types(), lint(), format()])).map((part) => tally.add(part))
tally.add(await tests(['unit', 'vectors']))
tally.add(await mutants())
if (built) {
  tally.add(await tests(['e2e']))
} else {
  console.log('e2e      FAILED (not run: it needs a build, and the types do not pass)')
  tally.add({ failed: 1 })
}
process.exitCode = tally.close()
