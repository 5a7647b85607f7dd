// `quadrille finality`: a proof that a block is final, made and verified.
import { CommanderError } from 'commander'
import type { Command } from 'commander'
import { BadInput } from './bad-input.ts'
import { addGlobalFlags, globalFlags } from './global-flags.ts'
import type { ExportFlags, VerifyFlags } from './finality-run.ts'

const EXPORT_HELP = `
HEIGHT is a number or latest. Without --node the home says: its store while no node runs there,
else the RPC of its node. A node of CometBFT can be asked as well.

Example:
  quadrille finality export 5 -o proof.json --node http://127.0.0.1:26657
`

const VERIFY_HELP = `
What is trusted, one of:
  validators:HASH   the validators of that height have this hash (validators_hash of a header)
  header:HASH       the block has this hash
  genesis:FILE      the validators are still those of this genesis file
  proof:FILE        an earlier proof, verified when it was young
The first two need --chain-id; the files have it.

Exit code: 0 when the block is final, 1 when the file does not prove it, 2 for input that cannot
be meant. Only the two files are read; there is no network and no node.

Example:
  quadrille finality verify proof.json --trust genesis:genesis.json
`

/** Adds `finality export` and `finality verify`. */
export function addFinality(program: Command, outcome: { code: number }): void {
  const finality = program
    .command('finality')
    .description('prove that a block is final, and verify such a proof without a node')
    .addHelpText('after', '\nExample:\n  quadrille finality export --help\n')
    .exitOverride(refuse)
  const exporting = finality
    .command('export')
    .description('write the proof of a height')
    .argument('<height>', 'a number, or latest')
    .option('-o, --output <file>', 'the file to write (default: standard output)')
    .option('--node <url>', 'the RPC of a node, such as http://127.0.0.1:26657')
    .addHelpText('after', EXPORT_HELP)
    .exitOverride(refuse)
    .action(async (height: string, flags: ExportFlags, command: Command) => {
      const { runExport } = await import('./finality-run.ts')
      outcome.code = await runExport(height, flags, globalFlags(command).home)
    })
  addGlobalFlags(exporting)
  finality
    .command('verify')
    .description('verify a proof, by what is trusted beforehand')
    .argument('<file>', 'the proof')
    .requiredOption('--trust <what>', 'what is trusted, see below')
    .option('--chain-id <id>', 'the chain')
    .option('--trusting-period <time>', 'how old a trusted proof may be (default: 168h)')
    .option('--json', 'answer with one line for programs')
    .addHelpText('after', VERIFY_HELP)
    .exitOverride(refuse)
    .action(async (file: string, flags: VerifyFlags) => {
      const { runVerify } = await import('./finality-run.ts')
      outcome.code = await runVerify(file, flags)
    })
}

function refuse(error: CommanderError): never {
  if (error.exitCode === 0) throw error
  if (error.code === 'commander.help') throw new BadInput('finality: expected export or verify')
  throw new BadInput(error.message.replace(/^error: /, ''))
}
