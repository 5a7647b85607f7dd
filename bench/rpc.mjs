// A small JSON-RPC client on one keep-alive connection, cheap enough not to count itself.

import { connect } from 'node:net'

export class Connection {
  #socket
  #buffered = ''
  #waiting = null

  static open(port) {
    return new Promise((resolve, reject) => {
      const connection = new Connection()
      connection.#socket = connect(port, '127.0.0.1', () => resolve(connection))
      connection.#socket.setNoDelay(true)
      connection.#socket.on('data', (bytes) => connection.#take(bytes.toString('latin1')))
      const fail = (cause) => {
        const error = new Error(`port ${port}: ${cause.message}`, { cause })
        reject(error)
        connection.#waiting?.reject(error)
      }
      connection.#socket.on('error', fail)
      connection.#socket.on('close', () => fail(new Error('the node closed the connection')))
    })
  }

  /** Sends one request and answers its result; throws the error that the node answers. */
  async call(method, params = {}) {
    const answer = JSON.parse(await this.post(bodyOf(method, params)))
    if (answer.error) throw new Error(`${answer.error.message}: ${answer.error.data}`)
    return answer.result
  }

  /** Sends one body and answers the body that comes back. One request at a time. */
  post(body) {
    this.#socket.write(
      'POST / HTTP/1.1\r\nHost: node\r\nContent-Type: application/json\r\n' +
        `Content-Length: ${body.length}\r\n\r\n${body}`,
    )
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject }
    })
  }

  close() {
    this.#socket.destroy()
  }

  #take(text) {
    this.#buffered += text
    const end = this.#buffered.indexOf('\r\n\r\n')
    if (end < 0) return
    const head = this.#buffered.slice(0, end)
    const length = /content-length: (\d+)/i.exec(head)
    if (length === null) return this.#takeChunked(end)
    const total = end + 4 + Number(length[1])
    if (this.#buffered.length < total) return
    this.#answer(this.#buffered.slice(end + 4, total), total)
  }

  // CometBFT answers large results in chunks.
  #takeChunked(end) {
    const stop = this.#buffered.indexOf('\r\n0\r\n\r\n', end)
    if (stop < 0) return
    let body = ''
    let at = end + 4
    while (at < stop) {
      const line = this.#buffered.indexOf('\r\n', at)
      const size = parseInt(this.#buffered.slice(at, line), 16)
      body += this.#buffered.slice(line + 2, line + 2 + size)
      at = line + 2 + size + 2
    }
    this.#answer(body, stop + 7)
  }

  #answer(body, consumed) {
    this.#buffered = this.#buffered.slice(consumed)
    const waiting = this.#waiting
    this.#waiting = null
    waiting?.resolve(body)
  }
}

/** The body of a request. */
export function bodyOf(method, params) {
  return JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })
}
