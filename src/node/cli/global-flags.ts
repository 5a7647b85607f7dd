// The flags that every command of a node takes, and the home they name.
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { Option } from 'commander'
import type { Command } from 'commander'

/** Adds them to a command: they may stand before its name too, on the program itself. */
export function addGlobalFlags(command: Command): void {
  const what = 'directory for config and data (default: $CMTHOME or ~/.cometbft)'
  const home = new Option('--home <dir>', what)
  // `dev` has homes of its own, and says so to whoever names another.
  command
    .addOption(command.name() === 'dev' ? home.hideHelp() : home)
    .option('--log_level <level>', 'such as info or consensus:debug,*:error')
    .option('--trace', 'print the stack of an error')
}

/** The values of the global flags, wherever on the line they stood. */
export interface GlobalFlags {
  readonly home: string
  readonly logLevel: string | undefined
}

/** Reads the global flags of a command. */
export function globalFlags(command: Command): GlobalFlags {
  let options: { home?: string; log_level?: string } = {}
  // The nearest to the end of the line counts.
  for (let each: Command | null = command; each !== null; each = each.parent) {
    options = { ...each.opts(), ...options }
  }
  const { CMTHOME, CMT_HOME } = process.env
  const home = options.home ?? CMTHOME ?? CMT_HOME ?? join(homedir(), '.cometbft')
  return { home: resolve(home), logLevel: options.log_level }
}
