// `quadrille evidence`: who broke the rules, listed from blocks, proved in a file, verified.
import { CommanderError } from 'commander'
import type { Command } from 'commander'
import { BadInput } from './bad-input.ts'
import type { ListFlags, ProofFlags, SourceFlags, VerifyFlags } from './evidence-run.ts'
import { addGlobalFlags, globalFlags } from './global-flags.ts'

const SOURCE_HELP = `
Without --node the home says: its blocks while no node runs there, else the RPC of its node. A node
of CometBFT can be asked as well.
`

const LIST_HELP = `${SOURCE_HELP}
What waits for a block is listed behind what is committed, from a home whose node does not run.

Example:
  quadrille evidence ls --node http://127.0.0.1:26657
`

const SHOW_HELP = `
ID is what ls shows: the height of the block that carries the evidence, and its place there, or
pending and a place. The height alone means the first piece.
${SOURCE_HELP}`

const VERIFY_HELP = `
FILE of --validators is one of:
  a genesis file     the validators of the height of the fault are still those of the genesis; it
                     says how much absence is a fault, too
  a finality proof   of the very height of the fault (quadrille finality export HEIGHT)
Where it comes from is for you to know: a finality proof is verified by quadrille finality verify.
The height of a downtime is the last of its window, that of an attack the last common one. Of an
attack --header may have to say which of two headers is that of the chain; verify tells when.
What a proof leaves open is told in lines that begin with "not verified:".

Exit code: 0 when the fault is proved, 1 when the file does not prove it, 2 for input that cannot
be meant. Only the two files are read; there is no network and no node.

Example:
  quadrille evidence verify proof.json --validators genesis.json
`

/** Adds `evidence ls`, `show`, `export` and `verify`. */
export function addEvidence(program: Command, outcome: { code: number }): void {
  const evidence = program
    .command('evidence')
    .description('show who broke the rules, and prove it without a node')
    .addHelpText('after', '\nExample:\n  quadrille evidence ls --help\n')
    .exitOverride(refuse)
  const list = withNode(evidence.command('ls'))
    .description('list the evidence in blocks')
    .option('--from <height>', 'the first block (default: 9999 below the last)')
    .option('--to <height>', 'the last block (default: the newest)')
    .addHelpText('after', LIST_HELP)
    .action(async (flags: ListFlags, command: Command) => {
      const { runList } = await import('./evidence-run.ts')
      outcome.code = await runList(flags, globalFlags(command).home)
    })
  const show = withNode(evidence.command('show'))
    .description('say in words what a piece of evidence proves')
    .argument('<id>', 'such as 17/0')
    .addHelpText('after', `${SHOW_HELP}\nExample:\n  quadrille evidence show 17/0\n`)
    .action(async (id: string, flags: SourceFlags, command: Command) => {
      const { runShow } = await import('./evidence-run.ts')
      outcome.code = await runShow(id, flags, globalFlags(command).home)
    })
  const exporting = withNode(evidence.command('export'))
    .description('write the proof of a piece of evidence')
    .argument('<id>', 'such as 17/0')
    .option('-o, --output <file>', 'the file to write (default: standard output)')
    .addHelpText(
      'after',
      `${SHOW_HELP}\nExample:\n  quadrille evidence export 17/0 -o proof.json\n`,
    )
    .action(async (id: string, flags: ProofFlags, command: Command) => {
      const { runExport } = await import('./evidence-run.ts')
      outcome.code = await runExport(id, flags, globalFlags(command).home)
    })
  const verify = addVerify(evidence, outcome)
  for (const command of [list, show, exporting, verify]) {
    addGlobalFlags(command.exitOverride(refuse))
  }
}

function addVerify(evidence: Command, outcome: { code: number }): Command {
  return evidence
    .command('verify')
    .description('verify a proof, by the validators of the height of the fault')
    .argument('<file>', 'the proof')
    .option('--validators <file>', 'who they were, see below (default: the genesis of the home)')
    .option('--header <hash>', "the chain's block hash at the height of an attack")
    .option('--json', 'answer with one line for programs')
    .addHelpText('after', VERIFY_HELP)
    .action(async (file: string, flags: VerifyFlags, command: Command) => {
      const { runVerify } = await import('./evidence-run.ts')
      outcome.code = await runVerify(file, flags, globalFlags(command).home)
    })
}

function withNode(command: Command): Command {
  return command.option('--node <url>', 'the RPC of a node, such as http://127.0.0.1:26657')
}

function refuse(error: CommanderError): never {
  if (error.exitCode === 0) throw error
  if (error.code === 'commander.help') {
    throw new BadInput('evidence: expected ls, show, export or verify')
  }
  throw new BadInput(error.message.replace(/^error: /, '').replaceAll('\n', ' '))
}
