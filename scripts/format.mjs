// `npm run format -- [PATHS]`: rewrites files into the one layout that `npm run check` asks for.

import { runTool } from './run.mjs'
import { install } from './set-up.mjs'

await install()
const { code } = await runTool('oxfmt', ['--write', ...process.argv.slice(2)], { show: true })
process.exitCode = code
