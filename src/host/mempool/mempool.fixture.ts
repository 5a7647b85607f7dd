// Mempools for tests: a clock that is moved by hand and an application that can be slow.

import { EMPTY_BYTES, toUtf8 } from '../../core/bytes/index.ts'
import { nobleCrypto } from '../../core/crypto/index.ts'
import type { ExecTxResult } from '../../core/proto/index.ts'
import type { Awaitable, CheckTxRequest, CheckTxResponse } from '../abci/index.ts'
import { MemoryClock, silentLogger } from '../memory/index.ts'
import { Mempool, NO_TX_LIMITS, type MempoolConfig } from './index.ts'

/** A response with a code; the gas wanted is what the test is about, if anything. */
export function response(code: number, gasWanted = 1n): CheckTxResponse {
  const text = { log: '', info: '', codespace: '' }
  return { code, data: EMPTY_BYTES, gasWanted, gasUsed: 0n, events: [], ...text }
}

/** A mempool in a world of its own. */
export interface World {
  readonly clock: MemoryClock
  readonly mempool: Mempool
  /** What the application was asked, newest last. */
  readonly asked: CheckTxRequest[]
  /** How the application answers; may be replaced. */
  answer: (request: CheckTxRequest) => Awaitable<CheckTxResponse>
}

/** A mempool whose application accepts everything until told otherwise. */
export function makeWorld(config: Partial<MempoolConfig> = {}): World {
  const clock = new MemoryClock()
  const asked: CheckTxRequest[] = []
  const world: Omit<World, 'mempool'> = { clock, asked, answer: () => response(0) }
  const checkTx = (request: CheckTxRequest): Awaitable<CheckTxResponse> => {
    asked.push(request)
    return world.answer(request)
  }
  const application = { checkTx }
  const logger = silentLogger
  const mempool = new Mempool({ application, crypto: nobleCrypto, clock, logger, config })
  return Object.assign(world, { mempool })
}

/** A transaction of a text. */
export const tx = (text: string): Uint8Array => toUtf8(text)

/** Commits transactions, all with one code, and lets the recheck of the rest begin. */
export async function commit(world: World, txs: readonly Uint8Array[], code = 0): Promise<void> {
  const { mempool } = world
  await mempool.lock()
  mempool.update({
    height: mempool.height + 1n,
    txs,
    hashes: txs.map((one) => nobleCrypto.sha256(one)),
    results: txs.map((): ExecTxResult => response(code)),
    limits: NO_TX_LIMITS,
  })
  mempool.unlock()
}

/** Runs what is due at once, with the promises in between, until nothing is left. */
export async function settle(clock: MemoryClock): Promise<void> {
  for (let i = 0; i < 100; i++) {
    clock.advance(0)
    await Promise.resolve()
  }
}
