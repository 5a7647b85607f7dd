// What the recorded sessions do not show: batches, limits, waiting for a block, searches, and
// failures inside.

import { expect, test } from 'vitest'
import { InvariantError, toBase64, toHexUpper, toUtf8 } from '../../core/bytes/index.ts'
import type { ExecTxResult } from '../../core/proto/index.ts'
import { nativeCrypto } from '../../node/platform/index.ts'
import type { CheckTxResponse } from '../abci/index.ts'
import { MemoryClock } from '../memory/index.ts'
import type { HttpResponse } from '../ports/index.ts'
import { settle } from './fake-socket.fixture.ts'
import { RpcServer } from './index.ts'
import type { RpcConfig } from './index.ts'
import { httpRequest, uriRequest } from './recorded-cases.fixture.ts'
import { RecordedNode } from './recorded-node.fixture.ts'
import { readTxResult } from './recorded-results.fixture.ts'

const TX = toUtf8('a=1')
const HASH = toHexUpper(nativeCrypto.sha256(TX))
const RESULT: ExecTxResult = readTxResult({ log: 'done' })
const ACCEPTED: CheckTxResponse = RESULT

function rpcOf(node: RecordedNode, config?: Partial<RpcConfig>): RpcServer {
  return new RpcServer(node, config)
}

async function post(server: RpcServer, body: object | string): Promise<HttpResponse> {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return server.request(httpRequest({ method: 'POST', body: text }))
}

const call = (method: string, params: object = {}, id: number | string = 1): object => ({
  jsonrpc: '2.0',
  id,
  method,
  params,
})

/** A node that has one transaction in each of its blocks 1 to `count`. */
function nodeWithTxs(count: number): RecordedNode {
  const node = new RecordedNode()
  node.height = BigInt(count)
  for (let i = 1; i <= count; i++) {
    node.txs.push({ height: BigInt(i), index: 0, tx: toUtf8(`k${i}`), result: RESULT })
  }
  return node
}

test('a batch: is answered in order, and notifications in it are not', async () => {
  const server = rpcOf(nodeWithTxs(1))
  const health = call('health', {}, 'last')
  const { body } = await post(server, [call('status', {}, 7), { method: 'health' }, health])
  expect(JSON.parse(body).map((response: { id: unknown }) => response.id)).toEqual([7, 'last'])
})

test('a batch: of one call has a plain answer, and one of notifications none', async () => {
  const server = rpcOf(new RecordedNode())
  expect((await post(server, [call('health')])).body).toBe('{"jsonrpc":"2.0","id":1,"result":{}}')
  const { status, headers, body } = await post(server, [{ method: 'health' }, null])
  expect({ status, type: headers['Content-Type'], body }).toEqual({ status: 200, body: '' })
})

test('a batch: is cached only when every answer may be', async () => {
  const server = rpcOf(new RecordedNode())
  const cached = await post(server, [call('genesis'), call('genesis')])
  expect(cached.headers['Cache-Control']).toBe('public, max-age=86400')
  const mixed = await post(server, [call('genesis'), call('health')])
  expect(mixed.headers['Cache-Control']).toBeUndefined()
})

test('genesis: is served compact, with its application state as it was written', async () => {
  const node = new RecordedNode()
  node.genesisText = '{\n  "app_state": {"10": 12345678901234567890, "a": "x \\" <y>"}\n}\n'
  const { body } = await post(rpcOf(node), call('genesis'))
  const state = '{"10":12345678901234567890,"a":"x \\" \\u003cy\\u003e"}'
  expect(body).toContain(`"result":{"genesis":{"app_state":${state}}}`)
  const chunk = await rpcOf(node).request(uriRequest('/genesis_chunked'))
  expect(chunk.body).toContain(toBase64(toUtf8(`{"app_state":${state}}`)))
})

test('genesis: longer than 16 MiB is served in chunks only', async () => {
  const node = new RecordedNode()
  node.genesisText = JSON.stringify({ app_state: 'é'.repeat(8_400_000) })
  const server = rpcOf(node)
  expect((await post(server, call('genesis'))).body).toContain(
    'genesis response is large, please use the genesis_chunked API instead',
  )
  const parts = []
  for (const chunk of ['0', '1']) {
    const { result } = JSON.parse((await post(server, call('genesis_chunked', { chunk }))).body)
    expect(result.total).toBe('2')
    parts.push(Buffer.from(result.data, 'base64'))
  }
  expect(Buffer.concat(parts).toString()).toBe(node.genesisText)
  expect((await post(server, call('genesis_chunked', { chunk: '2' }))).body).toContain(
    'there are 1 chunks, 2 is invalid',
  )
})

test('tx_search: finds by hash, by height and by both, in order and pages', async () => {
  const node = nodeWithTxs(3)
  node.txs.push({ height: 2n, index: 1, tx: toUtf8('second'), result: RESULT })
  const server = rpcOf(node)
  const search = async (query: string, more: object = {}): Promise<unknown> => {
    const { result, error } = JSON.parse(
      (await post(server, call('tx_search', { query, ...more }))).body,
    )
    return (
      error?.data ?? result.txs.map((tx: { tx: string }) => Buffer.from(tx.tx, 'base64').toString())
    )
  }
  const hash = toHexUpper(nativeCrypto.sha256(toUtf8('k3')))
  expect(await search(`tx.hash='${hash}'`)).toEqual(['k3'])
  expect(await search(`tx.hash='${hash.toLowerCase()}' AND tx.height=3`)).toEqual(['k3'])
  expect(await search(`tx.hash='${hash}' AND tx.height=2`)).toEqual([])
  expect(await search('tx.height=2')).toEqual(['k2', 'second'])
  expect(await search('tx.height=2', { order_by: 'desc' })).toEqual(['second', 'k2'])
  expect(await search('tx.height=2', { per_page: '1', page: '2' })).toEqual(['second'])
  expect(await search('tx.height=99')).toEqual([])
  expect(await search('tx.height=2', { page: '2' })).toBe(
    'page should be within [1, 1] range, given 2',
  )
  expect(await search('tx.height=2', { order_by: 'up' })).toContain(
    'expected order_by to be either',
  )
  expect(await search("app.key='k'")).toContain("only, got: app.key='k'")
  expect(await search("tx.hash='xyz'")).toContain('tx_search finds')
  expect(await search('x'.repeat(513))).toBe('maximum query length exceeded')
})

test('tx: without an index says so', async () => {
  const node = new RecordedNode()
  Object.assign(node, { txIndex: null })
  for (const request of ['/tx?hash=0xAA', '/tx_search?query="tx.height=1"']) {
    const { body } = await rpcOf(node).request(uriRequest(request))
    expect(body).toContain('transaction indexing is disabled')
  }
})

test('broadcast_tx_commit: subscribes before it submits, and answers with the block', async () => {
  const node = new RecordedNode()
  node.submission = () => {
    expect(node.events.subscriptionCount).toBe(1)
    node.events.publish({
      kind: 'Tx',
      height: 9n,
      index: 0,
      tx: TX,
      hash: nativeCrypto.sha256(TX),
      result: RESULT,
    })
    return { kind: 'checked', response: ACCEPTED }
  }
  const { status, body } = await post(
    rpcOf(node),
    call('broadcast_tx_commit', { tx: toBase64(TX) }),
  )
  const { result } = JSON.parse(body)
  expect([status, result.height, result.hash, result.tx_result.log]).toEqual([
    200,
    '9',
    HASH,
    'done',
  ])
  expect(node.events.subscriptionCount).toBe(0)
})

test('broadcast_tx_commit: gives up after ten seconds of the clock', async () => {
  const node = new RecordedNode()
  const clock = new MemoryClock()
  node.clock = clock
  node.submission = { kind: 'checked', response: ACCEPTED }
  const waiting = post(rpcOf(node), call('broadcast_tx_commit', { tx: toBase64(TX) }))
  await settle()
  clock.advance(9_999)
  await settle()
  expect(node.events.subscriptionCount).toBe(1)
  clock.advance(1)
  const { status, body } = await waiting
  expect(status).toBe(200)
  expect(JSON.parse(body).error).toEqual({
    code: -32603,
    message: 'Internal error',
    data: 'timed out waiting for tx to be included in a block',
  })
  expect(node.events.subscriptionCount).toBe(0)
})

test('broadcast_tx_commit: does not wait for what was not taken in', async () => {
  const node = new RecordedNode()
  node.submission = { kind: 'checked', response: { ...ACCEPTED, code: 5 } }
  const { result } = JSON.parse(
    (await post(rpcOf(node), call('broadcast_tx_commit', { tx: toBase64(TX) }))).body,
  )
  expect([result.check_tx.code, result.height, result.hash]).toEqual([5, '0', HASH])
  node.submission = { kind: 'refused', reason: 'tx already exists in cache' }
  const { body } = await rpcOf(node).request(uriRequest('/broadcast_tx_commit?tx="a=1"'))
  expect(body).toContain('"data":"error on broadcastTxCommit: tx already exists in cache"')
  expect(node.events.subscriptionCount).toBe(0)
})

test('broadcast_tx_commit: counts as a subscribing client', async () => {
  const node = new RecordedNode()
  node.submission = { kind: 'checked', response: ACCEPTED }
  const server = rpcOf(node, { maxSubscriptionClients: 2 })
  const asked = ['a', 'b', 'c'].map((tx) =>
    post(server, call('broadcast_tx_commit', { tx: btoa(tx) })),
  )
  expect((await asked[2])?.body).toContain('"data":"max_subscription_clients 2 reached"')
  const clock = node.clock as MemoryClock
  clock.advance(10_000)
  expect((await asked[0])?.body).toContain('timed out')
  expect((await asked[1])?.body).toContain('timed out')
})

test('broadcast_tx_async: answers without waiting, or with a refusal known at once', async () => {
  const node = new RecordedNode()
  const server = rpcOf(node)
  Object.assign(node.mempool, { submit: () => new Promise(() => {}) })
  const { result } = JSON.parse(
    (await post(server, call('broadcast_tx_async', { tx: toBase64(TX) }))).body,
  )
  expect(result).toEqual({ code: 0, data: '', log: '', codespace: '', hash: HASH })
  Object.assign(node.mempool, { submit: () => ({ kind: 'refused', reason: 'mempool is full' }) })
  expect((await post(server, call('broadcast_tx_async', { tx: toBase64(TX) }))).body).toContain(
    'mempool is full',
  )
})

test('a failure inside: becomes an internal error with its text', async () => {
  const node = new RecordedNode()
  node.application.query = async () => {
    throw new Error('the application is gone')
  }
  const { status, body } = await post(rpcOf(node), call('abci_query', { data: '00' }))
  expect([status, JSON.parse(body).error.data]).toEqual([200, 'the application is gone'])
  const uri = await rpcOf(node).request(uriRequest('/abci_query?data=0x00'))
  expect(uri.status).toBe(500)
})

test('a bug inside: is answered and thrown where it stops the node', async () => {
  const node = new RecordedNode()
  const bug = new InvariantError('broken')
  node.blocks.loadBlock = () => Promise.reject(bug)
  let deferred: () => void = () => {}
  node.clock = Object.assign(new MemoryClock(), { defer: (f: () => void) => void (deferred = f) })
  node.height = 1n
  expect((await post(rpcOf(node), call('block', { height: '1' }))).body).toContain('broken')
  expect(deferred).toThrow(bug)
})

test('an empty node: answers what a node before its first block answers', async () => {
  const server = rpcOf(new RecordedNode())
  const answers: Record<string, string> = {
    '/block': '"result":{"block_id":{"hash":"","parts":{"total":0,"hash":""}},"block":null}',
    '/header': '"result":{"header":null}',
    '/commit': '"result":null',
    '/blockchain': "min height 1 can't be greater than max height 0",
    '/block_results': 'could not find results for height #0',
    '/validators': 'could not find validator set for height #1',
    '/consensus_params': 'could not find consensus params for height #1',
    '/status': '"latest_block_time":"1970-01-01T00:00:00Z"',
    '/num_unconfirmed_txs': '{"n_txs":"0","total":"0","total_bytes":"0","txs":null}',
  }
  for (const [target, answer] of Object.entries(answers)) {
    expect((await server.request(uriRequest(target))).body).toContain(answer)
  }
})

test('a pruned node: names its lowest height', async () => {
  const node = new RecordedNode()
  Object.defineProperty(node.blocks, 'base', { value: 5n })
  node.height = 9n
  const { body } = await rpcOf(node).request(uriRequest('/block?height=4'))
  expect(body).toContain('"data":"height 4 is not available, lowest height is 5"')
})

test('origins: get no permission unless they are configured', async () => {
  const request = httpRequest({ path: '/health', origin: 'https://app.example' })
  const closed = await rpcOf(new RecordedNode()).request(request)
  expect(Object.keys(closed.headers).some((name) => name.startsWith('Access-'))).toBe(false)
  const open = rpcOf(new RecordedNode(), { corsAllowedOrigins: ['https://app.example'] })
  const allowed = await open.request(request)
  expect(allowed.headers['Access-Control-Allow-Origin']).toBe('https://app.example')
  const other = await open.request({ ...request, origin: 'https://evil.example' })
  expect(other.headers['Access-Control-Allow-Origin']).toBeUndefined()
  const preflight = await open.request({ ...request, method: 'OPTIONS' })
  expect([preflight.status, preflight.body]).toEqual([204, ''])
})

test('the endpoints page: shows every route, and nothing of a hostile Host header', async () => {
  const { status, headers, body } = await rpcOf(new RecordedNode()).request(
    httpRequest({ host: 'node:26657"><script>' }),
  )
  expect([status, headers['Content-Type']]).toEqual([200, 'text/html'])
  expect(body).toContain('//node:26657script/tx?hash=_&prove=_')
  expect(body).not.toContain('<script>')
})

test('hostile bodies: cost time in proportion to their size', async () => {
  const server = rpcOf(new RecordedNode())
  const bodies = [
    '['.repeat(1_000_000),
    `{"id":1,"method":"health","params":${'{"a":'.repeat(200_000)}`,
    `{"id":1,"method":"block","params":[${'1,'.repeat(499_000)}1]}`,
    `{"id":1,"method":"block","params":{"height":"${'9'.repeat(990_000)}"}}`,
    `{"id":${'9'.repeat(990_000)},"method":"health"}`,
    `{"id":[${'[],'.repeat(300_000)}1],"method":"health"}`,
    `{"id":1,"method":"tx","params":{"hash":[${'0,'.repeat(499_000)}0]}}`,
    `{"id":1,"method":"broadcast_tx_sync","params":{"tx":"${'A'.repeat(990_000)}!"}}`,
    `[${'{"id":1},'.repeat(100_000)}{"id":1}]`,
    ' '.repeat(1_000_000),
    `"${'\\u0041'.repeat(160_000)}`,
  ]
  for (const body of bodies) {
    const started = performance.now()
    await post(server, body)
    expect({ body: body.slice(0, 60), isQuick: performance.now() - started < 2_000 }).toEqual({
      body: body.slice(0, 60),
      isQuick: true,
    })
  }
})

test('a path: with a byte that is not UTF-8 is redirected as any other', async () => {
  const server = rpcOf(new RecordedNode())
  const { status, headers } = await server.request(uriRequest('//\udcff/é b'))
  expect([status, headers['Location']]).toEqual([307, '/%FF/%C3%A9%20b'])
})
