// One project per mutant: its killer runs on sources with the mistake in them. Run by
// `npm test`, which turns the result round: a mutant whose killer passes has survived.

import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { defineConfig } from 'vitest/config'
import type { TestProjectInlineConfiguration } from 'vitest/config'
import { applyMutant } from './mutant.ts'
import type { Mutant } from './mutant.ts'
import { mutants } from './registry.ts'
import { MutantReporter } from './reporter.ts'

const root = join(import.meta.dirname, '..', '..')

function projectOf(mutant: Mutant): TestProjectInlineConfiguration {
  const file = join(root, mutant.file)
  // Vitest heeds the pattern of a project, though its type knows it at the root only.
  const onlyKiller = { testNamePattern: new RegExp(`^${escapePattern(mutant.killer.title)}$`) }
  return {
    root,
    plugins: [
      {
        name: 'mutant',
        enforce: 'pre',
        transform: (text, id) => (id === file ? applyMutant(mutant, text) : null),
      },
    ],
    test: {
      name: mutant.name,
      include: [mutant.killer.file],
      ...onlyKiller,
      pool: 'threads',
      testTimeout: 30_000,
    },
  }
}

function escapePattern(title: string): string {
  return title.replace(/[.*+?^${}()|[\]\\]/g, (character) => `\\${character}`)
}

const only = process.env['QUADRILLE_MUTANT']
const chosen = mutants.filter(({ name }) => only === undefined || name === only)

export default defineConfig({
  root,
  test: {
    maxWorkers: availableParallelism(),
    projects: chosen.map(projectOf),
    reporters: [new MutantReporter()],
  },
})
