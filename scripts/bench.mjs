// `npm run bench -- [ARGS]`: set-up, then the figures.

import { runNode } from './run.mjs'
import { setUp } from './set-up.mjs'

await setUp()
const { code } = await runNode('bench/main.mjs', process.argv.slice(2), { show: true })
process.exitCode = code
