// `quadrille dev`: four whole validators in one process, over real sockets and real disks.

import { relative, resolve } from 'node:path'
import type { Command } from 'commander'
import { AssemblyError, startDevNetwork } from '../assembly/index.ts'
import type { DevBlock, DevNetwork } from '../assembly/index.ts'
import { globalFlags } from './global-flags.ts'
import { aborted, stopSignal } from './stop-signal.ts'

const HEIGHT_WIDTH = 6
const TXS_WIDTH = 7
const HASH_CHARS = 12

/** Adds `dev`. */
export function addDev(program: Command, outcome: { code: number }): void {
  program
    .command('dev')
    .description('run four validators on this machine, with homes in .quadrille/dev')
    .option('--fresh', 'begin a new chain')
    .addHelpText('after', '\nExample:\n  quadrille dev --fresh\n')
    .action(async (options: { fresh?: boolean }, command: Command) => {
      const { logLevel = 'error' } = globalFlags(command)
      outcome.code = await run({ fresh: options.fresh === true, logLevel })
    })
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}

async function run(options: { fresh: boolean; logLevel: string }): Promise<number> {
  const signal = stopSignal()
  const directory = relative(process.cwd(), resolve('.quadrille', 'dev'))
  const network = await start({ ...options, directory, signal })
  if (network === null) return 0
  const failure = await Promise.race([aborted(signal).then(() => null), network.halted])
  await network.stop()
  if (failure === null) {
    print(`stopped at height ${network.height}; \`quadrille dev\` goes on from there`)
    return 0
  }
  process.stderr.write(`ERROR: ${failure.message}\n`)
  return 1
}

interface DevStart {
  readonly directory: string
  readonly fresh: boolean
  readonly logLevel: string
  readonly signal: AbortSignal
}

/** Null when it was stopped before it ran. */
async function start(options: DevStart): Promise<DevNetwork | null> {
  try {
    return await startDevNetwork({
      ...options,
      progress: (text) => print(`... ${text}`),
      onReady: introduce,
      onBlock: (block) => print(blockLine(block)),
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
