// One project per mutant: its killer runs on sources with the mistake in them. Run by
// `npm test`, which turns the result round: a mutant whose killer passes has survived.

import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { defineConfig } from 'vitest/config'
import type { TestProjectInlineConfiguration } from 'vitest/config'
import { setup as build } from '../search/build.ts'
import { compiledSources } from '../search/compiled-sources.ts'
import type { Mutant } from './mutant.ts'
import { makeMutatedBuilds, mutatedBuild } from './mutated-build.ts'
import { mutants } from './registry.ts'
import { MutantReporter } from './reporter.ts'

const root = join(import.meta.dirname, '..', '..')

function projectOf(mutant: Mutant): TestProjectInlineConfiguration {
  // Vitest heeds the pattern of a project, though its type knows it at the root only.
  const onlyKiller = { testNamePattern: new RegExp(`^${escapePattern(mutant.killer.title)}$`) }
  return {
    root,
    plugins: [compiledSources(mutatedBuild(mutant))],
    test: {
      name: mutant.name,
      include: [mutant.killer.file],
      ...onlyKiller,
      pool: 'threads',
      server: { deps: { external: [/\/dist\/\.mutants\/.*\.js$/] } },
      testTimeout: 30_000,
    },
  }
}

function escapePattern(title: string): string {
  return title.replace(/[.*+?^${}()|[\]\\]/g, (character) => `\\${character}`)
}

const only = process.env['QUADRILLE_MUTANT']
const chosen = mutants.filter(({ name }) => only === undefined || name === only)

build()
makeMutatedBuilds(chosen)

export default defineConfig({
  root,
  test: {
    maxWorkers: availableParallelism(),
    projects: chosen.map(projectOf),
    reporters: [new MutantReporter()],
  },
})
