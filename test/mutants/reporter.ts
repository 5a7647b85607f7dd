// Turns the result of the killers round: a failed test is a dead mutant, anything else a failure.

import { writeFileSync } from 'node:fs'
import type { Reporter, TestModule } from 'vitest/node'
import type { Mutant } from './mutant.ts'
import { removeMutatedBuilds } from './mutated-build.ts'
import { mutants } from './registry.ts'

/** What became of one mutant. */
type Fate = 'killed' | 'survived' | 'broken'

/** Prints a line per mutant, and the counts to the file that QUADRILLE_COUNT_FILE names. */
export class MutantReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const fates = new Map<string, Fate>()
    for (const module of modules) {
      const mutant = mutants.find(({ name }) => name === module.project.name)
      if (mutant !== undefined) fates.set(mutant.name, fateOf(mutant, module))
    }
    let failed = errors.length
    const only = process.env['QUADRILLE_MUTANT']
    for (const { name, mistake, killer } of mutants) {
      if (only !== undefined && name !== only) continue
      const fate = fates.get(name) ?? 'broken'
      if (fate === 'killed') continue
      failed++
      const what = fate === 'survived' ? 'SURVIVED' : 'BROKEN (its killer did not run)'
      print(`mutant ${name} ${what}: ${mistake}; ${killer.file}, "${killer.title}"`)
    }
    for (const error of errors) print(error)
    const passed = [...fates.values()].filter((fate) => fate === 'killed').length
    print(`mutants  ${passed} killed, ${failed} not`)
    const file = process.env['QUADRILLE_COUNT_FILE']
    if (file !== undefined) writeFileSync(file, JSON.stringify({ passed, failed, skipped: 0 }))
    removeMutatedBuilds()
  }
}

function fateOf({ killer }: Mutant, module: TestModule): Fate {
  for (const test of module.children.allTests()) {
    if (test.fullName.replaceAll(' > ', ' ') !== killer.title) continue
    const { state, errors = [] } = test.result()
    // A mistake in the mutant itself is none that a test has noticed.
    if (errors.some(({ name }) => name === 'ReferenceError' || name === 'SyntaxError')) break
    return state === 'failed' ? 'killed' : state === 'passed' ? 'survived' : 'broken'
  }
  return 'broken'
}

function print(line: unknown): void {
  process.stdout.write(`${line instanceof Error ? (line.stack ?? line.message) : String(line)}\n`)
}
