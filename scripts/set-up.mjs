// The set-up that every command does first: packages from the lockfile, the build, and the
// `quadrille` command.

import { createHash } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { root, runNpm, runTool } from './run.mjs'

const modules = join(root, 'node_modules')
const stamp = join(modules, '.quadrille-lock')
const main = join(root, 'dist', 'node', 'cli', 'main.js')

/**
 * Brings node_modules to what package-lock.json says. Free when it is so already. Throws with npm's
 * own words.
 */
export async function install() {
  const lock = readFileSync(join(root, 'package-lock.json'))
  const digest = createHash('sha256').update(lock).digest('hex')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) return
  if (!installedByHand(JSON.parse(lock.toString()))) {
    const { code, output } = await withProgress('installing packages', () =>
      runNpm(['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error']),
    )
    if (code !== 0) throw new Error(`npm ci failed:\n${output}`)
  }
  writeFileSync(stamp, digest)
}

/**
 * Compiles src/ into dist/ as far as it is stale and makes `npx quadrille` work. Throws with the
 * compiler's words.
 */
export async function build() {
  const { code, output } = await withProgress('building', () =>
    runTool('typescript', ['-b', 'src/node']),
  )
  if (code !== 0) throw new Error(`the build failed:\n${output}`)
  linkCommand()
}

/** Both: what a command needs that runs the compiled program. */
export async function setUp() {
  await install()
  await build()
}

/**
 * Makes node_modules/.bin/quadrille enter the compiled command line, which npm does only for
 * dependents.
 */
export function linkCommand() {
  if (!existsSync(main)) return
  if ((statSync(main).mode & 0o111) !== 0o111) chmodSync(main, 0o755)
  const link = join(modules, '.bin', 'quadrille')
  if (lstatSync(link, { throwIfNoEntry: false }) !== undefined) return
  mkdirSync(join(modules, '.bin'), { recursive: true })
  if (process.platform === 'win32') {
    writeFileSync(link, '')
    writeFileSync(`${link}.cmd`, '@node "%~dp0\\..\\..\\dist\\node\\cli\\main.js" %*\r\n')
  } else {
    symlinkSync(join('..', '..', 'dist', 'node', 'cli', 'main.js'), link)
  }
}

/**
 * Whether npm's own record of node_modules agrees with the lockfile, as it does after `npm ci` by
 * hand.
 */
function installedByHand(lock) {
  const record = join(modules, '.package-lock.json')
  if (!existsSync(record)) return false
  const present = JSON.parse(readFileSync(record, 'utf8')).packages
  return Object.entries(lock.packages).every(([path, wanted]) => {
    if (path === '') return true
    const found = present[path]
    if (found === undefined) return wanted.optional === true
    return found.version === wanted.version && found.integrity === wanted.integrity
  })
}

/** Says what is going on once it takes longer than two seconds. */
async function withProgress(what, action) {
  const started = Date.now()
  let told = false
  const timer = setTimeout(() => {
    told = true
    console.log(`set-up: ${what} ...`)
  }, 2000)
  try {
    return await action()
  } finally {
    clearTimeout(timer)
    if (told) console.log(`set-up: ${what} took ${((Date.now() - started) / 1000).toFixed(1)} s`)
  }
}
