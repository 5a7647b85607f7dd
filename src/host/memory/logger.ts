// A logger that keeps its lines, for tests that state what a user is told, and one that says
// nothing.

import type { LogFields, Logger } from '../ports/index.ts'

/** One line as it was logged. */
export interface LogLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error'
  readonly scope: string
  readonly message: string
  readonly fields: LogFields
}

const MAX_LINES = 10_000

/** Keeps the last 10,000 lines of itself and its children in `lines`. */
export class MemoryLogger implements Logger {
  readonly lines: LogLine[]
  readonly #scope: string

  constructor(scope = '', lines: LogLine[] = []) {
    this.#scope = scope
    this.lines = lines
  }

  debug(message: string, fields: LogFields = {}): void {
    this.#keep({ level: 'debug', scope: this.#scope, message, fields })
  }

  info(message: string, fields: LogFields = {}): void {
    this.#keep({ level: 'info', scope: this.#scope, message, fields })
  }

  warn(message: string, fields: LogFields = {}): void {
    this.#keep({ level: 'warn', scope: this.#scope, message, fields })
  }

  error(message: string, fields: LogFields = {}): void {
    this.#keep({ level: 'error', scope: this.#scope, message, fields })
  }

  child(scope: string): Logger {
    return new MemoryLogger(scope, this.lines)
  }

  #keep(line: LogLine): void {
    if (this.lines.length >= MAX_LINES) this.lines.shift()
    this.lines.push(line)
  }
}

/** Drops every line. */
export const silentLogger: Logger = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
  child: () => silentLogger,
}
