// `npm run test:interop`: against the real CometBFT, which is built with Go.

import { spawnSync } from 'node:child_process'
import { Tally, tests } from './parts.mjs'
import { setUp } from './set-up.mjs'

await setUp()
const tally = new Tally()
if (spawnSync('go', ['version']).status === 0) {
  tally.add(await tests(['interop']))
} else {
  console.log('test:interop needs Go to build CometBFT, and there is no `go` here: nothing was run')
}
process.exitCode = tally.close()
