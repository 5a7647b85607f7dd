// Turns the result of the killers round: a failed test is a dead mutant, anything else a failure.

import { writeFileSync } from 'node:fs'
import type { Reporter, TestCase, TestModule } from 'vitest/node'
import { mutants } from './registry.ts'

/** What became of one mutant. */
type Fate = 'killed' | 'survived' | 'broken'

/** Prints a line per mutant, and the counts to the file that QUADRILLE_COUNT_FILE names. */
export class MutantReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const fates = new Map<string, Fate>()
    for (const module of modules) fates.set(module.project.name, fateOf(module))
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
  }
}

function fateOf(module: TestModule): Fate {
  const states = [...module.children.allTests()].map((test: TestCase) => test.result().state)
  if (states.includes('failed')) return 'killed'
  return states.includes('passed') ? 'survived' : 'broken'
}

function print(line: unknown): void {
  process.stdout.write(`${line instanceof Error ? (line.stack ?? line.message) : String(line)}\n`)
}
