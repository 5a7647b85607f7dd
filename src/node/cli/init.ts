// `quadrille init`: keys, genesis and configuration of a new one-validator chain.
import type { Command } from 'commander'
import { globalFlags } from './global-flags.ts'

/** Adds `init`. */
export function addInit(program: Command): void {
  program
    .command('init')
    .description('write the files of a new node; files that exist are kept')
    .addHelpText(
      'after',
      '\nExample:\n  quadrille init --home ./node && quadrille start --home ./node\n',
    )
    .action(async (_options: unknown, command: Command) => {
      const { initHome, loadConfig } = await import('../assembly/index.ts')
      const { home } = globalFlags(command)
      const config = await loadConfig(home, process.env)
      for (const { made, what, path } of await initHome(home, config)) {
        process.stdout.write(`${made ? 'Generated' : 'Found'} ${what}  ${path}\n`)
      }
    })
}
