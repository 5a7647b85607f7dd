// A folder that looks like a built clone, in which blocks of documents are played, each on ports of
// its own.

import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { afterAll } from 'vitest'
import { QUADRILLE } from '../network/node-process.ts'

/** The checkout. */
export const root = fileURLToPath(new URL('../..', import.meta.url))

/** The ports of documents, 26600 to 26699, stand for a hundred of the clone's own. */
const DOCUMENT_PORTS = /\b266(\d\d)\b/g
/** Above those that other tests take, below those that the system gives out. */
const FIRST_HUNDRED = 300
/** Where the first clone's devnet finds its ports: what lies below is left to other tests. */
const FIRST_DEVNET_PORT = 27_656
const COMPILE =
  'tsc --ignoreConfig --rootDir . --target es2022 --module nodenext --lib esnext --types node ' +
  '--strict --exactOptionalPropertyTypes --noUncheckedIndexedAccess --outDir out'

const clones: DocClone[] = []

afterAll(async () => {
  await Promise.all(clones.map((clone) => clone.remove()))
})

/** How commands ended, and all that they printed. */
export interface Played {
  readonly code: number | null
  readonly out: string
}

/** A clone for one block; gone, with what runs in it, after the tests of the file. */
export class DocClone {
  readonly folder: string
  readonly #index = clones.length
  readonly #commands: Command[] = []

  constructor() {
    clones.push(this)
    this.folder = realpathSync(mkdtempSync(join(tmpdir(), 'quadrille-docs-')))
    for (const name of ['dist', 'node_modules', 'package.json']) {
      symlinkSync(join(root, name), join(this.folder, name))
    }
    cpSync(join(root, 'examples'), join(this.folder, 'examples'), { recursive: true })
    mkdirSync(join(this.folder, 'bin'))
    this.#write(
      'bin/npx',
      `#!/bin/sh\nname=$1; shift; exec "${root}node_modules/.bin/$name" "$@"\n`,
    )
    this.#write('bin/npm', NPM)
    const firstPort = FIRST_DEVNET_PORT + 100 * this.#index
    this.#write('usual-ports-are-taken.mjs', portsAreTakenBelow(firstPort))
  }

  /** Runs shell commands to their end; the first one that fails ends them. */
  shell(script: string): Promise<Played> {
    return this.start(script).ended
  }

  /** Compiles a program, with its types, and runs it to its end. */
  program(code: string, language: string): Promise<Played> {
    this.#write(`block.${language}`, code)
    if (language !== 'ts') return this.shell(`node block.${language}`)
    return this.shell(`npx ${COMPILE} block.ts && node out/block.js`)
  }

  /** Starts shell commands. */
  start(script: string): Command {
    const hundred = FIRST_HUNDRED + this.#index
    const moved = script.replace(DOCUMENT_PORTS, (_port, last: string) => `${hundred}${last}`)
    const command = new Command(moved, this.folder)
    this.#commands.push(command)
    return command
  }

  async remove(): Promise<void> {
    await Promise.all(this.#commands.map((command) => command.kill()))
    rmSync(this.folder, { recursive: true, force: true })
  }

  #write(name: string, text: string): void {
    const path = join(this.folder, name)
    writeFileSync(path, text)
    chmodSync(path, 0o755)
  }
}

/** Shell commands that run, with everything they start, in a process group of their own. */
export class Command {
  readonly ended: Promise<Played>
  readonly #child: ChildProcess
  readonly #watchers = new Set<() => void>()
  #out = ''
  #isOver = false

  constructor(script: string, folder: string) {
    const preload = pathToFileURL(join(folder, 'usual-ports-are-taken.mjs')).href
    this.#child = spawn('bash', ['-euo', 'pipefail', '-c', `${script}\n`], {
      cwd: folder,
      detached: true,
      env: {
        PATH: `${join(folder, 'bin')}:${process.env['PATH'] ?? ''}`,
        HOME: folder,
        NODE_OPTIONS: `--import=${preload}`,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const take = (bytes: Buffer): void => {
      this.#out += bytes.toString()
      for (const watcher of this.#watchers) watcher()
    }
    this.#child.stdout?.on('data', take)
    this.#child.stderr?.on('data', take)
    // What the shell has left in the background would keep its output open.
    this.#child.once('exit', () => this.#signal('SIGKILL'))
    this.ended = new Promise((resolve) => {
      this.#child.once('close', (code) => {
        this.#isOver = true
        for (const watcher of this.#watchers) watcher()
        resolve({ code, out: this.#out })
      })
    })
  }

  /** True as soon as there are `count` complete lines that count; false when it ends before. */
  lines(count: number, counts: (line: string) => boolean): Promise<boolean> {
    return new Promise((resolve) => {
      const look = (): void => {
        const isThere = this.#out.split('\n').slice(0, -1).filter(counts).length >= count
        if (!isThere && !this.#isOver) return
        this.#watchers.delete(look)
        resolve(isThere)
      }
      this.#watchers.add(look)
      look()
    })
  }

  /** Ctrl-C, as a terminal sends it: to the whole group. */
  interrupt(): Promise<Played> {
    this.#signal('SIGINT')
    return this.ended
  }

  async kill(): Promise<void> {
    if (!this.#isOver) this.#signal('SIGKILL')
    await this.ended
  }

  #signal(name: NodeJS.Signals): void {
    const { pid } = this.#child
    if (pid === undefined) return
    try {
      process.kill(-pid, name)
    } catch {
      // Nothing of the group is left.
    }
  }
}

// What the tests have done already is not done again: `npm run build`.
const NPM = `#!/bin/sh
case "$*" in
  start) exec ${QUADRILLE.map((word) => `"${word}"`).join(' ')} dev ;;
  'run build') ;;
  *) echo "npm $*: not played here"; exit 1 ;;
esac
`

// Other tests use the usual ports of a devnet at this moment.
function portsAreTakenBelow(port: number): string {
  return `import { Server } from 'node:net'

const listen = Server.prototype.listen
Server.prototype.listen = function (options, ...rest) {
  const isTaken = options?.port >= 26656 && options.port < ${port}
  if (!isTaken) return listen.call(this, options, ...rest)
  const error = Object.assign(new Error('taken'), { code: 'EADDRINUSE' })
  process.nextTick(() => this.emit('error', error))
  return this
}
`
}
