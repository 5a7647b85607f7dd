// `npm run check`: types, lint, format and tidy, in seconds.

import { format, lint, Tally, tests, types } from './parts.mjs'
import { install } from './set-up.mjs'

await install()
const tally = new Tally()
tally.add(await types())
tally.add(await lint())
tally.add(await format())
tally.add(await tests(['unit'], { filters: ['test/tidy/'] }))
process.exitCode = tally.close()
