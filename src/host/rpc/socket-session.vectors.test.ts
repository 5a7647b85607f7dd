// A recorded WebSocket session is answered and fed with events byte for byte.

import { expect, test } from 'vitest'
import { loadVectors } from '../../core/crypto/vectors.fixture.ts'
import { FakeSocket, settle } from './fake-socket.fixture.ts'
import { RpcServer } from './index.ts'
import { RecordedNode } from './recorded-node.fixture.ts'
import { readChainEvent } from './recorded-events.fixture.ts'

const lines = (loadVectors('rpc_websocket.json') ?? []) as readonly string[]
const requests = lines.filter((line) => line.startsWith('>>> ')).map((line) => line.slice(4))
const answers = lines.filter((line) => !line.startsWith('>>> '))
const isEvent = (line: string): boolean => line.includes('"result":{"query":')
const replies = answers.filter((line) => !isEvent(line))
const events = answers.filter(isEvent)

/**
 * CometBFT writes the attributes in random order: they are compared as values, everything before
 * them as text.
 */
function comparable(line: string): { readonly text: string; readonly attributes: unknown } {
  const at = line.lastIndexOf(',"events":{"')
  return { text: line.slice(0, at), attributes: JSON.parse(line).result.events }
}

const counts = `${requests.length} requests, ${replies.length} answers, ${events.length} events`

test(`rpc_websocket.json: the session of ${counts} is played alike`, async () => {
  const node = new RecordedNode()
  for (const reply of replies) {
    const at = reply.indexOf(',"result":{"node_info"')
    if (at > 0) node.learn('status', {}, reply.slice(at + ',"result":'.length, -1))
  }
  const server = new RpcServer(node)
  const socket = new FakeSocket()
  server.socket(socket)
  for (const request of requests) socket.say(request)
  await settle()
  expect(socket.take()).toEqual(replies)
  const seen = new Set<string>()
  for (const line of events) {
    const { result } = JSON.parse(line)
    const published = JSON.stringify(result.data)
    // One event may have several subscribers; it is published once, and checked once per line.
    if (!seen.has(published)) node.events.publish(readChainEvent(node.crypto, result))
    seen.add(published)
    await settle()
  }
  expect(socket.take().map(comparable)).toEqual(events.map(comparable))
})
