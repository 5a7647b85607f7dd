// `npm run bench`: the figures of four node processes with real disks and sockets, as a table and
// as JSON; what of that is spent on seeing faults; and how fast the simulator plays four of them.
//
// With --comet PATH, or a binary in .interop/bin, CometBFT does the same work in the same run.

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { commitLatency, emptyBlocks, throughput, timeToFirstBlock } from './measures.mjs'
import { detectionShares } from './detection.mjs'
import { cometBft, Network, ours } from './network.mjs'
import { simulationSpeed } from './simulation.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const options = readOptions(process.argv.slice(2))
const kinds = [ours(root)]
if (options.comet !== null) {
  kinds.push(cometBft(options.comet, { tuned: false }), cometBft(options.comet, { tuned: true }))
}

const results = []
for (const kind of kinds) results.push({ name: kind.name, ...(await measure(kind)) })
process.stderr.write('quadrille: what seeing faults costs\n')
const detection = await detectionShares(ours(root, 'cli'), {
  warmUpSeconds: options.warmUpSeconds / 2,
  seconds: options.seconds / 2,
})
process.stderr.write('simulation\n')
const simulation = simulationSpeed()
printTable(results)
console.log(`seeing faults: ${(100 * Math.max(...detection)).toFixed(2)} % of a node's busy time`)
console.log(`simulation: ${simulation.toFixed(0)} virtual seconds per real second per core`)
console.log(JSON.stringify({ node: process.version, results, detection, simulation }))

async function measure(kind) {
  const say = (text) => process.stderr.write(`${kind.name}: ${text}\n`)
  return { ...(await measureBlocks(kind, say)), ...(await measureLoad(kind, say)) }
}

// Without a wait between blocks: how fast can it decide.
async function measureBlocks(kind, say) {
  const network = await Network.start(kind, '0s')
  try {
    const firstBlockMs = await timeToFirstBlock(network)
    say(`warm-up, ${options.warmUpSeconds} s`)
    await emptyBlocks(network, options.warmUpSeconds)
    say('empty blocks')
    const empty = await emptyBlocks(network, options.seconds / 3)
    say('commit latency')
    await commitLatency(network, options.latencySamples / 3)
    const latency = await commitLatency(network, options.latencySamples)
    return { firstBlockMs, empty, latency }
  } finally {
    await network.stop()
  }
}

// Ten blocks a second at most: what is left is the price of the transactions.
async function measureLoad(kind, say) {
  const network = await Network.start(kind, '100ms')
  try {
    await timeToFirstBlock(network)
    say(`warm-up, ${options.warmUpSeconds / 2} s`)
    await throughput(network, options.warmUpSeconds / 2)
    say(`transactions for ${options.seconds} s`)
    const load = await throughput(network, options.seconds)
    return { load, residentMiB: network.residentMiB() }
  } finally {
    await network.stop()
  }
}

function printTable(rows) {
  const lines = [
    ['', ...rows.map((row) => row.name)],
    ['first block, ms', ...rows.map((row) => row.firstBlockMs.toFixed(0))],
    ['empty blocks/s', ...rows.map((row) => row.empty.blocksPerSecond.toFixed(1))],
    ['CPU-ms per empty block, all nodes', ...rows.map((row) => row.empty.cpuMsPerBlock.toFixed(1))],
    ['commit latency p50, ms', ...rows.map((row) => row.latency.p50.toFixed(1))],
    ['commit latency p99, ms', ...rows.map((row) => row.latency.p99.toFixed(1))],
    ['committed tx/s, 256 B', ...rows.map((row) => row.load.txsPerSecond.toFixed(0))],
    ['CPU-ms per tx, all nodes', ...rows.map((row) => row.load.cpuMsPerTx.toFixed(3))],
    ['resident MiB per node', ...rows.map((row) => row.residentMiB.join(' '))],
  ]
  const widths = lines[0].map((_, i) => Math.max(...lines.map((line) => line[i].length)))
  for (const line of lines) {
    console.log(
      line
        .map((cell, i) => cell.padEnd(widths[i]))
        .join('  ')
        .trimEnd(),
    )
  }
}

function readOptions(args) {
  const options = {
    comet: findComet(),
    seconds: 30,
    // A node runs for months; its first seconds, in which code is compiled, are no measure of that.
    warmUpSeconds: 20,
    latencySamples: 300,
  }
  for (let i = 0; i < args.length; i += 2) {
    const value = args[i + 1]
    if (args[i] === '--comet' && value !== undefined) options.comet = value === 'no' ? null : value
    else if (args[i] === '--seconds' && Number(value) > 0) options.seconds = Number(value)
    else {
      console.error(
        `ERROR: unknown or incomplete option ${args[i]}; there are --comet PATH|no and --seconds N`,
      )
      process.exit(1)
    }
  }
  return options
}

function findComet() {
  const binary = join(root, '.interop', 'bin', 'cometbft')
  return existsSync(binary) ? binary : null
}
