// `quadrille unsafe-reset-all` and `unsafe-reset-priv-validator`.
import type { Command } from 'commander'
import type { Config } from '../assembly/index.ts'
import { globalFlags } from './global-flags.ts'

/** Adds the two commands, under CometBFT's older names too. */
export function addReset(program: Command): void {
  program
    .command('unsafe-reset-all')
    .alias('unsafe_reset_all')
    .description('remove all blocks, state and log, and what the validator key signed last')
    .option('--keep-addr-book', 'keep the address book of CometBFT')
    .addHelpText('after', '\nExample:\n  quadrille unsafe-reset-all --home ./node\n')
    .action(async (options: { keepAddrBook?: boolean }, command: Command) => {
      const { loadConfig, resetData } = await import('../assembly/index.ts')
      const { home } = globalFlags(command)
      const config = await loadConfig(home, process.env)
      const keepAddressBook = options.keepAddrBook === true
      const folder = await resetData(home, config, { keepAddressBook })
      process.stdout.write(`Removed all blocks, state and log  ${folder}\n`)
      await resetState(home, config)
    })
  program
    .command('unsafe-reset-priv-validator')
    .alias('unsafe_reset_priv_validator')
    .description(
      'forget what the validator key signed last; safe only for a key that signs nowhere',
    )
    .addHelpText('after', '\nExample:\n  quadrille unsafe-reset-priv-validator --home ./node\n')
    .action(async (_options: unknown, command: Command) => {
      const { loadConfig } = await import('../assembly/index.ts')
      const { home } = globalFlags(command)
      await resetState(home, await loadConfig(home, process.env))
    })
}

async function resetState(home: string, config: Config): Promise<void> {
  const { resetValidatorState } = await import('../assembly/index.ts')
  const path = await resetValidatorState(home, config)
  process.stdout.write(`Reset what the validator key signed last  ${path}\n`)
}
