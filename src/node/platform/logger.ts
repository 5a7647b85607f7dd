// The logger of a node: pino, with CometBFT's level filter, as lines for people or as JSON.

import type { DestinationStream } from 'pino'
import { destination, pino, stdTimeFunctions } from 'pino'
import type { LogFields, Logger } from '../../host/ports/index.ts'
import { formatLine, plainValue } from './log-line.ts'
import type { LogFilter, LogLevel } from './log-level.ts'
import { LOG_LEVELS } from './log-level.ts'

/** How a node logs. */
export interface LoggerOptions {
  readonly filter: LogFilter
  readonly format: 'plain' | 'json'
  /** Where lines go; standard output when absent. */
  readonly output?: DestinationStream
}

type ShownLevel = Exclude<LogLevel, 'none'>
const RANK: Readonly<Record<ShownLevel, number>> = { debug: 0, info: 1, warn: 2, error: 3 }

type Write = (level: ShownLevel, room: string, message: string, fields: LogFields) => void

/**
 * A logger whose scope is a room. Standard output is written at once, so that nothing is lost when
 * the process ends right after; a line below its room's level costs one comparison.
 */
export function makeLogger({ filter, format, output }: LoggerOptions): Logger {
  const stream = output ?? destination({ fd: 1, sync: true })
  const write = format === 'json' ? jsonWriter(stream) : plainWriter(stream)
  return new RoomLogger('main', filter, write)
}

class RoomLogger implements Logger {
  readonly #room: string
  readonly #filter: LogFilter
  readonly #write: Write
  readonly #lowest: number

  constructor(room: string, filter: LogFilter, write: Write) {
    this.#room = room
    this.#filter = filter
    this.#write = write
    this.#lowest = LOG_LEVELS.indexOf(filter.rooms.get(room) ?? filter.rest)
  }

  debug(message: string, fields: LogFields = {}): void {
    this.#log('debug', message, fields)
  }

  info(message: string, fields: LogFields = {}): void {
    this.#log('info', message, fields)
  }

  warn(message: string, fields: LogFields = {}): void {
    this.#log('warn', message, fields)
  }

  error(message: string, fields: LogFields = {}): void {
    this.#log('error', message, fields)
  }

  child(scope: string): Logger {
    return new RoomLogger(scope, this.#filter, this.#write)
  }

  #log(level: ShownLevel, message: string, fields: LogFields): void {
    if (this.#lowest <= RANK[level]) this.#write(level, this.#room, message, fields)
  }
}

function plainWriter(stream: DestinationStream): Write {
  return (level, room, message, fields) => {
    stream.write(formatLine({ time: new Date(), level, room, message, fields }))
  }
}

/** Keys as CometBFT's JSON log has them (`module`, `height`, `round`, `step`). */
function jsonWriter(stream: DestinationStream): Write {
  const logger = pino(
    {
      level: 'debug',
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (level) => ({ level }) },
    },
    stream,
  )
  return (level, room, message, fields) => {
    const entry: Record<string, unknown> = { module: room }
    for (const [key, value] of Object.entries(fields)) entry[key] = plainValue(value)
    logger[level](entry, message)
  }
}
