// The compiled sources once more, with the mistake of one mutant in them: Node reads them as they
// are, where the sources would have to be translated anew for every mutant.

import { copyFileSync, linkSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { transformSync } from 'rolldown/utils'
import { applyMutant } from './mutant.ts'
import type { Mutant } from './mutant.ts'

const root = join(import.meta.dirname, '..', '..')
const builds = join(root, 'dist', '.mutants')

/** Makes the build of each mutant; `removeMutatedBuilds` takes them away. Needs dist/. */
export function makeMutatedBuilds(mutants: readonly Mutant[]): void {
  removeMutatedBuilds()
  const compiled = readdirSync(join(root, 'dist'), { recursive: true, encoding: 'utf8' })
  const files = compiled.filter((path) => path.endsWith('.js'))
  mkdirSync(builds)
  copyFileSync(join(root, 'package.json'), join(builds, 'package.json'))
  for (const mutant of mutants) makeBuild(mutant, files)
}

/** Where the build of a mutant lies, as dist/. */
export function mutatedBuild({ name }: Mutant): string {
  return join(builds, name)
}

export function removeMutatedBuilds(): void {
  rmSync(builds, { recursive: true, force: true })
}

function makeBuild(mutant: Mutant, files: readonly string[]): void {
  const build = mutatedBuild(mutant)
  const changed = mutant.file.replace(/^src\//, '').replace(/\.ts$/, '.js')
  for (const folder of new Set(files.map(dirname))) {
    mkdirSync(join(build, folder), { recursive: true })
  }
  for (const file of files) {
    if (file !== changed) linkSync(join(root, 'dist', file), join(build, file))
  }
  const text = applyMutant(mutant, readFileSync(join(root, mutant.file), 'utf8'))
  const options = { typescript: { rewriteImportExtensions: true } }
  const { code, errors } = transformSync(mutant.file, text, options)
  if (errors.length > 0) throw new Error(`mutant ${mutant.name}: ${errors[0]?.message}`)
  writeFileSync(join(build, changed), code)
}
