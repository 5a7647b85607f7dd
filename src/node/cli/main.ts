#!/usr/bin/env node
// The command `quadrille`: CometBFT's verbs, flags and environment, `dev`, `sim`, `evidence` and
// `finality`.
import { realpathSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Command, CommanderError } from 'commander'
import { addDev } from './dev.ts'
import { addEvidence } from './evidence.ts'
import { addFinality } from './finality.ts'
import { addInit } from './init.ts'
import { addReset } from './reset.ts'
import { addShow } from './show.ts'
import { addSim } from './sim.ts'
import { addStart } from './start.ts'
import { addTestnet } from './testnet.ts'
import { addVersion } from './version.ts'
import { BadInput } from './bad-input.ts'
import { addGlobalFlags } from './global-flags.ts'

/**
 * Exit codes: 0 well, 1 failed, with one line on stderr that says why. `sim`, `evidence` and
 * `finality` have 1 for a violation or a proof that does not hold, and 2 for input that cannot be
 * meant.
 */
export type ExitCode = number

/** Runs the command line after the program's name and answers the exit code. */
export async function main(argv: readonly string[]): Promise<ExitCode> {
  const outcome = { code: 0 }
  const program = makeProgram(outcome)
  try {
    // CometBFT has `version` alone; the flag is what commands of npm are asked.
    const asked = argv.length === 1 && argv[0] === '--version' ? ['version'] : [...argv]
    await program.parseAsync(asked, { from: 'user' })
    return outcome.code
  } catch (error) {
    return report(error, isStackAsked(program))
  }
}

/**
 * The tree of commands; each loads what it needs when it runs. `outcome` takes the exit code of the
 * one that does.
 */
export function makeProgram(outcome: { code: ExitCode }): Command {
  const program = new Program('quadrille')
  program
    .description('Byzantine-fault-tolerant consensus: a node for CometBFT networks.')
    .enablePositionalOptions()
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({ writeErr: () => undefined })
    .addHelpText('after', '\nExample:\n  quadrille dev        four validators on this machine\n')
  addDev(program, outcome)
  addInit(program)
  addStart(program, outcome)
  addTestnet(program)
  addShow(program)
  addReset(program)
  addVersion(program)
  for (const command of [program, ...program.commands]) addGlobalFlags(command)
  addEvidence(program, outcome)
  addFinality(program, outcome)
  addSim(program, outcome)
  return program
}

/** Without a command it answers as to `--help`; commander would take it for a mistake. */
class Program extends Command {
  override help(): never {
    return super.help()
  }
}

// Before the name of the command or behind it; `sim` has a flag `--trace` of its own, with a value.
function isStackAsked(command: Command): boolean {
  const isAsked = command.opts<{ trace?: boolean | string }>().trace === true
  return isAsked || command.commands.some(isStackAsked)
}

function report(error: unknown, trace: boolean): ExitCode {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return 0
    process.stderr.write(`ERROR: ${error.message.replace(/^error: /, '')}\n`)
    return 1
  }
  const message = error instanceof Error ? error.message : String(error)
  process.stderr.write(`ERROR: ${message}\n`)
  if (trace && error instanceof Error) process.stderr.write(`${error.stack ?? ''}\n`)
  return error instanceof BadInput ? 2 : 1
}

if (isEntry()) {
  process.stdout.on('error', onOutputLost)
  // What goes wrong there can be told nowhere.
  process.stderr.on('error', () => undefined)
  const code = await main(process.argv.slice(2))
  if (code !== 0) process.exitCode = code
}

/**
 * A reader that has gone, such as `head`, has what it wanted; commands that run on listen for
 * themselves.
 */
function onOutputLost(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') process.exitCode = report(error, false)
}

function isEntry(): boolean {
  const entry = process.argv[1]
  if (entry === undefined) return false
  try {
    return realpathSync(entry) === fileURLToPath(import.meta.url)
  } catch {
    return false
  }
}
