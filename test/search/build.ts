// Brings dist/ to what src/ says, before the tests of a run that play compiled sources.

import { execFileSync } from 'node:child_process'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..', '..')

/** Called by Vitest once, before the first file. */
export function setup(): void {
  const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
  execFileSync(process.execPath, [compiler, '-b', 'src/node'], { cwd: root, stdio: 'inherit' })
}
