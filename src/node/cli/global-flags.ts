// The flags that every command takes, and the home they name.
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Command } from 'commander'

/** `--home`: directory for config and data. */
export const HOME_FLAG = [
  '--home <dir>',
  'directory for config and data (default: $CMTHOME or ~/.cometbft)',
] as const

/** `--log_level`: overrides the setting of that name. */
export const LOG_LEVEL_FLAG = [
  '--log_level <level>',
  'such as info or consensus:debug,*:error',
] as const

/** `--trace`: the stack of an error. */
export const TRACE_FLAG = ['--trace', 'print the stack of an error'] as const

/** The values of the global flags, wherever on the line they stood. */
export interface GlobalFlags {
  readonly home: string
  readonly logLevel: string | undefined
}

/** Reads the global flags of a command. */
export function globalFlags(command: Command): GlobalFlags {
  const options = command.optsWithGlobals<{ home?: string; log_level?: string }>()
  const { CMTHOME, CMT_HOME } = process.env
  const home = options.home ?? CMTHOME ?? CMT_HOME ?? join(homedir(), '.cometbft')
  return { home: resolve(home), logLevel: options.log_level }
}
