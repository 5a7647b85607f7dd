// The HTTP server on real sockets: limits, odd requests, WebSockets, and a quick end.

import { once } from 'node:events'
import { Agent, request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import type {
  HttpHandler,
  HttpLimits,
  HttpListener,
  HttpRequest,
  MessageSocket,
} from '../../host/ports/index.ts'
import { nodeHttpServer } from './index.ts'

const LIMITS: HttpLimits = {
  maxConnections: 50,
  maxBodyBytes: 1000,
  maxHeaderBytes: 8192,
  maxMessageBytes: 1000,
  readTimeoutMs: 10_000,
}

const open: HttpListener[] = []
afterEach(async () => {
  for (const listener of open.splice(0)) await listener.close()
})

/** Answers with what it was asked; WebSockets are kept. */
class Echo implements HttpHandler {
  readonly sockets: MessageSocket[] = []
  readonly closed: MessageSocket[] = []

  request({ method, path, query, body }: HttpRequest): Awaited<ReturnType<HttpHandler['request']>> {
    const headers = { 'Content-Type': 'text/plain', 'X-Method': method }
    return { status: 200, headers, body: `${path}|${query}|${body}` }
  }

  oversized(): ReturnType<HttpHandler['oversized']> {
    return { status: 400, headers: {}, body: 'too large' }
  }

  acceptsSocket(path: string): boolean {
    return path === '/websocket'
  }

  socket(socket: MessageSocket): void {
    this.sockets.push(socket)
    socket.onMessage((text) => socket.send(`echo ${text}`))
    socket.onClose(() => this.closed.push(socket))
  }
}

async function listen(
  more: Partial<HttpLimits> = {},
): Promise<{ echo: Echo; address: string; listener: HttpListener }> {
  const echo = new Echo()
  const listener = await nodeHttpServer.listen('127.0.0.1:0', { ...LIMITS, ...more }, echo)
  open.push(listener)
  return { echo, address: listener.address, listener }
}

/** Sends bytes as they are and reads until the server ends the connection. */
async function raw(address: string, text: string): Promise<string> {
  const port = Number(address.split(':')[1])
  const socket = connect(port, '127.0.0.1')
  let answer = ''
  socket.on('data', (data) => (answer += data.toString()))
  socket.on('error', () => {})
  socket.write(text)
  await once(socket, 'close')
  return answer
}

async function webSocket(address: string): Promise<WebSocket> {
  const socket = new WebSocket(`ws://${address}/websocket`)
  socket.on('error', () => {})
  await once(socket, 'open')
  return socket
}

test('a request: arrives whole, with its path decoded and its query as sent', async () => {
  const { address } = await listen()
  const response = await fetch(`http://${address}/a%20b?x=%22y%22`, {
    method: 'POST',
    body: 'bödy',
  })
  expect(await response.text()).toBe('/a b|x=%22y%22|bödy')
  expect(response.headers.get('x-method')).toBe('POST')
})

test('a request: that is a HEAD gets headers only', async () => {
  const { address } = await listen()
  const response = await fetch(`http://${address}/a`, { method: 'HEAD' })
  expect([response.headers.get('content-length'), await response.text()]).toEqual(['4', ''])
})

test('a connection: is kept for the next request', async () => {
  const { address } = await listen()
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const ports = new Set<number | undefined>()
  for (let i = 0; i < 3; i++) {
    const request = httpRequest(`http://${address}/`, { agent, method: 'POST' })
    request.end('x')
    const [response] = await once(request, 'response')
    ports.add(response.socket.localPort)
    response.resume()
    await once(response, 'end')
  }
  agent.destroy()
  expect(ports.size).toBe(1)
})

test('a body over the limit: is refused, whether its length was told or not', async () => {
  const { address } = await listen()
  const told = await raw(address, 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1001\r\n\r\n')
  expect(told).toMatch(/^HTTP\/1.1 400 [\s\S]*Connection: close[\s\S]*too large$/)
  const chunk = `1f4\r\n${'x'.repeat(500)}\r\n`
  const untold = await raw(
    address,
    `POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n${chunk.repeat(3)}0\r\n\r\n`,
  )
  expect(untold).toMatch(/^HTTP\/1.1 400 [\s\S]*too large$/)
  const most = await fetch(`http://${address}/`, { method: 'POST', body: 'x'.repeat(1000) })
  expect((await most.text()).length).toBe(1003)
})

test('a body in tiny pieces: arrives as it was sent', async () => {
  const { address } = await listen()
  const pieces = Array.from({ length: 900 }, (_, i) => `1\r\n${i % 10}\r\n`).join('')
  const answer = await raw(
    address,
    'POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n' +
      `${pieces}0\r\n\r\n`,
  )
  expect(answer).toContain(`/||${'0123456789'.repeat(90)}`)
})

test('headers over the limit: are refused', async () => {
  const { address } = await listen()
  const answer = await raw(address, `GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(10_000)}\r\n\r\n`)
  expect(answer).toMatch(/^HTTP\/1.1 431 /)
})

test('connections over the limit: are ended, the others stay', async () => {
  const { address } = await listen({ maxConnections: 2 })
  const first = await webSocket(address)
  const second = await webSocket(address)
  expect(await raw(address, 'GET / HTTP/1.1\r\nHost: x\r\n\r\n')).toBe('')
  first.send('still here')
  expect(String((await once(first, 'message'))[0])).toBe('echo still here')
  second.close()
})

test('an upgrade to something else: is an ordinary request', async () => {
  const { address } = await listen()
  const upgrade = 'Host: x\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n'
  const answer = await raw(
    address,
    `POST /rpc HTTP/1.1\r\n${upgrade}Content-Length: 5\r\n\r\nhello`,
  )
  expect(answer).toMatch(/^HTTP\/1.1 200 [\s\S]*\/rpc\|\|hello$/)
  const large = await raw(address, `POST / HTTP/1.1\r\n${upgrade}Content-Length: 5000\r\n\r\n`)
  expect(large).toContain('too large')
})

test('a WebSocket: is accepted on its path only', async () => {
  const { address, echo } = await listen()
  const socket = await webSocket(address)
  socket.send('hi')
  expect(String((await once(socket, 'message'))[0])).toBe('echo hi')
  const wrong = new WebSocket(`ws://${address}/other`)
  const [error] = await once(wrong, 'error')
  expect(String(error)).toContain('200')
  expect(echo.sockets.length).toBe(1)
})

test('a WebSocket: is closed for a message over the limit', async () => {
  const { address, echo } = await listen()
  const socket = await webSocket(address)
  socket.send('x'.repeat(1001))
  expect((await once(socket, 'close'))[0]).toBe(1009)
  await expect.poll(() => echo.closed.length).toBe(1)
})

test('a WebSocket: tells what it has not sent yet, and when it has', async () => {
  const { address, echo } = await listen()
  const socket = await webSocket(address)
  const [server] = echo.sockets
  let drained = 0
  server?.onDrain(() => (drained += 1))
  socket.pause()
  const message = 'x'.repeat(1_000_000)
  for (let i = 0; i < 30; i++) server?.send(message)
  expect(server?.bufferedBytes).toBeGreaterThan(1_000_000)
  socket.resume()
  await expect
    .poll(() => [server?.bufferedBytes, drained > 0], { timeout: 10_000 })
    .toEqual([0, true])
})

test('a WebSocket: that is paused hands over nothing until it is resumed', async () => {
  const { address, echo } = await listen()
  const socket = await webSocket(address)
  const [server] = echo.sockets
  server?.pause()
  const got: string[] = []
  socket.on('message', (data: Buffer) => got.push(data.toString()))
  socket.send('late')
  // A round trip on another connection, so that the message has had its time.
  await (await fetch(`http://${address}/`)).text()
  expect(got).toEqual([])
  server?.resume()
  await expect.poll(() => got).toEqual(['echo late'])
})

test('closing: ends idle connections and WebSockets at once', async () => {
  const { address, listener } = await listen()
  const socket = await webSocket(address)
  await (await fetch(`http://${address}/`)).text()
  const started = performance.now()
  const ended = once(socket, 'close')
  await listener.close()
  expect((await ended)[0]).toBe(1001)
  expect(performance.now() - started).toBeLessThan(1500)
  await expect(fetch(`http://${address}/`)).rejects.toThrow('fetch failed')
})

test('listening: rejects when the address is taken', async () => {
  const { address } = await listen()
  await expect(nodeHttpServer.listen(address, LIMITS, new Echo())).rejects.toThrow('EADDRINUSE')
})
