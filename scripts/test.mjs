// `npm test`: types, lint, all tests, mutants and a slice of every search; its last line is
// `N passed, N failed`.

import { format, lint, mutants, Tally, tests, testsBehind, types } from './parts.mjs'
import { install } from './set-up.mjs'

await install()
const tally = new Tally()
const [built] = (await Promise.all([types(), lint(), format()])).map((part) => tally.add(part))
if (built) {
  // Tests in processes wait for blocks most of the time: the swarm makes use of that.
  const swarm = testsBehind(['swarm'])
  tally.add(await tests(['unit', 'vectors', 'search']))
  tally.add(await mutants())
  tally.add(await tests(['e2e']))
  tally.add(await swarm())
} else {
  tally.add(await tests(['unit', 'vectors']))
  tally.add(await mutants())
  console.log(
    'search, swarm and e2e: FAILED (not run: they need a build, and the types do not pass)',
  )
  tally.add({ failed: 1 })
}
process.exitCode = tally.close()
