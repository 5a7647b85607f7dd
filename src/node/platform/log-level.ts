// The log level filter of CometBFT's `--log_level`: one level, or `room:level` pairs with `*` for
// the rest.

import type { Result } from '../../core/bytes/index.ts'
import { err, ok } from '../../core/bytes/index.ts'

/** Levels from the most to the least that is shown; `none` shows nothing. */
export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'none'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

/** What is shown of each room, and of rooms not named. */
export interface LogFilter {
  readonly rooms: ReadonlyMap<string, LogLevel>
  readonly rest: LogLevel
}

/**
 * Reads `info`, or `consensus:debug,*:error`. Without `*` the rooms not named show `info`; of two
 * pairs for one room the later counts. The error is one line.
 */
export function parseLogLevel(text: string): Result<LogFilter, string> {
  const rooms = new Map<string, LogLevel>()
  let rest: LogLevel = 'info'
  for (const item of text.split(',')) {
    const pair = item.trim().split(':')
    const [room, name] = pair.length === 1 ? ['*', pair[0]] : pair
    const level = LOG_LEVELS.find((known) => known === name)
    if (room === undefined || room === '' || pair.length > 2 || level === undefined) {
      return err(
        `log level ${JSON.stringify(text)}: ${JSON.stringify(item)} is neither a level ` +
          `(${LOG_LEVELS.join(', ')}) nor room:level`,
      )
    }
    if (room === '*') rest = level
    else rooms.set(room, level)
  }
  return ok({ rooms, rest })
}
