// Validators as processes on loopback, with ports chosen by the system.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { NodeProcess, QUADRILLE } from './node-process.ts'
import { RpcClient } from './rpc-client.ts'

/** Which program runs a node, and the line that says its RPC answers. */
export interface Program {
  readonly command: readonly string[]
  readonly ready: RegExp
}

/** A node of ours. */
export const QUADRILLE_NODE: Program = {
  command: QUADRILLE,
  ready: /rpc.*listening|listening.*rpc/i,
}

/** How a network is made. */
export interface LocalNetworkOptions {
  /** The program of each validator. */
  readonly programs: readonly Program[]
  /** Settings of config.toml by dotted name, the same for all. */
  readonly settings?: Readonly<Record<string, string | number | boolean>>
}

interface Member {
  readonly program: Program
  readonly home: string
  readonly rpc: RpcClient
  process: NodeProcess | null
}

/** A network of validator processes; `dispose` ends them and removes their homes. */
export class LocalNetwork {
  readonly #folder: string
  readonly #members: readonly Member[]

  private constructor(folder: string, members: readonly Member[]) {
    this.#folder = folder
    this.#members = members
  }

  /** Writes the homes and starts every node. */
  static async start(options: LocalNetworkOptions): Promise<LocalNetwork> {
    const network = await LocalNetwork.write(options)
    await Promise.all(options.programs.map((_, i) => network.startNode(i)))
    return network
  }

  /** Writes the homes, with our `testnet`, and starts nothing. */
  static async write({ programs, settings = {} }: LocalNetworkOptions): Promise<LocalNetwork> {
    const folder = mkdtempSync(join(tmpdir(), 'quadrille-test-'))
    run(['testnet', '--v', String(programs.length), '--o', folder])
    const ports = await freePorts(2 * programs.length)
    const homes = programs.map((_, i) => join(folder, `node${i}`))
    const ids = readIds(join(folder, 'node0'))
    const peers = ids.map((id, i) => `${id}@127.0.0.1:${ports[2 * i]}`)
    const members = homes.map((home, i) => {
      editConfig(join(home, 'config', 'config.toml'), {
        'p2p.laddr': `tcp://127.0.0.1:${ports[2 * i]}`,
        'rpc.laddr': `tcp://127.0.0.1:${ports[2 * i + 1]}`,
        'p2p.persistent_peers': peers.filter((_, j) => j !== i).join(','),
        ...settings,
      })
      const program = programs[i] ?? QUADRILLE_NODE
      return { program, home, rpc: new RpcClient(ports[2 * i + 1] ?? 0), process: null }
    })
    return new LocalNetwork(folder, members)
  }

  get size(): number {
    return this.#members.length
  }

  rpc(index: number): RpcClient {
    return this.#member(index).rpc
  }

  home(index: number): string {
    return this.#member(index).home
  }

  /** What a node has printed, for the message of a failure. */
  output(index: number): string {
    return this.#member(index).process?.output ?? ''
  }

  /** Starts a node that is not running; resolves when its RPC answers. */
  async startNode(index: number): Promise<void> {
    const member = this.#member(index)
    member.process = new NodeProcess(member.program.command, ['start', '--home', member.home])
    await member.process.printed(member.program.ready)
  }

  /** Ends a node. */
  async endNode(index: number, signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null> {
    return (await this.#member(index).process?.end(signal)) ?? null
  }

  async dispose(): Promise<void> {
    await Promise.all(this.#members.map((_, i) => this.endNode(i, 'SIGKILL')))
    rmSync(this.#folder, { recursive: true, force: true })
  }

  #member(index: number): Member {
    const member = this.#members[index]
    if (member === undefined) throw new Error(`no node ${index}`)
    return member
  }
}

function run(args: readonly string[]): string {
  const [program = '', ...first] = QUADRILLE
  const result = spawnSync(program, [...first, ...args], { encoding: 'utf8' })
  if (result.status !== 0) throw new Error(`quadrille ${args.join(' ')}: ${result.stderr}`)
  return result.stdout
}

/** What `testnet` has written: the same list of all nodes into each home. */
function readIds(home: string): string[] {
  const config = readFileSync(join(home, 'config', 'config.toml'), 'utf8')
  const peers = /^persistent_peers = "(.*)"$/m.exec(config)?.[1] ?? ''
  return [...peers.matchAll(/([0-9a-f]{40})@/g)].map(([, id = '']) => id)
}

function editConfig(
  file: string,
  settings: Readonly<Record<string, string | number | boolean>>,
): void {
  let table = ''
  const lines = readFileSync(file, 'utf8').split('\n')
  const edited = lines.map((line) => {
    const header = /^\[(.+)\]$/.exec(line)
    if (header !== null) table = header[1] ?? ''
    const name = /^([\w-]+) = /.exec(line)?.[1]
    if (name === undefined) return line
    const value = settings[table === '' ? name : `${table}.${name}`]
    return value === undefined ? line : `${name} = ${JSON.stringify(value)}`
  })
  writeFileSync(file, edited.join('\n'))
}

/** Ports that were free a moment ago. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer()
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      return server
    }),
  )
  const ports = servers.map((server) => (server.address() as AddressInfo).port)
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  return ports
}
