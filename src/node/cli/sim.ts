// `quadrille sim`: consensus in a laboratory, broken on purpose.
import { CommanderError } from 'commander'
import type { Command } from 'commander'
import type { VillainName } from '../sim/index.ts'
import { BadInput } from './bad-input.ts'
import { collect } from './repeated-flag.ts'
import type { SimFlags } from './sim-task.ts'

/** What a shell says of a process whose reader went away. */
const BROKEN_PIPE = 141

// For the help, which is made for every command: the laboratory itself is loaded when it is used.
const CAST: Readonly<Record<VillainName, true>> = {
  equivocator: true,
  'double-proposer': true,
  amnesiac: true,
  withholder: true,
  silent: true,
  flooder: true,
  impersonator: true,
  'invalid-proposer': true,
  'stale-lock': true,
  twins: true,
}

const EXAMPLE = `
What the flags do not name is drawn from the seed; with --calm it is as on a good day.
Villains: ${Object.keys(CAST).join(', ')}.
Exit code: 0 when no promise was broken, 1 when one was, 2 for input that cannot be meant.

Example:
  quadrille sim --validators 4 --byzantine 3:equivocator --partition 0,1/2,3@1s..9s --heights 20
  quadrille sim --byzantine 2:equivocator,3:equivocator --seeds 1..3000 --find violation
`

/** Adds `sim`. */
export function addSim(program: Command, outcome: { code: number }): void {
  program
    .command('sim')
    .description('run whole validators in invented time, with faults and villains')
    .option('--validators <count>', 'how many validators (default: 4)')
    .option('--powers <list>', 'their voting powers, such as 10,10,10,1')
    .option(
      '--byzantine <who>',
      '3:equivocator, 2:twins@5 from height 5, few, a count, none',
      collect,
    )
    .option('--partition <spec>', '0,1/2,3@1s..9s; with > only messages to the right', collect)
    .option('--crash <spec>', 'power loss and restart: 1@3s..5s', collect)
    .option('--pause <spec>', 'a process that stands still: 1@3s..5s', collect)
    .option('--latency <range>', 'time of a message on its way: 20..200ms')
    .option('--loss <share>', 'messages that never arrive: 5%')
    .option('--lock-rule <rule>', 'comet-legacy or paper')
    .option('--txs <count>', 'transactions a second')
    .option('--heights <count>', 'end when every node that can has these')
    .option('--max-time <time>', 'end in any case, in invented time: 60s, 5m')
    .option('--calm', 'draw nothing: only the faults that are named')
    .option('--set <field=value>', 'any other field of the plan: network.reorder=0.1', collect)
    .option('--seed <seed>', 'what is drawn is drawn from it (default: 1)')
    .option('--seeds <range>', 'one run for each: 1..3000')
    .option('--find <what>', 'violation: stop at the first, make it small, say its command')
    .option('--workers <count>', 'threads for several seeds (default: one a processor)')
    .option('--messages', 'show every message too')
    .option('--trace <file>', 'record the run as JSON lines')
    .option('--replay <file>', 'run a recorded run again, and compare')
    .option('--json', 'end with one line for programs')
    .addHelpText('after', EXAMPLE)
    .exitOverride(refuse)
    .action(async (flags: SimFlags) => {
      process.stdout.on('error', (error: NodeJS.ErrnoException) => {
        if (error.code === 'EPIPE') process.exit(BROKEN_PIPE)
      })
      const { runSim } = await import('./sim-run.ts')
      outcome.code = await runSim(flags)
    })
}

function refuse(error: CommanderError): never {
  throw error.exitCode === 0 ? error : new BadInput(error.message.replace(/^error: /, ''))
}
