// `npm run test:vectors -- [DIR]`: the vector tests on any folder of vectors of the same shape.

import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Tally, tests } from './parts.mjs'
import { root } from './run.mjs'
import { install } from './set-up.mjs'

const [given] = process.argv.slice(2)
// npm runs scripts in the checkout; a relative folder means the caller's.
const caller = process.env['INIT_CWD'] ?? process.cwd()
const folder = given === undefined ? join(root, 'test', 'vectors') : resolve(caller, given)
if (!existsSync(folder)) {
  console.error(`test:vectors: no such folder: ${folder}`)
  process.exit(1)
}
await install()
const tally = new Tally()
tally.add(await tests(['vectors'], { env: { QUADRILLE_VECTORS: folder } }))
process.exitCode = tally.close()
