// One node as a process: started from a home, watched by its output, ended by its id.
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** The command `quadrille` of this checkout. */
export const QUADRILLE: readonly string[] = [
  process.execPath,
  fileURLToPath(new URL('../../dist/node/command/main.js', import.meta.url)),
]

const KEPT_OUTPUT = 200_000

/** A process that runs a node. */
export class NodeProcess {
  readonly #child: ChildProcess
  #output = ''
  readonly #watchers = new Set<() => void>()
  readonly exited: Promise<number | null>

  constructor(command: readonly string[], args: readonly string[]) {
    const [program = '', ...first] = command
    this.#child = spawn(program, [...first, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
    const take = (bytes: Buffer): void => {
      this.#output = (this.#output + bytes.toString()).slice(-KEPT_OUTPUT)
      for (const watcher of this.#watchers) watcher()
    }
    this.#child.stdout?.on('data', take)
    this.#child.stderr?.on('data', take)
    this.exited = new Promise((resolve) => {
      this.#child.once('exit', (code) => {
        resolve(code)
        for (const watcher of this.#watchers) watcher()
      })
    })
  }

  /** Everything printed so far, of which the end is kept. */
  get output(): string {
    return this.#output
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null
  }

  /** Resolves when the output has a match; rejects with the output when the process ends before. */
  printed(pattern: RegExp): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        if (pattern.test(this.#output)) resolve()
        else if (!this.isRunning) reject(new Error(`ended before ${pattern}:\n${this.#output}`))
        else return
        this.#watchers.delete(look)
      }
      this.#watchers.add(look)
      look()
    })
  }

  /** Ends the process and resolves with its exit code, null when a signal ended it. */
  async end(signal: 'SIGTERM' | 'SIGKILL' | 'SIGINT'): Promise<number | null> {
    if (this.isRunning) this.#child.kill(signal)
    return this.exited
  }
}
