// `npm run build -- [--fresh]`: set-up and nothing else; with `--fresh` from nothing, for a
// package.

import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './run.mjs'
import { setUp } from './set-up.mjs'

if (process.argv.includes('--fresh')) {
  rmSync(join(root, 'dist'), { recursive: true, force: true })
}
await setUp()
