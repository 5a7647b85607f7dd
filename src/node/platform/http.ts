// The HTTP server port on node:http, with WebSockets by ws.

import { createServer, ServerResponse } from 'node:http'
import type { IncomingMessage, Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { WebSocketServer } from 'ws'
import type { WebSocket } from 'ws'
import type {
  HttpHandler,
  HttpLimits,
  HttpListener,
  HttpRequest,
  HttpResponse,
  HttpServer,
  MessageSocket,
} from '../../host/ports/index.ts'
import { HttpBody } from './http-body.ts'
import { formatEndpoint, parseEndpoint } from './sockets.ts'

/**
 * A WebSocket that has not answered a ping for this long is cut (CometBFT pings every 27 s and
 * waits 30 s).
 */
const PING_PERIOD_MS = 27_000
/** How long a WebSocket may take to answer a close frame. */
const CLOSE_TIMEOUT_MS = 2_000
/** How often requests that take too long to arrive are looked for. */
const CHECK_INTERVAL_MS = 2_000
const TEXT = 'utf8'

/** Servers for HTTP/1.1 and WebSocket on TCP. */
export const nodeHttpServer: HttpServer = {
  listen: (address, limits, handler) => new ListeningServer(limits, handler).listen(address),
}

class ListeningServer implements HttpListener {
  address = ''
  readonly #limits: HttpLimits
  readonly #handler: HttpHandler
  readonly #server: Server
  readonly #sockets: WebSocketServer
  readonly #alive = new WeakSet<WebSocket>()
  #pings: NodeJS.Timeout | null = null

  constructor(limits: HttpLimits, handler: HttpHandler) {
    this.#limits = limits
    this.#handler = handler
    this.#sockets = new WebSocketServer({
      noServer: true,
      maxPayload: limits.maxMessageBytes,
      perMessageDeflate: false,
      clientTracking: true,
    })
    this.#server = createServer({
      maxHeaderSize: limits.maxHeaderBytes,
      headersTimeout: limits.readTimeoutMs,
      requestTimeout: limits.readTimeoutMs,
      connectionsCheckingInterval: CHECK_INTERVAL_MS,
      keepAliveTimeout: limits.readTimeoutMs,
      noDelay: true,
    })
    this.#server.maxConnections = limits.maxConnections
    this.#server.on('request', (request, response) => this.#receive(request, response))
    this.#server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) =>
      this.#upgrade(request, socket, head),
    )
  }

  async listen(address: string): Promise<HttpListener> {
    const { host, port } = parseEndpoint(address)
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject)
      this.#server.listen(port, host, () => {
        this.#server.off('error', reject)
        resolve()
      })
    })
    const bound = this.#server.address() as AddressInfo
    this.address = formatEndpoint(bound.address, bound.port)
    this.#pings = setInterval(() => this.#pingAll(), PING_PERIOD_MS)
    this.#pings.unref()
    return this
  }

  async close(): Promise<void> {
    if (this.#pings !== null) clearInterval(this.#pings)
    const closed = new Promise<void>((resolve) => {
      this.#server.close(() => resolve())
    })
    for (const socket of this.#sockets.clients) closeWithin(socket, 1001, '')
    this.#server.closeIdleConnections()
    const cut = setTimeout(() => this.#server.closeAllConnections(), CLOSE_TIMEOUT_MS)
    await closed
    clearTimeout(cut)
  }

  #receive(request: IncomingMessage, response: ServerResponse): void {
    const declared = Number(request.headers['content-length'] ?? 0)
    if (declared > this.#limits.maxBodyBytes) {
      this.#refuseBody(response)
      return
    }
    const body = new HttpBody(this.#limits.maxBodyBytes)
    request.on('data', (piece: Buffer) => {
      if (!response.headersSent && !body.add(piece)) this.#refuseBody(response)
    })
    request.on('end', () => {
      if (!response.headersSent) this.#answer(requestOf(request, body.text()), response)
    })
    // A client that goes away in the middle of a request is no event for the node.
    request.on('error', () => response.destroy())
  }

  #refuseBody(response: ServerResponse): void {
    response.shouldKeepAlive = false
    write(response, this.#handler.oversized())
  }

  #answer(request: HttpRequest, response: ServerResponse): void {
    const answer = this.#handler.request(request)
    if (answer instanceof Promise) void answer.then((late) => write(response, late))
    else write(response, answer)
  }

  #upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void {
    const { path } = targetOf(request.url ?? '/')
    const isWebSocket = request.headers.upgrade?.toLowerCase() === 'websocket'
    if (!isWebSocket || !this.#handler.acceptsSocket(path)) {
      this.#receivePlain(request, socket, head)
      return
    }
    this.#sockets.handleUpgrade(request, socket, head, (webSocket) => {
      this.#alive.add(webSocket)
      webSocket.on('pong', () => this.#alive.add(webSocket))
      this.#handler.socket(new NodeMessageSocket(webSocket, socket, this.#alive))
    })
  }

  /**
   * A request that offers an upgrade nobody takes, such as HTTP/2, is an ordinary one. Node has
   * stopped parsing its connection, so the body is read by its length here and the connection ends
   * with the answer.
   */
  #receivePlain(request: IncomingMessage, socket: Socket, head: Buffer): void {
    const response = new ServerResponse(request)
    response.assignSocket(socket)
    response.shouldKeepAlive = false
    response.on('finish', () => socket.end())
    socket.on('error', () => socket.destroy())
    socket.setTimeout(this.#limits.readTimeoutMs, () => socket.destroy())
    const length = Number(request.headers['content-length'] ?? 0)
    if (length > this.#limits.maxBodyBytes) {
      this.#refuseBody(response)
      return
    }
    const body = new HttpBody(this.#limits.maxBodyBytes)
    const take = (piece: Buffer): void => {
      // What comes behind the body is not looked at.
      body.add(piece.subarray(0, length - body.length))
      if (body.length < length) return
      socket.off('data', take)
      this.#answer(requestOf(request, body.text()), response)
    }
    socket.on('data', take)
    take(head)
  }

  #pingAll(): void {
    for (const socket of this.#sockets.clients) {
      if (this.#alive.has(socket)) {
        this.#alive.delete(socket)
        socket.ping()
      } else {
        socket.terminate()
      }
    }
  }
}

class NodeMessageSocket implements MessageSocket {
  readonly #socket: WebSocket
  readonly #stream: Socket

  constructor(socket: WebSocket, stream: Socket, alive: WeakSet<WebSocket>) {
    this.#socket = socket
    this.#stream = stream
    // ws closes the socket itself after an error; without a listener the process would end.
    socket.on('error', () => {})
    socket.on('message', () => alive.add(socket))
  }

  get bufferedBytes(): number {
    return this.#socket.bufferedAmount
  }

  send(text: string): void {
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.send(text)
  }

  onMessage(f: (text: string) => void): void {
    this.#socket.on('message', (data: Buffer) => f(data.toString(TEXT)))
  }

  onDrain(f: () => void): void {
    this.#stream.on('drain', f)
  }

  onClose(f: () => void): void {
    this.#socket.once('close', () => f())
  }

  pause(): void {
    this.#socket.pause()
  }

  resume(): void {
    this.#socket.resume()
  }

  close(code: number, reason: string): void {
    closeWithin(this.#socket, code, reason)
  }
}

/** ws waits half a minute for the answer to a close frame; a server that stops must not. */
function closeWithin(socket: WebSocket, code: number, reason: string): void {
  socket.close(code, reason)
  const cut = setTimeout(() => socket.terminate(), CLOSE_TIMEOUT_MS)
  socket.once('close', () => clearTimeout(cut))
}

function requestOf(request: IncomingMessage, body: string): HttpRequest {
  const { headers } = request
  const { path, query } = targetOf(request.url ?? '/')
  return {
    method: request.method ?? 'GET',
    path,
    query,
    host: headers.host ?? '',
    contentType: headers['content-type'] ?? '',
    origin: headers.origin ?? '',
    body,
  }
}

/**
 * Path and query of a request target, which may be a whole URL. A path that cannot be decoded is
 * kept as it is.
 */
function targetOf(url: string): { readonly path: string; readonly query: string } {
  const target = url.startsWith('/') ? url : url.replace(/^https?:\/\/[^/?]*/i, '')
  const mark = target.indexOf('?')
  const path = mark < 0 ? target : target.slice(0, mark)
  const query = mark < 0 ? '' : target.slice(mark + 1)
  return { path: path.includes('%') ? decoded(path) : path, query }
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}

function write(response: ServerResponse, { status, headers, body }: HttpResponse): void {
  // The client may be gone: writing then would be an error that nobody waits for.
  if (response.destroyed) return
  const all: string[] = []
  for (const name of Object.keys(headers)) all.push(name, headers[name] ?? '')
  all.push('Content-Length', String(Buffer.byteLength(body, TEXT)))
  response.writeHead(status, all)
  response.end(body, TEXT)
}
