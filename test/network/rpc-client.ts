// A JSON-RPC client for tests: calls over HTTP, waits for blocks over a WebSocket.
import { WebSocket } from 'ws'

/** A header as RPC shows it. */
export interface RpcHeader {
  readonly chain_id: string
  readonly height: string
  readonly time: string
  readonly app_hash: string
  readonly proposer_address: string
}

/** The answer of `block`. */
export interface RpcBlock {
  readonly block_id: { readonly hash: string }
  readonly block: { readonly header: RpcHeader; readonly data: { readonly txs: string[] } }
}

/** The RPC of one node. */
export class RpcClient {
  readonly url: string

  constructor(port: number) {
    this.url = `http://127.0.0.1:${port}`
  }

  async call<T>(method: string, params: Record<string, unknown> = {}): Promise<T> {
    const response = await fetch(this.url, {
      method: 'POST',
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    })
    const answer = (await response.json()) as {
      result?: T
      error?: { message: string; data?: string }
    }
    if (answer.error !== undefined) {
      throw new Error(`${method}: ${answer.error.message}: ${answer.error.data ?? ''}`)
    }
    return answer.result as T
  }

  /** Height of the last block; 0 before the first. */
  async height(): Promise<number> {
    const status = await this.call<{ sync_info: { latest_block_height: string } }>('status')
    return Number(status.sync_info.latest_block_height)
  }

  block(height: number): Promise<RpcBlock> {
    return this.call('block', { height: String(height) })
  }

  /** Submits `key=value` and resolves with its height once it is in a block. */
  async commit(text: string): Promise<number> {
    const tx = Buffer.from(text).toString('base64')
    const answer = await this.call<{
      height: string
      check_tx: { code: number; log: string }
      tx_result: { code: number; log: string }
    }>('broadcast_tx_commit', { tx })
    const code = answer.check_tx.code + answer.tx_result.code
    if (code !== 0) throw new Error(`refused: ${answer.check_tx.log}${answer.tx_result.log}`)
    return Number(answer.height)
  }

  /** The value under a key of the key-value application; null when there is none. */
  async query(key: string): Promise<string | null> {
    const data = Buffer.from(key).toString('hex')
    const { response } = await this.call<{ response: { value: string | null } }>('abci_query', {
      path: '',
      data,
    })
    return response.value === null ? null : Buffer.from(response.value, 'base64').toString()
  }

  /**
   * Resolves with the node's height once that is at least `height`; told by the node, not asked.
   */
  async reached(height: number, limitMs = 60_000): Promise<number> {
    const socket = new WebSocket(`${this.url.replace('http', 'ws')}/websocket`)
    const deadline = setTimeout(() => socket.terminate(), limitMs)
    try {
      return await new Promise<number>((resolve, reject) => {
        const settle = (now: number): void => {
          if (now >= height) resolve(now)
        }
        socket.on('open', () => {
          const query = "tm.event='NewBlockHeader'"
          const request = { jsonrpc: '2.0', id: 1, method: 'subscribe', params: { query } }
          socket.send(JSON.stringify(request))
          this.height().then(settle, reject)
        })
        socket.on('message', (data: Buffer) => {
          const { result } = JSON.parse(data.toString()) as {
            result: { data?: { value: { header: RpcHeader } } }
          }
          if (result.data !== undefined) settle(Number(result.data.value.header.height))
        })
        socket.on('error', reject)
        socket.on('close', () => reject(new Error(`${this.url} did not reach height ${height}`)))
      })
    } finally {
      clearTimeout(deadline)
      socket.terminate()
    }
  }
}
