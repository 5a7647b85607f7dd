// Four node processes on loopback, from homes that `testnet` wrote: ours, or CometBFT's for
// comparison.

import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const CLOCK_TICKS_PER_SECOND = 100
const VALIDATORS = 4

// What a node on a small machine should be started with: four nodes on two cores have no core to
// spare for collecting garbage beside the work, a heap that is told what it will hold is not walked
// through again and again until it has found out, one heap of malloc is enough for one thread, and
// what is freed at its top is given back from one MiB on.
const NODE_FLAGS = [
  '--single-threaded-gc',
  '--max-semi-space-size=8',
  '--initial-old-space-size=40',
  '--max-old-space-size=512',
]
const ENVIRONMENT = { MALLOC_ARENA_MAX: '1', MALLOC_TRIM_THRESHOLD_: '1048576' }

/**
 * How to run one implementation: a command with its first arguments, and its settings. Ours as
 * users have it, or from the modules of `cli`, which a profile can tell apart.
 */
export function ours(root, folder = 'command') {
  return {
    name: 'quadrille',
    command: [process.execPath, ...NODE_FLAGS, join(root, 'dist', 'node', folder, 'main.js')],
    settings: { proxy_app: 'persistent_kvstore' },
  }
}

/** CometBFT; `tuned` turns the sleeps and the throttle down to 1 ms. */
export function cometBft(binary, { tuned }) {
  const sleeps = {
    'p2p.flush_throttle_timeout': '1ms',
    'consensus.peer_gossip_sleep_duration': '1ms',
  }
  return {
    name: tuned ? 'CometBFT, every knob turned' : 'CometBFT',
    command: [binary],
    settings: {
      proxy_app: 'persistent_kvstore',
      ...(tuned ? sleeps : {}),
    },
  }
}

export class Network {
  #folder = mkdtempSync(join(tmpdir(), 'quadrille-bench-'))
  #processes = []
  rpcPorts = []
  startedAt = 0

  /** Writes the homes and starts the processes; `commitWait` is a duration such as `100ms`. */
  static async start(kind, commitWait) {
    const network = new Network()
    const [command, ...first] = kind.command
    const folder = network.#folder
    const made = spawnSync(command, [...first, 'testnet', '--v', String(VALIDATORS), '--o', folder])
    if (made.status !== 0) throw new Error(`testnet failed: ${made.stderr}`)
    const ports = await freePorts(2 * VALIDATORS)
    network.rpcPorts = ports.slice(VALIDATORS)
    const ids = homes(folder).map((home) => nodeId([command, ...first], home))
    const peers = ids.map((id, i) => `${id}@127.0.0.1:${ports[i]}`)
    for (const [i, home] of homes(folder).entries()) {
      edit(join(home, 'config', 'config.toml'), {
        ...kind.settings,
        'consensus.timeout_commit': commitWait,
        'p2p.laddr': `tcp://127.0.0.1:${ports[i]}`,
        'rpc.laddr': `tcp://127.0.0.1:${network.rpcPorts[i]}`,
        'p2p.persistent_peers': peers.filter((_, j) => j !== i).join(','),
        log_level: 'error',
      })
    }
    network.startedAt = performance.now()
    for (const home of homes(folder)) {
      const child = spawn(command, [...first, 'start', '--home', home], {
        stdio: 'ignore',
        env: { ...process.env, ...ENVIRONMENT },
      })
      network.#processes.push(child)
    }
    return network
  }

  /** CPU milliseconds used so far by all nodes together. */
  cpuMs() {
    let ticks = 0
    for (const { pid } of this.#processes) {
      // After the command's name in brackets: field 14 is user time, field 15 system time.
      const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ')
      ticks += Number(fields[11]) + Number(fields[12])
    }
    return (ticks * 1000) / CLOCK_TICKS_PER_SECOND
  }

  /** Resident memory of each node in MiB. */
  residentMiB() {
    return this.#processes.map(({ pid }) => {
      const line = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
      return Math.round(Number(line[1]) / 1024)
    })
  }

  /** Ends the processes that this network started, and removes their homes. */
  async stop() {
    const running = this.#processes.filter((child) => child.exitCode === null)
    const ended = running.map((child) => new Promise((resolve) => child.once('exit', resolve)))
    for (const child of this.#processes) child.kill('SIGTERM')
    const deadline = setTimeout(() => {
      for (const child of this.#processes) child.kill('SIGKILL')
    }, 5000)
    await Promise.all(ended)
    clearTimeout(deadline)
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

function homes(folder) {
  return Array.from({ length: VALIDATORS }, (_, i) => join(folder, `node${i}`))
}

function nodeId([command, ...first], home) {
  return spawnSync(command, [...first, 'show-node-id', '--home', home])
    .stdout.toString()
    .trim()
}

// Keys are `table.name` or a bare name of the first part of the file.
function edit(file, settings) {
  let table = ''
  const lines = readFileSync(file, 'utf8')
    .split('\n')
    .map((line) => {
      const header = /^\[(.+)\]$/.exec(line)
      if (header) table = header[1]
      const name = /^([\w-]+) = /.exec(line)?.[1]
      const value = settings[table === '' ? name : `${table}.${name}`]
      return name === undefined || value === undefined ? line : `${name} = ${JSON.stringify(value)}`
    })
  writeFileSync(file, lines.join('\n'))
}

async function freePorts(count) {
  const servers = await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise((resolve) => {
          const server = createServer().listen(0, '127.0.0.1', () => resolve(server))
        }),
    ),
  )
  const ports = servers.map((server) => server.address().port)
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  return ports
}
