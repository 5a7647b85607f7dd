// The measurements, each on a running network.

import { randomBytes } from 'node:crypto'
import { Connection, bodyOf } from './rpc.mjs'

const TX_BYTES = 256
const CONNECTIONS = 16

/** Milliseconds from starting the processes to the first block on every node. */
export async function timeToFirstBlock(network, limitMs = 60_000) {
  const end = network.startedAt + limitMs
  await Promise.all(network.rpcPorts.map((port) => firstBlockOf(port, end)))
  return performance.now() - network.startedAt
}

async function firstBlockOf(port, end) {
  while (performance.now() < end) {
    try {
      const connection = await Connection.open(port)
      const { sync_info: info } = await connection.call('status').finally(() => connection.close())
      if (Number(info.latest_block_height) > 0) return
    } catch {
      // Not listening yet.
    }
    await pause(20)
  }
  throw new Error(`no block on port ${port}`)
}

/** Empty blocks per second and CPU-milliseconds per block of all nodes. */
export async function emptyBlocks(network, seconds) {
  const from = await heightOf(network)
  const cpu = network.cpuMs()
  const started = performance.now()
  await pause(seconds * 1000)
  const blocks = (await heightOf(network)) - from
  const elapsed = (performance.now() - started) / 1000
  return { blocksPerSecond: blocks / elapsed, cpuMsPerBlock: (network.cpuMs() - cpu) / blocks }
}

/** Where an answer takes most of a second, fewer of them have to do. */
const LATENCY_LIMIT_MS = 20_000

/** Milliseconds from `broadcast_tx_commit` to its answer. */
export async function commitLatency(network, times) {
  const connection = await Connection.open(network.rpcPorts[0])
  const samples = []
  const end = performance.now() + LATENCY_LIMIT_MS
  for (let i = 0; i < times && performance.now() < end; i++) {
    const tx = Buffer.from(`${randomBytes(8).toString('hex')}=${i}`).toString('base64')
    const started = performance.now()
    await connection.call('broadcast_tx_commit', { tx })
    samples.push(performance.now() - started)
  }
  connection.close()
  samples.sort((a, b) => a - b)
  return { p50: quantile(samples, 0.5), p99: quantile(samples, 0.99) }
}

/** Committed transactions per second, and CPU-milliseconds of all nodes per transaction. */
export async function throughput(network, seconds) {
  const from = await heightOf(network)
  const cpu = network.cpuMs()
  const started = performance.now()
  const end = started + seconds * 1000
  const connections = await Promise.all(
    Array.from({ length: CONNECTIONS }, (_, i) =>
      Connection.open(network.rpcPorts[i % network.rpcPorts.length]),
    ),
  )
  const sent = await Promise.all(connections.map((each, i) => submitUntil(each, i, end)))
  const elapsed = (performance.now() - started) / 1000
  const committed = await txsAfter(network, from)
  const cpuMs = network.cpuMs() - cpu
  for (const each of connections) each.close()
  return {
    txsPerSecond: committed / elapsed,
    cpuMsPerTx: cpuMs / committed,
    acceptedPerSecond: sent.reduce((sum, each) => sum + each, 0) / elapsed,
  }
}

async function submitUntil(connection, lane, end) {
  const salt = randomBytes(4).toString('hex')
  let accepted = 0
  for (let i = 0; performance.now() < end; i++) {
    const tx = Buffer.from(`${salt}${lane}x${i}=`.padEnd(TX_BYTES, 'v')).toString('base64')
    const answer = await connection.post(bodyOf('broadcast_tx_sync', { tx }))
    if (answer.includes('"code":0')) accepted += 1
    // The mempool is full: the blocks have to catch up.
    else await pause(5)
  }
  return accepted
}

// On a connection of its own: a node closes one that was idle for as long as a measurement takes.
async function ask(network, method, params) {
  const connection = await Connection.open(network.rpcPorts[0])
  try {
    return await connection.call(method, params)
  } finally {
    connection.close()
  }
}

async function heightOf(network) {
  return Number((await ask(network, 'status')).sync_info.latest_block_height)
}

async function txsAfter(network, from) {
  const to = await heightOf(network)
  let txs = 0
  for (let low = from + 1; low <= to; low += 20) {
    const high = Math.min(low + 19, to)
    const page = { minHeight: String(low), maxHeight: String(high) }
    const { block_metas: metas } = await ask(network, 'blockchain', page)
    for (const meta of metas) txs += Number(meta.num_txs)
  }
  return txs
}

function quantile(sorted, q) {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))]
}

function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
