// The logger port: four levels, structured fields and a scope that names the room.

/** What a line says beside its message: keys are glossary words (`height`, `round`, `peer`). */
export type LogFields = Readonly<Record<string, unknown>>

/**
 * Writes lines. A call never throws and never waits. Values may be bigint, bytes (printed as
 * upper-case hex), errors and plain data.
 */
export interface Logger {
  debug(message: string, fields?: LogFields): void
  info(message: string, fields?: LogFields): void
  warn(message: string, fields?: LogFields): void
  error(message: string, fields?: LogFields): void
  /** A logger for one room; `scope` is the room's name and replaces the parent's scope. */
  child(scope: string): Logger
}
