// `quadrille show-node-id` and `show-validator`.
import type { Command } from 'commander'
import { globalFlags } from './global-flags.ts'

/** Adds the two commands, under CometBFT's older names too. */
export function addShow(program: Command): void {
  program
    .command('show-node-id')
    .alias('show_node_id')
    .description("show this node's id")
    .addHelpText('after', '\nExample:\n  quadrille show-node-id --home ./node\n')
    .action(async (_options: unknown, command: Command) => {
      const { loadConfig, readNodeId } = await import('../assembly/index.ts')
      const { home } = globalFlags(command)
      process.stdout.write(`${await readNodeId(home, await loadConfig(home, process.env))}\n`)
    })
  program
    .command('show-validator')
    .alias('show_validator')
    .description("show this node's validator key as JSON")
    .addHelpText('after', '\nExample:\n  quadrille show-validator --home ./node\n')
    .action(async (_options: unknown, command: Command) => {
      const { loadConfig, readValidatorKey } = await import('../assembly/index.ts')
      const { home } = globalFlags(command)
      process.stdout.write(`${await readValidatorKey(home, await loadConfig(home, process.env))}\n`)
    })
}
