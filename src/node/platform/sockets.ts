// The network port on TCP: streams without delay, dialled with a deadline, accepted on a port.

import { connect, createServer } from 'node:net'
import type { Server, Socket } from 'node:net'
import type { DialOptions, Listener, Network, Stream } from '../../host/ports/index.ts'

const MAX_PORT = 65_535

/** A place to listen or to dial. */
export interface Endpoint {
  readonly host: string
  readonly port: number
}

/** Reads `host:port`; an IPv6 host stands in brackets. Throws when it is something else. */
export const parseEndpoint = (address: string): Endpoint => {
  const colon = address.lastIndexOf(':')
  const host = address.slice(0, colon).replace(/^\[(.*)\]$/, '$1')
  const port = Number(address.slice(colon + 1))
  if (colon < 1 || !Number.isInteger(port) || port < 0 || port > MAX_PORT) {
    throw new Error(`${address} is not host:port`)
  }
  return { host, port }
}

/** Writes `host:port`; an IPv4 address inside IPv6 is shown as IPv4. */
export const formatEndpoint = (host: string, port: number): string => {
  const plain = host.startsWith('::ffff:') ? host.slice('::ffff:'.length) : host
  return plain.includes(':') ? `[${plain}]:${port}` : `${plain}:${port}`
}

/** A socket as a stream. The system's error, if there was one, is the reason of the end. */
class SocketStream implements Stream {
  readonly remoteAddress: string
  readonly #socket: Socket
  #reason: string | null = null
  #hasEnded = false
  #onClose: ((reason: string) => void) | null = null

  constructor(socket: Socket) {
    this.#socket = socket
    this.remoteAddress = formatEndpoint(socket.remoteAddress ?? '?', socket.remotePort ?? 0)
    socket.on('error', (error) => (this.#reason ??= error.message))
    socket.on('close', () => {
      this.#hasEnded = true
      this.#tellClosed()
    })
  }

  get bufferedBytes(): number {
    return this.#socket.writableLength
  }

  write(bytes: Uint8Array): boolean {
    // After the end a write would raise an error that nobody waits for.
    return this.#socket.writable ? this.#socket.write(bytes) : true
  }

  onData(f: (bytes: Uint8Array) => void): void {
    this.#socket.on('data', f)
  }

  onClose(f: (reason: string) => void): void {
    this.#onClose = f
    if (this.#hasEnded) queueMicrotask(() => this.#tellClosed())
  }

  onDrain(f: () => void): void {
    this.#socket.on('drain', f)
  }

  pause(): void {
    this.#socket.pause()
  }

  resume(): void {
    this.#socket.resume()
  }

  close(reason = 'closed'): void {
    this.#reason ??= reason
    this.#socket.destroy()
  }

  #tellClosed(): void {
    const tell = this.#onClose
    this.#onClose = null
    tell?.(this.#reason ?? 'closed by the other side')
  }
}

const dial = (address: string, options: DialOptions): Promise<Stream> =>
  new Promise((resolve, reject) => {
    options.signal.throwIfAborted()
    const socket = connect({ ...parseEndpoint(address), noDelay: true })
    const settle = (): void => {
      clearTimeout(timer)
      options.signal.removeEventListener('abort', onAbort)
      socket.removeListener('error', fail)
    }
    const fail = (error: Error): void => {
      settle()
      socket.on('error', () => {})
      socket.destroy()
      reject(error)
    }
    const onAbort = (): void => fail(new Error('aborted'))
    const timer = setTimeout(
      () => fail(new Error(`no answer within ${options.timeoutMs} ms`)),
      options.timeoutMs,
    )
    options.signal.addEventListener('abort', onAbort, { once: true })
    socket.once('error', fail)
    socket.once('connect', () => {
      settle()
      resolve(new SocketStream(socket))
    })
  })

const addressOf = (server: Server): string => {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port is listened on')
  return formatEndpoint(address.address, address.port)
}

const listen = (address: string, onStream: (stream: Stream) => void): Promise<Listener> =>
  new Promise((resolve, reject) => {
    const server = createServer({ noDelay: true }, (socket) => onStream(new SocketStream(socket)))
    server.once('error', reject)
    server.listen(parseEndpoint(address), () => {
      server.removeListener('error', reject)
      // Out of descriptors: that connection is lost, the next may come through.
      server.on('error', () => {})
      const close = async (): Promise<void> => void server.close()
      resolve({ address: addressOf(server), close })
    })
  })

/** TCP. Addresses are `host:port` or `[v6]:port`; names are resolved by the system. */
export const tcpNetwork: Network = { dial, listen }
