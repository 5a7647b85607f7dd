// A logger for one of several nodes in a process: every line carries the node's name.

import type { LogFields, Logger } from '../../host/ports/index.ts'

/** Adds the field `node` to every line of `logger`. */
export class NodeLogger implements Logger {
  readonly #logger: Logger
  readonly #name: string

  constructor(logger: Logger, name: string) {
    this.#logger = logger
    this.#name = name
  }

  debug(message: string, fields?: LogFields): void {
    this.#logger.debug(message, { node: this.#name, ...fields })
  }

  info(message: string, fields?: LogFields): void {
    this.#logger.info(message, { node: this.#name, ...fields })
  }

  warn(message: string, fields?: LogFields): void {
    this.#logger.warn(message, { node: this.#name, ...fields })
  }

  error(message: string, fields?: LogFields): void {
    this.#logger.error(message, { node: this.#name, ...fields })
  }

  child(scope: string): Logger {
    return new NodeLogger(this.#logger.child(scope), this.#name)
  }
}
