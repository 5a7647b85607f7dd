// `quadrille start`: one node from its home, until it is told to stop.
import type { Command } from 'commander'
import type { RunningNode, StartOptions } from '../assembly/index.ts'
import { globalFlags } from './global-flags.ts'
import { aborted, stopSignal } from './stop-signal.ts'

/** CometBFT's flags of `start`, each one a setting. */
const FLAGS: readonly (readonly [flag: string, setting: string])[] = [
  ['abci <transport>', 'abci'],
  ['consensus.create_empty_blocks [bool]', 'consensus.create_empty_blocks'],
  ['consensus.create_empty_blocks_interval <duration>', 'consensus.create_empty_blocks_interval'],
  ['consensus.double_sign_check_height <blocks>', 'consensus.double_sign_check_height'],
  ['db_backend <name>', 'db_backend'],
  ['db_dir <dir>', 'db_dir'],
  ['moniker <name>', 'moniker'],
  ['p2p.external-address <address>', 'p2p.external_address'],
  ['p2p.laddr <address>', 'p2p.laddr'],
  ['p2p.persistent_peers <peers>', 'p2p.persistent_peers'],
  ['p2p.pex [bool]', 'p2p.pex'],
  ['p2p.private_peer_ids <ids>', 'p2p.private_peer_ids'],
  ['p2p.seed_mode [bool]', 'p2p.seed_mode'],
  ['p2p.seeds <peers>', 'p2p.seeds'],
  ['p2p.unconditional_peer_ids <ids>', 'p2p.unconditional_peer_ids'],
  ['priv_validator_laddr <address>', 'priv_validator_laddr'],
  ['proxy_app <app>', 'proxy_app'],
  ['rpc.grpc_laddr <address>', 'rpc.grpc_laddr'],
  ['rpc.laddr <address>', 'rpc.laddr'],
  ['rpc.pprof_laddr <address>', 'rpc.pprof_laddr'],
  ['rpc.unsafe [bool]', 'rpc.unsafe'],
]

/** Adds `start`, also as `node` and `run`. */
export function addStart(program: Command, outcome: { code: number }): void {
  const start = program
    .command('start')
    .aliases(['node', 'run'])
    .description('run a node')
    .option('--genesis_hash <hex>', 'SHA-256 that the genesis file must have')
    .addHelpText('after', '\nExample:\n  quadrille start --home ./node --proxy_app kvstore\n')
  for (const [flag, setting] of FLAGS) start.option(`--${flag}`, `setting ${setting}`)
  start.action(async (_options: unknown, command: Command) => {
    outcome.code = await run(command)
  })
}

async function run(command: Command): Promise<number> {
  const signal = stopSignal()
  const { loadConfig } = await import('../assembly/index.ts')
  const { home, logLevel } = globalFlags(command)
  const options = command.opts<Record<string, string | boolean | undefined>>()
  const config = await loadConfig(home, process.env)
  for (const [flag, setting] of FLAGS) {
    const name = flag.split(' ', 1)[0] ?? flag
    const value = options[name] ?? options[camelCase(name)]
    // A flag of a boolean setting without a value means true, as in Go.
    if (value !== undefined) config.setText(setting, String(value), `flag --${name}`)
  }
  if (logLevel !== undefined) config.setText('log_level', logLevel, 'flag --log_level')
  const genesisHash = options['genesis_hash']
  const hash = typeof genesisHash === 'string' ? { genesisHash } : {}
  const node = await startUnlessStopped({ home, config, signal, ...hash })
  if (node === null) return 0
  const failure = await Promise.race([aborted(signal).then(() => null), node.halted])
  await node.stop()
  if (failure === null) return 0
  process.stderr.write(`ERROR: ${failure.message}\n`)
  return 1
}

/** Null when it was stopped before it ran. */
async function startUnlessStopped(options: StartOptions): Promise<RunningNode | null> {
  const { AssemblyError, startNode } = await import('../assembly/index.ts')
  try {
    return await startNode(options)
  } catch (error) {
    if (error instanceof AssemblyError && error.code === 'ASSEMBLY_STOPPED') return null
    throw error
  }
}

// commander turns `a-b` into `aB` and leaves dots and underscores.
function camelCase(name: string): string {
  return name.replace(/-([a-z])/g, (_match, letter: string) => letter.toUpperCase())
}
