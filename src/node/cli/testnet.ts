// `quadrille testnet`: the homes of a network.
import { resolve } from 'node:path'
import type { Command } from 'commander'

const PROGRESS_MS = 2000

interface TestnetFlags {
  readonly v: string
  readonly n: string
  readonly o: string
  readonly config?: string
  readonly nodeDirPrefix: string
  readonly initialHeight: string
  readonly populatePersistentPeers: string | boolean
  readonly hostnamePrefix?: string
  readonly hostnameSuffix?: string
  readonly startingIpAddress?: string
  readonly hostname?: readonly string[]
  readonly p2pPort: string
  readonly randomMonikers?: boolean
}

/** Adds `testnet`. */
export function addTestnet(program: Command): void {
  program
    .command('testnet')
    .description(
      'write the homes of a network; without host flags all on 127.0.0.1, ready to start',
    )
    .option('--v <count>', 'validators', '4')
    .option('--n <count>', 'nodes that do not validate', '0')
    .option('--o <dir>', 'where the homes go', './mytestnet')
    .option('--config <file>', 'a config.toml to begin from')
    .option('--node-dir-prefix <prefix>', 'name of a home without its number', 'node')
    .option('--initial-height <height>', 'height of the first block; 0 means 1', '0')
    .option('--populate-persistent-peers [bool]', 'write persistent_peers', true)
    .option('--hostname-prefix <prefix>', 'hosts are PREFIX0, PREFIX1, …')
    .option('--hostname-suffix <suffix>', 'what follows the number in a host name')
    .option('--starting-ip-address <ip>', 'hosts are this address and those after it')
    .option('--hostname <host>', 'one host, as often as there are nodes', collect)
    .option('--p2p-port <port>', 'port of P2P, on every host', '26656')
    .option('--random-monikers', 'random instead of host names as monikers')
    .addHelpText(
      'after',
      '\nExample:\n  quadrille testnet --v 4 --o ./net\n  quadrille start --home ./net/node0\n',
    )
    .action(async (flags: TestnetFlags) => {
      const { makeTestnet, shellWord } = await import('../assembly/index.ts')
      const made = await makeTestnet({
        directory: resolve(flags.o),
        validators: count('--v', flags.v),
        others: count('--n', flags.n),
        homePrefix: flags.nodeDirPrefix,
        initialHeight: BigInt(count('--initial-height', flags.initialHeight)),
        persistentPeers: String(flags.populatePersistentPeers) !== 'false',
        p2pPort: count('--p2p-port', flags.p2pPort),
        randomMonikers: flags.randomMonikers === true,
        hosts: {
          prefix: flags.hostnamePrefix,
          suffix: flags.hostnameSuffix,
          startingIp: flags.startingIpAddress,
          names: flags.hostname ?? [],
        },
        progress: nowAndThen((text) => process.stderr.write(`... ${text}\n`)),
        ...(flags.config === undefined ? {} : { configFile: resolve(flags.config) }),
      })
      process.stdout.write(`Wrote ${made.homes.length} homes of chain ${made.chainId}\n`)
      for (const home of made.homes) {
        process.stdout.write(`  quadrille start --home ${shellWord(home)}\n`)
      }
    })
}

/** Says nothing within the first two seconds, and then one thing in two. */
function nowAndThen(say: (text: string) => void): (text: string) => void {
  let saidAt = performance.now()
  return (text) => {
    if (performance.now() < saidAt + PROGRESS_MS) return
    saidAt = performance.now()
    say(text)
  }
}

function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value]
}

function count(flag: string, text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new Error(`${flag}: expected a whole number, got "${text}"`)
  return Number(text)
}
