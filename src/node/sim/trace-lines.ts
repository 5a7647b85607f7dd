// Reads a file line by line and writes one the same way, without holding it in memory.

import { closeSync, openSync, readSync, writeSync } from 'node:fs'
import { SimError } from './errors.ts'

const CHUNK_BYTES = 65_536
/** A longer line is no line of a trace: a plan with the longest script has less. */
const MAX_LINE_CHARS = 33_554_432

/**
 * The lines of a file, without their ends; the file is open while they are read.
 * @throws SimError `SIM_FILE` when it cannot be read, `SIM_BAD_TRACE` for a line without end
 */
export function* readLines(path: string): Generator<string, void, undefined> {
  const file = attempt(path, () => openSync(path, 'r'))
  const decoder = new TextDecoder()
  const chunk = new Uint8Array(CHUNK_BYTES)
  try {
    let rest = ''
    for (;;) {
      const size = attempt(path, () => readSync(file, chunk))
      rest += decoder.decode(chunk.subarray(0, size), { stream: size > 0 })
      const lines = rest.split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) yield withoutReturn(line)
      if (rest.length > MAX_LINE_CHARS) {
        throw new SimError('SIM_BAD_TRACE', `${path}: expected JSON lines, got one without end`)
      }
      if (size === 0) break
    }
    if (rest !== '') yield withoutReturn(rest)
  } finally {
    closeSync(file)
  }
}

// A file that went through Windows has its ends of lines.
function withoutReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line
}

/** Writes lines to a new file, many at once. */
export class LineWriter {
  readonly #path: string
  readonly #file: number
  #waiting: string[] = []
  #waitingChars = 0

  /** @throws SimError `SIM_FILE` when the file cannot be made */
  constructor(path: string) {
    this.#path = path
    this.#file = attempt(path, () => openSync(path, 'w'))
  }

  write(line: string): void {
    this.#waiting.push(line)
    this.#waitingChars += line.length
    if (this.#waitingChars >= CHUNK_BYTES) this.#flush()
  }

  close(): void {
    this.#flush()
    closeSync(this.#file)
  }

  #flush(): void {
    if (this.#waiting.length === 0) return
    const text = Buffer.from(`${this.#waiting.join('\n')}\n`)
    this.#waiting = []
    this.#waitingChars = 0
    for (let done = 0; done < text.length;) {
      done += attempt(this.#path, () => writeSync(this.#file, text, done))
    }
  }
}

function attempt<T>(path: string, action: () => T): T {
  try {
    return action()
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new SimError('SIM_FILE', `${path}: ${reason}`, error)
  }
}
