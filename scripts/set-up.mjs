// The set-up that every command does first: packages from the lockfile, the build, and the
// `quadrille` command.

import { createHash } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join, relative } from 'node:path'
import { root, runNpm, runTool } from './run.mjs'

const modules = join(root, 'node_modules')
const stamp = join(modules, '.quadrille-lock')
const command = join(root, 'dist', 'node', 'command', 'main.js')
const bundling = 'scripts/command.config.mjs'
/** What the compiler writes last, of each floor, and how it is bundled. */
const inputs = ['core', 'host', 'node'].map((name) => join(root, 'dist', name, '.tsbuildinfo'))
inputs.push(join(root, bundling))

/** Brings node_modules to what package-lock.json says. Free when it is so already. */
export async function install() {
  const lock = readFileSync(join(root, 'package-lock.json'))
  const digest = createHash('sha256').update(lock).digest('hex')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) return
  if (!isInstalled(JSON.parse(lock.toString()))) {
    await step('installing packages', () =>
      runNpm(['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error']),
    )
  }
  writeFileSync(stamp, digest)
}

/** Packages, and dist/ as src/ says: what a command needs that runs the compiled program. */
export async function setUp() {
  await install()
  await step('building', async () => {
    const built = await runTool('typescript', ['-b', 'src/node'])
    return built.code === 0 ? bundle() : built
  })
}

/**
 * Makes of dist/ the command line's few files, when they are older than it, and
 * node_modules/.bin/quadrille that enters them, which npm does only for dependents.
 */
export async function bundle() {
  const bundled = isBundled()
    ? { code: 0, output: '' }
    : await runTool('rolldown', ['--config', bundling])
  if (bundled.code === 0) linkCommand()
  return bundled
}

function isBundled() {
  if (!existsSync(command)) return false
  const { mtimeMs } = statSync(command)
  return inputs.every((input) => statSync(input).mtimeMs < mtimeMs)
}

function linkCommand() {
  chmodSync(command, 0o755)
  const folder = join(modules, '.bin')
  const link = join(folder, 'quadrille')
  mkdirSync(folder, { recursive: true })
  if (process.platform === 'win32') {
    writeFileSync(link, '')
    writeFileSync(`${link}.cmd`, `@node "%~dp0\\${relative(folder, command)}" %*\r\n`)
    return
  }
  const target = relative(folder, command)
  const present = lstatSync(link, { throwIfNoEntry: false })
  if (present?.isSymbolicLink() && readlinkSync(link) === target) return
  rmSync(link, { force: true })
  symlinkSync(target, link)
}

/**
 * Whether npm's own record of node_modules agrees with the lockfile, as it does after `npm ci` by
 * hand.
 */
function isInstalled(lock) {
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

/**
 * Does one step, says so once it takes longer than two seconds, and ends the command with the
 * step's own words when it fails.
 */
async function step(what, action) {
  const started = Date.now()
  let told = false
  const timer = setTimeout(() => {
    told = true
    console.log(`set-up: ${what} ...`)
  }, 2000)
  const { code, output } = await action()
  clearTimeout(timer)
  if (code !== 0) {
    console.error(`set-up: ${what} failed\n${output.trimEnd()}`)
    process.exit(1)
  }
  if (told) console.log(`set-up: ${what} took ${((Date.now() - started) / 1000).toFixed(1)} s`)
}
