// A Vitest reporter that writes how many tests passed, failed and were skipped to the file
// QUADRILLE_COUNT_FILE names.

import { writeFileSync } from 'node:fs'

export default class CountReporter {
  onTestRunEnd(modules, unhandledErrors) {
    const count = { passed: 0, failed: 0, skipped: 0 }
    for (const module of modules) {
      for (const test of module.children.allTests()) count[keyOf(test)] += 1
      // A file that does not load and a hook that throws have no test of their own to fail.
      count.failed += module.errors().length
      for (const suite of module.children.allSuites()) count.failed += suite.errors().length
    }
    count.failed += unhandledErrors.length
    writeFileSync(process.env['QUADRILLE_COUNT_FILE'], JSON.stringify(count))
  }
}

function keyOf(test) {
  const { state } = test.result()
  return state === 'pending' ? 'failed' : state
}
