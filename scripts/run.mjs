// Starts other programs: a tool from node_modules, npm itself, or Node, with the output shown or
// kept.

import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { constants, setPriority } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder of the checkout, whatever the working directory is. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)))

/**
 * Runs a Node program in the checkout and answers its exit code and what it printed. With `show`
 * the output goes straight to the terminal instead, which keeps colours and progress; with
 * `limitMs` the program is ended after that time and `late` is true; with `behind` it is
 * given little of the processor while others want it.
 */
export function runNode(file, args, options) {
  return run(process.execPath, [file, ...args], options)
}

/** Runs a tool of node_modules, by the name of its package, as `runNode` does. */
export function runTool(name, args, options) {
  return runNode(toolFile(name), args, options)
}

/** Runs npm: the one that started this script where there is one. */
export function runNpm(args, options) {
  const npm = process.env['npm_execpath']
  if (npm !== undefined && /\.[cm]?js$/.test(npm)) return runNode(npm, args, options)
  return run(process.platform === 'win32' ? 'npm.cmd' : 'npm', args, {
    shell: process.platform === 'win32',
    ...options,
  })
}

function toolFile(name) {
  const folder = join(root, 'node_modules', name)
  const manifest = join(folder, 'package.json')
  if (!existsSync(manifest)) throw new Error(`${name} is not installed: run npm ci`)
  const { bin } = JSON.parse(readFileSync(manifest, 'utf8'))
  return join(folder, typeof bin === 'string' ? bin : (bin[name] ?? Object.values(bin)[0]))
}

function run(command, args, { show = false, env = {}, limitMs, shell, behind = false } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: root,
      shell,
      env: { ...process.env, ...env },
      stdio: show ? 'inherit' : ['ignore', 'pipe', 'pipe'],
    })
    // At once: threads have the priority that their maker has at that moment.
    if (behind && child.pid !== undefined) {
      setPriority(child.pid, constants.priority.PRIORITY_BELOW_NORMAL)
    }
    let output = ''
    let late = false
    child.stdout?.setEncoding('utf8').on('data', (text) => (output += text))
    child.stderr?.setEncoding('utf8').on('data', (text) => (output += text))
    const timer =
      limitMs === undefined
        ? undefined
        : setTimeout(() => {
            late = true
            child.kill('SIGTERM')
            setTimeout(() => child.kill('SIGKILL'), 5000).unref()
          }, limitMs)
    child.on('error', reject)
    child.on('close', (code) => {
      clearTimeout(timer)
      resolve({ code: code ?? 1, output, late })
    })
  })
}
