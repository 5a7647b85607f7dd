// WebSockets: subscriptions and their limits, slow readers, order of requests, and what is left
// when they close.

import { expect, test } from 'vitest'
import { toUtf8 } from '../../core/bytes/index.ts'
import { nativeCrypto } from '../../node/platform/index.ts'
import { FakeSocket, settle } from './fake-socket.fixture.ts'
import { RpcServer } from './index.ts'
import type { RpcConfig } from './index.ts'
import { RecordedNode } from './recorded-node.fixture.ts'
import { readTxResult } from './recorded-results.fixture.ts'

const STEP = "tm.event='NewRoundStep'"

function setUp(config?: Partial<RpcConfig>): { node: RecordedNode; server: RpcServer } {
  const node = new RecordedNode()
  return { node, server: new RpcServer(node, config) }
}

function connect(server: RpcServer): FakeSocket {
  const socket = new FakeSocket()
  server.socket(socket)
  return socket
}

const request = (method: string, params: object, id: number | string = 1): object => ({
  jsonrpc: '2.0',
  id,
  method,
  params,
})

const subscribe = (query: string, id: number | string = 1): object =>
  request('subscribe', { query }, id)

function publishSteps(node: RecordedNode, from: number, to: number): void {
  for (let height = from; height <= to; height++) {
    node.events.publish({
      kind: 'NewRoundStep',
      height: BigInt(height),
      round: 0,
      step: 'RoundStepPropose',
    })
  }
}

const errorOf = (message: string | undefined): string => JSON.parse(message ?? '{}').error?.data
const heightsOf = (messages: readonly string[]): string[] =>
  messages.flatMap((message) => JSON.parse(message).result?.data?.value?.height ?? [])

test('a subscription: gets its events with the id and the query of its request', async () => {
  const { node, server } = setUp()
  const socket = connect(server)
  const query = "  tm.event = 'NewRoundStep'"
  socket.say(subscribe(query, 'abc'))
  expect(socket.take()).toEqual(['{"jsonrpc":"2.0","id":"abc","result":{}}'])
  publishSteps(node, 5, 5)
  await settle()
  const [event, ...more] = socket.take()
  expect(more).toEqual([])
  expect(JSON.parse(event ?? '')).toMatchObject({
    id: 'abc',
    result: { query, data: { value: { height: '5' } } },
  })
})

test('a subscription: is known by its meaning, not its spelling', () => {
  const { server } = setUp()
  const socket = connect(server)
  socket.say(subscribe(STEP))
  socket.say(subscribe("tm.event  =  'NewRoundStep'"))
  socket.say(request('unsubscribe', { query: "tm.event= 'NewRoundStep'" }))
  socket.say(request('unsubscribe', { query: STEP }))
  expect(socket.take().map(errorOf)).toEqual([
    undefined,
    'already subscribed',
    undefined,
    'subscription not found',
  ])
})

test('a subscription: with other conditions gets only what matches', async () => {
  const { node, server } = setUp()
  const socket = connect(server)
  socket.say(subscribe("tm.event='Tx' AND app.key='b'"))
  for (const key of ['a', 'b']) {
    const tx = toUtf8(key)
    const events = [{ type: 'app', attributes: [{ key: 'key', value: key, index: true }] }]
    const result = { ...readTxResult({}), events }
    node.events.publish({
      kind: 'Tx',
      height: 1n,
      index: 0,
      tx,
      hash: nativeCrypto.sha256(tx),
      result,
    })
  }
  await settle()
  expect(
    socket
      .take()
      .slice(1)
      .map((text) => JSON.parse(text).result.data.value.TxResult.tx),
  ).toEqual(['Yg=='])
})

test('unsubscribe_all: ends everything once', async () => {
  const { node, server } = setUp()
  const socket = connect(server)
  socket.say(subscribe(STEP))
  socket.say(subscribe("tm.event='Vote'"))
  socket.say(request('unsubscribe_all', {}))
  socket.say(request('unsubscribe_all', {}))
  expect(socket.take().map(errorOf)).toEqual([
    undefined,
    undefined,
    undefined,
    'subscription not found',
  ])
  publishSteps(node, 1, 1)
  await settle()
  expect(socket.take()).toEqual([])
  expect(node.events.subscriptionCount).toBe(0)
})

test('limits: a hundred clients may hold five subscriptions each', () => {
  const { node, server } = setUp()
  const sockets = Array.from({ length: 100 }, () => connect(server))
  for (const socket of sockets) {
    for (let i = 0; i < 5; i++) socket.say(subscribe(`tm.event='Tx' AND tx.height=${i}`))
    expect(socket.take().map(errorOf)).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
    ])
  }
  expect(node.events.subscriptionCount).toBe(500)
  const late = connect(server)
  late.say(subscribe(STEP))
  expect(late.take().map(errorOf)).toEqual(['max_subscription_clients 100 reached'])
  sockets[0]?.close(1000, '')
  late.say(subscribe(STEP))
  expect(late.take().map(errorOf)).toEqual([undefined])
})

test('limits: a long query is refused unread', () => {
  const socket = connect(setUp().server)
  socket.say(subscribe(`tm.event='${'x'.repeat(512)}'`))
  expect(socket.take().map(errorOf)).toEqual(['maximum query length exceeded'])
})

test('a slow reader: is ended with an error that says where it stood, within bounds', async () => {
  const { node, server } = setUp({ socketBufferBytes: 1000, subscriptionBufferSize: 10 })
  const socket = connect(server)
  socket.say(subscribe(STEP, 9))
  socket.take()
  socket.isReading = false
  for (let height = 1; height <= 100; height++) {
    publishSteps(node, height, height)
    await settle()
  }
  const sent = heightsOf(socket.received)
  expect(socket.bufferedBytes).toBeLessThan(1000 + 500)
  expect(node.events.subscriptionCount).toBe(0)
  socket.drain()
  const received = socket.take()
  const heights = heightsOf(received)
  expect(heights).toEqual(Array.from({ length: sent.length + 10 }, (_, i) => String(i + 1)))
  const last = JSON.parse(received.at(-1) ?? '')
  expect(last).toEqual({
    jsonrpc: '2.0',
    id: 9,
    error: {
      code: -32000,
      message: 'Server error',
      data:
        'subscription was canceled (reason: client is not pulling messages fast enough, ' +
        `last delivered height ${heights.at(-1)})`,
    },
  })
  socket.say(subscribe(STEP, 9))
  expect(socket.take().map(errorOf)).toEqual([undefined])
})

test('a reader that keeps up: misses nothing in a burst', async () => {
  const { node, server } = setUp({ subscriptionBufferSize: 100 })
  const socket = connect(server)
  socket.say(subscribe(STEP))
  socket.take()
  for (let burst = 0; burst < 10; burst++) {
    publishSteps(node, burst * 100 + 1, burst * 100 + 100)
    await settle()
  }
  expect(heightsOf(socket.take())).toEqual(Array.from({ length: 1000 }, (_, i) => String(i + 1)))
})

test('an event: is written once, however many subscribe', async () => {
  const { node, server } = setUp()
  const sockets = Array.from({ length: 50 }, () => connect(server))
  for (const socket of sockets) socket.say(subscribe("tm.event='Tx'"))
  let reads = 0
  const result = Object.defineProperty(readTxResult({}), 'log', { get: () => ((reads += 1), '') })
  const tx = toUtf8('x')
  node.events.publish({
    kind: 'Tx',
    height: 1n,
    index: 0,
    tx,
    hash: nativeCrypto.sha256(tx),
    result,
  })
  await settle()
  expect(sockets.every((socket) => socket.take().length === 2)).toBe(true)
  expect(reads).toBeLessThanOrEqual(2)
})

test('requests: are answered in order, also when one takes its time', async () => {
  const { node, server } = setUp()
  let answer: (value: null) => void = () => {}
  node.blocks.loadBlockMetaByHash = () => new Promise((resolve) => (answer = resolve))
  const socket = connect(server)
  socket.say(request('block_by_hash', { hash: 'YQ==' }, 1))
  socket.say(request('health', {}, 2))
  await settle()
  expect(socket.take()).toEqual([])
  answer(null)
  await settle()
  expect(socket.take().map((text) => JSON.parse(text).id)).toEqual([1, 2])
})

test('requests: when too many wait, the socket is not read until they are answered', async () => {
  const { node, server } = setUp()
  let answer: (value: null) => void = () => {}
  node.blocks.loadBlockMetaByHash = () => new Promise((resolve) => (answer = resolve))
  const socket = connect(server)
  socket.say(request('block_by_hash', { hash: 'YQ==' }, 0))
  for (let id = 1; id <= 70; id++) socket.say(request('health', {}, id))
  expect(socket.isPaused).toBe(true)
  answer(null)
  await settle()
  expect(socket.isPaused).toBe(false)
  expect(socket.take().length).toBe(71)
})

test('requests: of a client that does not read its answers wait until it does', () => {
  const { server } = setUp({ socketBufferBytes: 500 })
  const socket = connect(server)
  socket.isReading = false
  for (let id = 1; id <= 100; id++) socket.say(request('health', {}, id))
  expect(socket.received.length).toBeLessThan(20)
  expect(socket.isPaused).toBe(true)
  socket.drain()
  expect(socket.received.length).toBe(100)
  expect(socket.isPaused).toBe(false)
})

test('requests: far too many at once end the socket', () => {
  const { node, server } = setUp()
  node.blocks.loadBlockMetaByHash = () => new Promise(() => {})
  const socket = connect(server)
  socket.say(request('block_by_hash', { hash: 'YQ==' }))
  for (let i = 0; i < 20_000; i++) socket.say('{}')
  expect(socket.closedWith).toBe('too many requests at once')
  expect(server.openSockets).toBe(0)
})

test('closing: leaves no subscription behind, also while a request is under way', async () => {
  const { node, server } = setUp()
  const socket = connect(server)
  socket.say(subscribe(STEP))
  let answer: (value: null) => void = () => {}
  node.blocks.loadBlockMetaByHash = () => new Promise((resolve) => (answer = resolve))
  socket.say(request('block_by_hash', { hash: 'YQ==' }))
  socket.say(subscribe("tm.event='Vote'", 3))
  socket.close(1000, '')
  answer(null)
  await settle()
  expect(node.events.subscriptionCount).toBe(0)
  expect(server.openSockets).toBe(0)
  expect(socket.take().length).toBe(1)
})

test('stopping: tells every subscriber, and closes', () => {
  const { node, server } = setUp()
  const socket = connect(server)
  socket.say(subscribe(STEP, 4))
  socket.take()
  server.stop()
  expect(socket.take()).toEqual([
    '{"jsonrpc":"2.0","id":4,"error":{"code":-32000,"message":"Server error",' +
      '"data":"subscription was canceled (reason: CometBFT exited)"}}',
  ])
  expect(socket.closedWith).toBe('the node stops')
  expect([node.events.subscriptionCount, server.openSockets]).toEqual([0, 0])
})
