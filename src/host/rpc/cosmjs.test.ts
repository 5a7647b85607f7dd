// CosmJS, as wallets use it, against our server on a real socket.

import { StargateClient } from '@cosmjs/stargate'
import {
  Comet38Client,
  connectComet,
  HttpBatchClient,
  WebsocketClient,
} from '@cosmjs/tendermint-rpc'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { toHexUpper, toUtf8 } from '../../core/bytes/index.ts'
import { nativeCrypto, nodeHttpServer, systemClock } from '../../node/platform/index.ts'
import type { ChainEvent } from '../events/index.ts'
import type { HttpListener } from '../ports/index.ts'
import { RpcServer } from './index.ts'
import { recordedCases, resultTexts } from './recorded-cases.fixture.ts'
import { RecordedNode } from './recorded-node.fixture.ts'
import { readTxResult } from './recorded-results.fixture.ts'

const node = new RecordedNode()
let listener: HttpListener
let url = ''
let client: Comet38Client

beforeAll(async () => {
  for (const { calls, response } of recordedCases()) {
    const texts = resultTexts(response.body)
    for (const [i, { method, params }] of calls.entries()) {
      const text = texts[i]
      if (typeof text === 'string') node.learn(method, params, text)
    }
  }
  // The last recorded answer about the node itself is its status at height 26.
  for (const { calls, response } of recordedCases()) {
    const [text] = resultTexts(response.body)
    if (calls[0]?.method === 'status' && typeof text === 'string') node.learn('status', {}, text)
  }
  node.clock = systemClock
  const limits = {
    maxConnections: 20,
    maxBodyBytes: 1_000_000,
    maxHeaderBytes: 65_536,
    maxMessageBytes: 1_000_000,
    readTimeoutMs: 10_000,
  }
  listener = await nodeHttpServer.listen('127.0.0.1:0', limits, new RpcServer(node))
  url = `http://${listener.address}`
  client = (await connectComet(url)) as Comet38Client
})

afterAll(async () => {
  client.disconnect()
  await listener.close()
})

const TX = toUtf8('commit=yes')
const HASH = nativeCrypto.sha256(TX)

function acceptAndPublish(): void {
  node.submission = (tx) => {
    const hash = nativeCrypto.sha256(tx)
    node.events.publish({
      kind: 'Tx',
      height: 27n,
      index: 0,
      tx,
      hash,
      result: readTxResult({ log: 'ok' }),
    })
    return { kind: 'checked', response: readTxResult({ gas_wanted: '1' }) }
  }
}

test('connectComet: takes our version for that of CometBFT 0.38', () => {
  expect(client).toBeInstanceOf(Comet38Client)
})

test('Comet38Client: reads blocks, headers, commits and results', async () => {
  const { block, blockId } = await client.block(2)
  expect([block.header.height, block.header.chainId, blockId.parts.total]).toEqual([
    2,
    'chain-AnM1ZK',
    1,
  ])
  expect((await client.block(25)).block.lastCommit?.signatures.length).toBe(4)
  const byHash = await client.commit(23)
  expect([byHash.header.height, byHash.canonical, byHash.commit.signatures.length]).toEqual([
    23,
    true,
    4,
  ])
  const chain = await client.blockchain(1, 3)
  expect(chain.blockMetas.map((meta) => meta.header.height)).toEqual([3, 2, 1])
  const results = await client.blockResults(1)
  expect([results.height, results.results, results.validatorUpdates]).toEqual([1, [], []])
})

test('Comet38Client: reads the newest commit while the block above is being stored', async () => {
  const { height } = node
  node.height = 23n
  expect(node.seenCommits.has(23n)).toBe(false)
  const { canonical, commit } = await client.commit(23)
  node.height = height
  expect([canonical, commit.signatures.length]).toEqual([true, 4])
})

test('Comet38Client: reads status, genesis, validators, mempool and health', async () => {
  const status = await client.status()
  expect([status.nodeInfo.version, status.syncInfo.latestBlockHeight]).toEqual(['0.38.22', 26])
  expect(status.validatorInfo.votingPower).toBe(20n)
  const genesis = await client.genesis()
  expect([genesis.chainId, genesis.validators.length]).toEqual(['chain-AnM1ZK', 4])
  const { validators, total } = await client.validators({ height: 1, page: 1, per_page: 2 })
  expect([validators.length, total]).toEqual([2, 4])
  expect((await client.validatorsAll(1)).validators.length).toBe(4)
  expect((await client.numUnconfirmedTxs()).total).toBe(0)
  expect(await client.health()).toBeNull()
})

test('Comet38Client: asks the application', async () => {
  expect((await client.abciInfo()).lastBlockHeight).toBe(25)
  const answer = await client.abciQuery({ path: '/key', data: toUtf8('commit') })
  expect([answer.code, new TextDecoder().decode(answer.value)]).toEqual([0, 'yes'])
})

test('Comet38Client: finds transactions', async () => {
  const found = await client.tx({ hash: HASH, prove: true })
  expect([found.height, found.index, found.result.code, found.proof?.proof.total]).toEqual([
    23, 0, 0, 1,
  ])
  const byHash = await client.txSearch({ query: `tx.hash='${toHexUpper(HASH)}'` })
  expect(byHash.txs.map((tx) => tx.height)).toEqual([23])
  expect((await client.txSearchAll({ query: 'tx.height=23' })).totalCount).toBe(2)
  await expect(client.tx({ hash: new Uint8Array(32) })).rejects.toThrow('not found')
})

test('Comet38Client: submits transactions', async () => {
  acceptAndPublish()
  expect((await client.broadcastTxSync({ tx: toUtf8('x=1') })).code).toBe(0)
  expect((await client.broadcastTxAsync({ tx: toUtf8('x=2') })).hash.length).toBe(32)
  const committed = await client.broadcastTxCommit({ tx: toUtf8('x=3') })
  expect([committed.height, committed.checkTx.code, committed.txResult?.log]).toEqual([27, 0, 'ok'])
})

test('Comet38Client: works through batches', async () => {
  const batch = Comet38Client.create(new HttpBatchClient(url, { batchSizeLimit: 10 }))
  const blocks = await Promise.all([2, 3, 24, 25].map((height) => batch.block(height)))
  expect(blocks.map(({ block }) => block.header.height)).toEqual([2, 3, 24, 25])
  batch.disconnect()
})

test('Comet38Client: gets events over a WebSocket', async () => {
  const transport = new WebsocketClient(url.replace('http', 'ws'))
  const subscriber = Comet38Client.create(transport)
  const block = node.blockMap.get(25n)
  if (block === undefined) throw new Error('block 25 was recorded')
  const response = {
    events: [],
    txResults: [],
    validatorUpdates: [],
    consensusParamUpdates: null,
    appHash: HASH,
  }
  const blockId = { hash: HASH, partSetHeader: { total: 1, hash: HASH } }
  const events: ChainEvent[] = [
    { kind: 'NewBlock', block, blockId, round: 0, response },
    { kind: 'NewBlockHeader', header: block.header },
    { kind: 'Tx', height: 25n, index: 0, tx: TX, hash: HASH, result: readTxResult({}) },
  ]
  const got: unknown[] = []
  const arrived = new Promise<void>((resolve) => {
    const note = (value: unknown): void => {
      if (got.push(value) === 3) resolve()
    }
    subscriber.subscribeNewBlock().subscribe({ next: (event) => note(event.header.height) })
    subscriber.subscribeNewBlockHeader().subscribe({ next: (header) => note(header.chainId) })
    subscriber.subscribeTx().subscribe({ next: (event) => note(toHexUpper(event.hash)) })
  })
  await expect.poll(() => node.events.subscriptionCount).toBe(3)
  for (const event of events) node.events.publish(event)
  await arrived
  expect(got).toEqual([25, 'chain-AnM1ZK', toHexUpper(HASH)])
  subscriber.disconnect()
  await expect.poll(() => node.events.subscriptionCount).toBe(0)
})

test('StargateClient: reads height, chain, block and transaction, and submits', async () => {
  const stargate = await StargateClient.connect(url)
  expect([await stargate.getChainId(), await stargate.getHeight()]).toEqual(['chain-AnM1ZK', 26])
  expect((await stargate.getBlock(2)).header.height).toBe(2)
  const found = await stargate.getTx(toHexUpper(HASH))
  expect([found?.height, found?.code]).toEqual([23, 0])
  acceptAndPublish()
  expect(await stargate.broadcastTxSync(toUtf8('x=9'))).toMatch(/^[0-9A-F]{64}$/)
  stargate.disconnect()
})
