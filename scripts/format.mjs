// `npm run format -- [PATHS]`: the one layout that `npm run check` asks for, and what lint can
// mend.

import { readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { root, runTool } from './run.mjs'
import { install } from './set-up.mjs'
import { wrapComments } from './wrap-comments.mjs'

await install()
const paths = process.argv.slice(2)
await runTool('oxlint', ['--fix', '--quiet', ...paths])
await runTool('oxfmt', ['--write', ...paths])
for (const file of await filesOf(paths)) {
  const text = readFileSync(file, 'utf8')
  const wrapped = wrapComments(text)
  if (wrapped !== text) writeFileSync(file, wrapped)
}
const { code, output } = await runTool('oxfmt', ['--check', ...paths])
if (code !== 0) console.error(output)
process.exitCode = code

/** The program files that lint would look at. */
async function filesOf(given) {
  const { output } = await runTool('oxlint', ['--debug=files', ...given])
  return output
    .split('\n')
    .filter((line) => /\.(ts|mjs|js)$/.test(line))
    .map((line) => resolve(root, line.trim()))
}
