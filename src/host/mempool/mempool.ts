// Valid transactions in order of arrival, checked once by the application and again after each
// block.

import { bytesKey } from '../../core/bytes/index.ts'
import type { Crypto } from '../../core/crypto/index.ts'
import type { Awaitable, CheckTxResponse } from '../abci/index.ts'
import type { Clock, Logger } from '../ports/index.ts'
import { DEFAULT_MEMPOOL_CONFIG, type MempoolConfig } from './config.ts'
import {
  applicationFailed,
  mempoolFull,
  preCheckFailed,
  RECHECKING,
  TX_IN_CACHE,
  txTooLarge,
  type MempoolError,
} from './mempool-error.ts'
import type {
  CheckTxResult,
  MempoolCounts,
  MempoolOptions,
  MempoolUpdate,
} from './mempool-interface.ts'
import { PooledTx } from './pooled-tx.ts'
import { Rechecker } from './rechecker.ts'
import { TxCache } from './tx-cache.ts'
import { TxCopies } from './tx-copies.ts'
import { TxList } from './tx-list.ts'
import { encodedTxSize, isGasAllowed, NO_TX_LIMITS, type TxLimits } from './tx-limits.ts'

/** Seen first, then asked: what a transaction goes through, kept between the steps. */
interface Candidate {
  readonly tx: Uint8Array
  readonly hash: Uint8Array
  readonly key: string
  readonly sender: string | null
}

/**
 * The mempool. First in, first out. Everything is bounded: transactions and bytes held (`size`,
 * `maxTxsBytes`), hashes remembered (`cacheSize`), calls that wait for the application or for a
 * commit (`size`, counted as held).
 */
export class Mempool {
  readonly config: MempoolConfig
  readonly #application: MempoolOptions['application']
  readonly #clock: Clock
  readonly #crypto: Crypto
  readonly #logger: Logger
  readonly #cache: TxCache
  readonly #txs = new TxList()
  readonly #copies = new TxCopies()
  readonly #rechecker: Rechecker
  readonly #addedListeners = new Set<(tx: PooledTx) => void>()
  #whenAvailable: (() => void) | null = null
  readonly #counts = {
    failedTxs: 0,
    rejectedTxs: 0,
    evictedTxs: 0,
    recheckTimes: 0,
    alreadyReceivedTxs: 0,
  }
  #limits: TxLimits = NO_TX_LIMITS
  #height = 0n
  #pending = 0
  #pendingBytes = 0
  #locked = false
  #waiting: (() => void)[] = []
  #idle: (() => void)[] = []
  #inFlight = 0

  constructor(options: MempoolOptions) {
    this.config = { ...DEFAULT_MEMPOOL_CONFIG, ...options.config }
    this.#application = options.application
    this.#clock = options.clock
    this.#crypto = options.crypto
    this.#logger = options.logger
    this.#cache = new TxCache(this.config.cacheSize)
    this.#rechecker = new Rechecker({
      clock: options.clock,
      budgetMs: this.config.recheckBudgetMs,
      check: (tx) => this.#recheck(tx),
      onDone: () => this.#release(),
    })
  }

  /** Transactions held. */
  get size(): number {
    return this.#txs.size
  }

  /** Bytes of the transactions held. */
  get sizeBytes(): number {
    return this.#txs.bytes
  }

  /** Height of the last block the mempool was told of. */
  get height(): bigint {
    return this.#height
  }

  /** Counts since the start. */
  get counts(): MempoolCounts {
    return { ...this.#counts }
  }

  /**
   * Brings a transaction in. `sender` is the peer it came from, null for rpc and the embedder.
   * Answers in the same turn when the application does and no commit or recheck is under way. The
   * mempool keeps `tx` when it is accepted from rpc, and a copy when it came from a peer (a
   * received message must not be kept alive by one transaction).
   */
  checkTx(tx: Uint8Array, sender: string | null = null): Awaitable<CheckTxResult> {
    const refusal = this.#refusal(tx)
    if (refusal !== null) return this.#reject(refusal)
    const hash = this.#crypto.sha256(tx)
    if (!this.#cache.push(hash)) return this.#alreadySeen(hash, sender)
    const candidate = { tx, hash, key: bytesKey(hash), sender }
    if (!this.#locked && !this.#rechecker.isRunning) return this.#ask(candidate)
    return this.#askLater(candidate)
  }

  /** The transaction with this hash, or null. */
  get(hash: Uint8Array): PooledTx | null {
    return this.#txs.get(bytesKey(hash)) ?? null
  }

  /** The entries in order of arrival. */
  entries(): IterableIterator<PooledTx> {
    return this.#txs.values()
  }

  /**
   * Transactions for a block, in order, as long as their encoded bytes and their gas fit; -1n is
   * no limit. The first that does not fit ends the list.
   */
  reapMaxBytesMaxGas(maxBytes: bigint, maxGas: bigint): Uint8Array[] {
    return this.#txs.reapMaxBytesMaxGas(maxBytes, maxGas)
  }

  /** The first `max` transactions; all of them when `max` is negative. */
  reapMaxTxs(max: number): Uint8Array[] {
    return this.#txs.reapMaxTxs(max)
  }

  /**
   * Keeps new transactions waiting until `unlock` and resolves when no check is under way at the
   * application. Held around the application's commit and `update`, so that every check sees one
   * committed state.
   */
  async lock(): Promise<void> {
    this.#locked = true
    this.#rechecker.stop()
    if (this.#inFlight === 0) return
    await new Promise<void>((resolve) => {
      this.#idle.push(resolve)
    })
  }

  /** Ends `lock`; what waited is checked once the recheck is through. */
  unlock(): void {
    this.#locked = false
    if (!this.#rechecker.isRunning) this.#release()
  }

  /** Says where the chain stands when the node starts; from then on `update` does. */
  resume(chain: { readonly height: bigint; readonly limits: TxLimits }): void {
    this.#height = chain.height
    this.#limits = chain.limits
  }

  /**
   * Takes out what was committed, remembers its hashes so that it does not come back, lets go of
   * what new limits leave no room for, and starts the recheck of the rest, which runs in later
   * turns. Call between `lock` and `unlock`.
   */
  update(update: MempoolUpdate): void {
    const { maxDataBytes, maxGas } = this.#limits
    this.#height = update.height
    this.#limits = update.limits
    for (let i = 0; i < update.hashes.length; i++) {
      const hash = update.hashes[i]
      if (hash === undefined) continue
      if (update.results[i]?.code === 0) this.#cache.push(hash)
      else if (!this.config.keepInvalidTxsInCache) this.#cache.remove(hash)
      this.#txs.remove(bytesKey(hash))
    }
    const isSame = update.limits.maxDataBytes === maxDataBytes && update.limits.maxGas === maxGas
    if (!isSame) this.#evictMisfits()
    const isStale = this.#application.isCheckStateless !== true || this.#rechecker.isOverdue
    this.#rechecker.start(this.config.recheck && isStale ? [...this.#txs.values()] : [])
  }

  /** Forgets all transactions and all remembered hashes. */
  flush(): void {
    this.#rechecker.start([])
    this.#txs.clear()
    this.#cache.clear()
    if (!this.#locked) this.#release()
  }

  /**
   * Calls `f` with each transaction that is accepted, in order, in the turn of its acceptance.
   * Returns the way out.
   */
  onTxAdded(f: (tx: PooledTx) => void): () => void {
    this.#addedListeners.add(f)
    return () => this.#addedListeners.delete(f)
  }

  /**
   * Calls `f` once, at the end of a turn in which there is a transaction to propose: this one, or
   * that of the next arrival. There is one such call waiting at most; a later one takes its place.
   */
  whenTxsAvailable(f: () => void): void {
    this.#whenAvailable = f
    this.#notifyAvailable()
  }

  #refusal(tx: Uint8Array): MempoolError | null {
    const { config } = this
    const numTxs = this.#txs.size + this.#pending
    const txsBytes = this.#txs.bytes + this.#pendingBytes
    if (numTxs >= config.size || txsBytes + tx.length > config.maxTxsBytes) {
      const { size: maxTxs, maxTxsBytes } = config
      return mempoolFull({ numTxs, maxTxs, txsBytes, maxTxsBytes })
    }
    if (this.#rechecker.isOverdue) return RECHECKING
    if (tx.length > config.maxTxBytes) return txTooLarge(config.maxTxBytes, tx.length)
    return this.#misfit(tx)
  }

  // Why no block of this chain has room for it, or null.
  #misfit(tx: Uint8Array): MempoolError | null {
    const { maxDataBytes } = this.#limits
    if (maxDataBytes < 0n) return null
    const size = BigInt(encodedTxSize(tx.length))
    return size > maxDataBytes ? preCheckFailed(size, maxDataBytes) : null
  }

  #reject(error: MempoolError): CheckTxResult {
    this.#counts.rejectedTxs++
    return { ok: false, error }
  }

  #alreadySeen(hash: Uint8Array, sender: string | null): CheckTxResult {
    this.#counts.alreadyReceivedTxs++
    if (sender !== null) this.#txs.get(bytesKey(hash))?.addSender(sender)
    return { ok: false, error: TX_IN_CACHE }
  }

  #ask(candidate: Candidate): Awaitable<CheckTxResult> {
    let response: Awaitable<CheckTxResponse>
    try {
      response = this.#application.checkTx({ tx: candidate.tx, kind: 'new' })
    } catch (cause) {
      return this.#failed(candidate, cause)
    }
    if (!(response instanceof Promise)) return this.#answered(candidate, response)
    this.#hold(candidate)
    this.#inFlight++
    return response.then(
      (answer) => {
        this.#settle(candidate)
        return this.#answered(candidate, answer)
      },
      (cause: unknown) => {
        this.#settle(candidate)
        return this.#failed(candidate, cause)
      },
    )
  }

  #askLater(candidate: Candidate): Promise<CheckTxResult> {
    this.#hold(candidate)
    return new Promise((resolve) => {
      this.#waiting.push(() => {
        this.#letGo(candidate)
        // The limits may have become narrower meanwhile.
        const refusal = this.#misfit(candidate.tx)
        if (refusal === null) return resolve(this.#ask(candidate))
        this.#cache.remove(candidate.hash)
        resolve(this.#reject(refusal))
      })
    })
  }

  #hold(candidate: Candidate): void {
    this.#pending++
    this.#pendingBytes += candidate.tx.length
  }

  #letGo(candidate: Candidate): void {
    this.#pending--
    this.#pendingBytes -= candidate.tx.length
  }

  #settle(candidate: Candidate): void {
    this.#letGo(candidate)
    this.#landed()
  }

  #answered(candidate: Candidate, response: CheckTxResponse): CheckTxResult {
    if (response.code !== 0 || !isGasAllowed(this.#limits, response)) {
      this.#counts.failedTxs++
      if (!this.config.keepInvalidTxsInCache) this.#cache.remove(candidate.hash)
      return { ok: true, value: response }
    }
    // The cache may have forgotten a transaction that still waits here.
    const held = this.#txs.get(candidate.key)
    if (held === undefined) this.#add(candidate, response.gasWanted)
    else if (candidate.sender !== null) held.addSender(candidate.sender)
    return { ok: true, value: response }
  }

  #failed(candidate: Candidate, cause: unknown): CheckTxResult {
    this.#cache.remove(candidate.hash)
    this.#logger.error('the application failed to check a transaction', {
      hash: candidate.hash,
      error: cause,
    })
    return this.#reject(applicationFailed(cause))
  }

  #add(candidate: Candidate, gasWanted: bigint): void {
    const { key, sender } = candidate
    const tx = sender === null ? candidate.tx : this.#copies.keep(candidate.tx)
    const entry = new PooledTx({ tx, key, gasWanted, height: this.#height, sender })
    this.#txs.add(entry)
    for (const listener of this.#addedListeners) listener(entry)
    this.#notifyAvailable()
  }

  #notifyAvailable(): void {
    const f = this.#whenAvailable
    if (f === null || this.#txs.size === 0) return
    this.#whenAvailable = null
    this.#clock.defer(f)
  }

  #recheck(entry: PooledTx): void | Promise<void> {
    if (!entry.isHeld) return
    this.#counts.recheckTimes++
    let response: Awaitable<CheckTxResponse>
    try {
      response = this.#application.checkTx({ tx: entry.tx, kind: 'recheck' })
    } catch (cause) {
      return this.#recheckFailed(entry, cause)
    }
    if (!(response instanceof Promise)) return this.#rechecked(entry, response)
    this.#inFlight++
    return response
      .then(
        (answer) => this.#rechecked(entry, answer),
        (cause: unknown) => this.#recheckFailed(entry, cause),
      )
      .finally(() => this.#landed())
  }

  #recheckFailed(entry: PooledTx, cause: unknown): void {
    this.#logger.error('the application failed to recheck a transaction', {
      hash: entry.hash,
      error: cause,
    })
  }

  #landed(): void {
    this.#inFlight--
    if (this.#inFlight > 0) return
    const idle = this.#idle
    this.#idle = []
    for (const resolve of idle) resolve()
  }

  #rechecked(entry: PooledTx, response: CheckTxResponse): void {
    if (response.code === 0 && isGasAllowed(this.#limits, response)) return
    if (!entry.isHeld) return
    this.#txs.remove(entry.key)
    if (this.config.keepInvalidTxsInCache) return
    this.#cache.remove(entry.hash)
    this.#counts.evictedTxs++
  }

  // In the list they would keep all that came later out of blocks, for ever. They are not invalid:
  // when there is room again they may come again.
  #evictMisfits(): void {
    for (const entry of this.#txs.values()) {
      if (this.#misfit(entry.tx) === null && isGasAllowed(this.#limits, entry)) continue
      this.#txs.remove(entry.key)
      this.#cache.remove(entry.hash)
      this.#counts.evictedTxs++
    }
  }

  #release(): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const ask of waiting) ask()
  }
}
