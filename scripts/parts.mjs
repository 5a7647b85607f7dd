// The parts of the test commands, the sum of their counts, and the closing line.

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root, runTool } from './run.mjs'
import { bundle } from './set-up.mjs'

const reporter = join(root, 'scripts', 'count-reporter.mjs')

/** Adds up the counts of parts; `close` prints the one line that every test command ends with. */
export class Tally {
  #passed = 0
  #failed = 0
  #skipped = 0
  #started = Date.now()

  add({ passed = 0, failed = 0, skipped = 0 }) {
    this.#passed += passed
    this.#failed += failed
    this.#skipped += skipped
    return failed === 0
  }

  /** Prints the closing line and answers the exit code. */
  close() {
    const seconds = ((Date.now() - this.#started) / 1000).toFixed(0)
    console.log(`\ntook ${seconds} s${this.#skipped === 0 ? '' : `, ${this.#skipped} skipped`}`)
    console.log(`${this.#passed} passed, ${this.#failed} failed`)
    return this.#failed === 0 ? 0 : 1
  }
}

/** Types of sources and tests; also brings dist/ and the command up to date. */
export function types() {
  return check('types', async () => {
    const built = await runTool('typescript', ['-b', 'src/node', 'test', '--pretty'])
    return built.code === 0 ? bundle() : built
  })
}

/** The rules of .oxlintrc.json; warnings are shown and do not fail. */
export function lint() {
  return check('lint', () => runTool('oxlint', []))
}

/** The layout of .oxfmtrc.json. */
export function format() {
  return check('format', () => runTool('oxfmt', ['--check']))
}

/**
 * Tests of one or more Vitest projects, the files' names containing one of `filters` where given.
 * `env` goes to the tests; a run that is not over after `limitMs` is ended and counts as one
 * failure. With `behind` it has a low priority, and what it prints is part of the answer.
 */
export async function tests(projects, { filters = [], env = {}, limitMs, behind = false } = {}) {
  if (!projects.some(hasTests)) {
    console.log(`${projects.join(' and ')}: there are no tests of this kind`)
    return {}
  }
  const folder = mkdtempSync(join(tmpdir(), 'quadrille-count-'))
  const file = join(folder, 'count.json')
  const args = ['run', '--passWithNoTests', '--reporter=default', `--reporter=${reporter}`]
  for (const project of projects) args.push('--project', project)
  try {
    const { code, late, output } = await runTool('vitest', [...args, ...filters], {
      show: !behind,
      behind,
      env: { ...env, QUADRILLE_COUNT_FILE: file },
      limitMs,
    })
    if (late) {
      console.log(`${projects.join(' and ')}: ended after ${limitMs / 1000} s`)
      return { failed: 1 }
    }
    const count = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : { failed: 0 }
    if (code !== 0 && count.failed === 0) count.failed = 1
    return { ...count, output }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/**
 * Begins tests that run beside all that follows and leave it the processors. The answer waits for
 * their end, and only then shows what they printed.
 */
export function testsBehind(projects) {
  const ended = tests(projects, { behind: true }).catch((error) => ({
    failed: 1,
    output: `${projects.join(' and ')}: not counted: ${error.message}\n`,
  }))
  return async () => {
    const { output = '', ...count } = await ended
    process.stdout.write(output)
    return count
  }
}

/**
 * Deliberate mistakes in the sources: each counts as passed when the test that it names fails.
 */
export async function mutants() {
  const folder = mkdtempSync(join(tmpdir(), 'quadrille-count-'))
  const file = join(folder, 'count.json')
  const config = join(root, 'test', 'mutants', 'vitest.config.ts')
  try {
    await runTool('vitest', ['run', '--config', config], {
      show: true,
      env: { QUADRILLE_COUNT_FILE: file },
    })
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    console.log(`mutants  FAILED (they were not counted: ${error.message})`)
    return { failed: 1 }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const endings = { unit: '.test.ts', vectors: '.vectors.test.ts', long: '.property.test.ts' }

/**
 * Whether vitest.config.ts gives any file to the project: by its folder, or by how its name ends.
 */
function hasTests(project) {
  const own = existsSync(join(root, 'test', project)) && endsIn(join('test', project), '.test.ts')
  const ending = endings[project]
  return own || (ending !== undefined && ['src', 'test'].some((place) => endsIn(place, ending)))
}

function endsIn(folder, ending) {
  return readdirSync(join(root, folder), { recursive: true }).some((file) => file.endsWith(ending))
}

async function check(name, action) {
  const started = Date.now()
  const { code, output } = await action()
  const seconds = ((Date.now() - started) / 1000).toFixed(1)
  console.log(`${name.padEnd(8)} ${code === 0 ? 'ok' : 'FAILED'} (${seconds} s)`)
  const worthShowing = code !== 0 || (name === 'lint' && !output.includes('Found 0 warnings'))
  if (worthShowing) console.log(output.trimEnd())
  return code === 0 ? { passed: 1 } : { failed: 1 }
}
