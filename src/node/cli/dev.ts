// `quadrille dev`: four whole validators in one process, over real sockets and real disks.

import { relative, resolve } from 'node:path'
import type { Command } from 'commander'
import type { DevBlock, DevNetwork } from '../assembly/index.ts'
import type { FaultTheatre } from '../dev-faults/index.ts'
import { globalFlags } from './global-flags.ts'
import { collect } from './repeated-flag.ts'
import { aborted, stopSignal } from './stop-signal.ts'

const HEIGHT_WIDTH = 6
const TXS_WIDTH = 7
const HASH_CHARS = 12

const EXAMPLES = `
Villains are those of \`quadrille sim\`; each line tells what becomes of them.

Example:
  quadrille dev --fresh
  quadrille dev --fresh --byzantine 3:equivocator@10
`

/** Adds `dev`. */
export function addDev(program: Command, outcome: { code: number }): void {
  program
    .command('dev')
    .description('run four validators on this machine, with homes in .quadrille/dev')
    .option('--fresh', 'begin a new chain')
    .option(
      '--byzantine <who>',
      'a villain: 3:equivocator, or 3:equivocator@10 from height 10',
      collect,
    )
    .addHelpText('after', EXAMPLES)
    .action(async (options: { fresh?: boolean; byzantine?: string[] }, command: Command) => {
      if (command.optsWithGlobals<{ home?: string }>().home !== undefined) {
        const why = 'dev keeps its homes in .quadrille/dev of the working folder'
        throw new Error(`--home: ${why}; for one of your own: quadrille init, quadrille start`)
      }
      const { logLevel = 'error' } = globalFlags(command)
      const { fresh = false, byzantine = [] } = options
      outcome.code = await run({ fresh, logLevel, theatre: await openTheatre(byzantine) })
    })
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}

async function openTheatre(who: readonly string[]): Promise<FaultTheatre | null> {
  if (who.length === 0) return null
  const { DEV_VALIDATORS } = await import('../assembly/index.ts')
  const { readDevVillains } = await import('./dev-villains.ts')
  const villains = readDevVillains(who, DEV_VALIDATORS)
  if (villains.length === 0) return null
  const { FaultTheatre } = await import('../dev-faults/index.ts')
  return new FaultTheatre({ villains, validators: DEV_VALIDATORS, print })
}

interface DevRun {
  readonly fresh: boolean
  readonly logLevel: string
  readonly theatre: FaultTheatre | null
}

async function run(options: DevRun): Promise<number> {
  const signal = stopSignal()
  const directory = relative(process.cwd(), resolve('.quadrille', 'dev'))
  const network = await start({ ...options, directory, signal })
  if (network === null) return 0
  const failure = await Promise.race([aborted(signal).then(() => null), network.halted])
  options.theatre?.close()
  await network.stop()
  if (failure === null) {
    print(`stopped at height ${network.height}; \`quadrille dev\` goes on from there`)
    return 0
  }
  process.stderr.write(`ERROR: ${failure.message}\n`)
  return 1
}

interface DevStart extends DevRun {
  readonly directory: string
  readonly signal: AbortSignal
}

/** Null when it was stopped before it ran. */
async function start({ theatre, ...options }: DevStart): Promise<DevNetwork | null> {
  const { AssemblyError, startDevNetwork } = await import('../assembly/index.ts')
  try {
    return await startDevNetwork({
      ...options,
      progress: (text) => print(`... ${text}`),
      onReady: (network) => {
        introduce(network)
        theatre?.introduce()
      },
      onBlock: (block) => {
        print(blockLine(block))
        theatre?.onBlock(block)
      },
      ...(theatre && { casting: theatre }),
    })
  } catch (error) {
    if (error instanceof AssemblyError && error.code === 'ASSEMBLY_STOPPED') return null
    throw error
  }
}

function introduce(network: DevNetwork): void {
  const [first = '', ...others] = network.rpcUrls
  const ports = others.map((url) => new URL(url).port).join(', ')
  if (network.movedPorts) print(`ports 26656 and up are taken: using ${network.firstPort} and up`)
  print(`chain ${network.chainId}, RPC ${first} (the other validators: ports ${ports})`)
  print(`send a transaction:  curl '${first}/broadcast_tx_commit?tx="name=alice"'`)
  print('stop with Ctrl-C')
}

function blockLine(block: DevBlock): string {
  const txs = `${block.txs} ${block.txs === 1 ? 'tx' : 'txs'}`
  return (
    `height ${String(block.height).padEnd(HEIGHT_WIDTH)} round ${block.round}  ` +
    `${txs.padEnd(TXS_WIDTH)} hash ${block.hash.slice(0, HASH_CHARS)}  ` +
    `proposer ${block.proposer}  after ${block.seconds.toFixed(2)} s`
  )
}
