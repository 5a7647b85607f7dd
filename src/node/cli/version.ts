// `quadrille version`: which software, which protocols.
import type { Command } from 'commander'

/** Adds `version`. */
export function addVersion(program: Command): void {
  program
    .command('version')
    .description('show the version')
    .option('-v, --verbose', 'show the protocol versions as JSON')
    .addHelpText('after', '\nExample:\n  quadrille version -v\n')
    .action(async (options: { verbose?: boolean }) => {
      const { PROTOCOL_VERSIONS, SOFTWARE_VERSION } = await import('../assembly/index.ts')
      const text =
        options.verbose === true
          ? JSON.stringify({ quadrille: SOFTWARE_VERSION, ...PROTOCOL_VERSIONS }, null, 2)
          : SOFTWARE_VERSION
      process.stdout.write(`${text}\n`)
    })
}
