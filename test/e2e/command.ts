// The command `quadrille` as a process: in a folder of its own, watched line by line, ended by its
// id.

import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { QUADRILLE } from '../network/node-process.ts'

const running = new Set<RunningCommand>()
const folders: string[] = []

// At the end of the file, not of a test: tests that run at once do not know which of them asks.
afterAll(async () => {
  for (const command of running) command.signal('SIGKILL')
  await Promise.all([...running].map(({ ended }) => ended))
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

/** How a command ended. */
export interface Ended {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

/** Where and with what a command runs. */
export interface CommandOptions {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
}

/** A running command; what still runs when the tests of a file are over is killed. */
export class RunningCommand {
  readonly ended: Promise<Ended>
  readonly #child: ChildProcess
  readonly #watchers = new Set<() => void>()
  #out = ''
  #err = ''
  #isOver = false

  constructor(args: readonly string[], { cwd = tmpdir(), env = {} }: CommandOptions = {}) {
    const [program = '', ...first] = QUADRILLE
    this.#child = spawn(program, [...first, ...args], {
      cwd,
      env: { ...withoutCometSettings(), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#child.stdout?.on('data', (bytes: Buffer) => {
      this.#out += bytes.toString()
      this.#tell()
    })
    this.#child.stderr?.on('data', (bytes: Buffer) => {
      this.#err += bytes.toString()
    })
    this.ended = new Promise((resolve) => {
      this.#child.once('close', (code) => {
        this.#isOver = true
        running.delete(this)
        this.#tell()
        resolve({ code, out: this.#out, err: this.#err })
      })
    })
    running.add(this)
  }

  /** The complete lines printed so far. */
  get lines(): readonly string[] {
    return this.#out.split('\n').slice(0, -1)
  }

  /**
   * The `count`th line with a match, as soon as it is there; rejects when the process ends before.
   */
  line(pattern: RegExp, count = 1): Promise<string> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const found = this.lines.filter((line) => pattern.test(line))[count - 1]
        if (found !== undefined) resolve(found)
        else if (this.#isOver) reject(new Error(`no ${pattern} in:\n${this.#out}${this.#err}`))
        else return
        this.#watchers.delete(look)
      }
      this.#watchers.add(look)
      look()
    })
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name)
  }

  /** Reads no more, as `head` does after its lines. */
  closeOutput(): void {
    this.#child.stdout?.destroy()
  }

  #tell(): void {
    for (const watcher of this.#watchers) watcher()
  }
}

/** Runs a command to its end. */
export function quadrille(args: readonly string[], options?: CommandOptions): Promise<Ended> {
  return new RunningCommand(args, options).ended
}

/** A folder that is gone after the tests of a file. */
export function folderForTest(): string {
  const folder = mkdtempSync(join(tmpdir(), 'quadrille-e2e-'))
  folders.push(folder)
  return folder
}

function withoutCometSettings(): Record<string, string | undefined> {
  const entries = Object.entries(process.env).filter(([name]) => !name.startsWith('CMT'))
  return Object.fromEntries(entries)
}
