// One node of an embedded network, in the application's own types.
import { bytesKey, toHexUpper } from '../../core/bytes/index.ts'
import type { Time } from '../../core/bytes/index.ts'
import { FinalityGadget } from '../../core/finality/index.ts'
import type { FinalityProof } from '../../core/finality/index.ts'
import type { Event } from '../../core/proto/index.ts'
import { decodeAppTx, encodeAppTx, faultOf } from '../../host/abci/index.ts'
import type { App, DefinedApplication, Fault } from '../../host/abci/index.ts'
import { Query } from '../../host/events/index.ts'
import type { Subscription, TxEvent } from '../../host/events/index.ts'
import { misbehaviorOf } from '../../host/execution/index.ts'
import type { Replica } from '../../host/replica/index.ts'
import { loadDecision } from '../../host/store/index.ts'
import { QuadrilleError, TxRejectedError } from './errors.ts'

/**
 * What became of a transaction. It is final: no node will ever see another block at that height.
 */
export interface Receipt {
  readonly height: bigint
  /** SHA-256 of the transaction, upper-case hex. */
  readonly hash: string
  readonly events: readonly {
    readonly type: string
    readonly attributes: Readonly<Record<string, string>>
  }[]
}

/** A final block. */
export interface Block<T> {
  readonly height: bigint
  readonly time: Date
  /** The round in which it was decided; 0 when nothing went wrong. */
  readonly round: number
  /** Upper-case hex. */
  readonly hash: string
  readonly txs: readonly T[]
  /** Address of the validator that proposed it, upper-case hex. */
  readonly proposer: string
}

/** How to follow a node's blocks. */
export interface StreamOptions {
  /** Ends the stream. */
  readonly signal?: AbortSignal
  /** The first height; `latest`, which is the default, begins with the next block. */
  readonly from?: bigint | 'latest' | 'earliest'
}

/** One node. `await using` stops it. */
export interface NodeHandle<S, T> extends AsyncDisposable {
  /** The application's state after the last block of this node, for reading. */
  readonly state: Readonly<S>
  /**
   * Resolves when the transaction is final. Rejects with {@link TxRejectedError} when the
   * application refuses it or it fails in its block, and with the signal's reason when that aborts
   * the wait (the transaction may still become final).
   */
  submit(tx: T, options?: { readonly signal?: AbortSignal }): Promise<Receipt>
  /** Every block in order, without gaps, until the signal aborts or the node stops. */
  blocks(options?: StreamOptions): AsyncIterable<Block<T>>
  /**
   * The proof of every block in order, without gaps, as {@link NodeHandle.blocks} gives the blocks:
   * whoever knows the chain verifies them with `quadrille/finality`, without a node.
   */
  finality(options?: StreamOptions): AsyncIterable<FinalityProof>
  /**
   * Every fault of which this node gets proof, from the first read on and once, one for each of the
   * accused: also of a kind that blocks of its chain do not carry, and before a block carries it.
   * What the chain itself punishes is `ctx.faults`. Ends with an error when 1000 wait to be read.
   */
  faults(options?: Pick<StreamOptions, 'signal'>): AsyncIterable<Fault>
  stop(): Promise<void>
}

interface Waiting {
  readonly resolve: (event: TxEvent) => void
  readonly reject: (error: Error) => void
}

const NS_PER_MS = 1_000_000n
/** Transactions of one block that may arrive before the handle has looked: the mempool's size. */
const TX_BUFFER = 5000
/** Faults that wait for a slow reader. */
const FAULT_BUFFER = 1000

/** A handle on a replica that runs a defined application. */
export class ReplicaHandle<S, T> implements NodeHandle<S, T> {
  readonly #app: App<S, T>
  readonly #application: DefinedApplication<S, T>
  readonly #replica: Replica
  readonly #waiting = new Map<string, Set<Waiting>>()
  readonly #txs: Subscription
  readonly #ended = new AbortController()

  constructor(app: App<S, T>, application: DefinedApplication<S, T>, replica: Replica) {
    this.#app = app
    this.#application = application
    this.#replica = replica
    this.#txs = replica.eventBus.subscribe({
      query: Query.forKind('Tx'),
      buffer: TX_BUFFER,
      onReady: () => this.#takeTxs(),
    })
    void replica.halted.then((error) => this.#end(error))
  }

  get state(): Readonly<S> {
    return this.#application.state
  }

  async submit(tx: T, options: { readonly signal?: AbortSignal } = {}): Promise<Receipt> {
    const { signal } = options
    signal?.throwIfAborted()
    this.#ended.signal.throwIfAborted()
    const bytes = encodeAppTx(tx)
    const hash = this.#replica.options.ports.crypto.sha256(bytes)
    const final = this.#waitFor(bytesKey(hash), signal)
    // A refusal below leaves nobody to hear of it.
    final.catch(() => undefined)
    const checked = await this.#replica.mempool.checkTx(bytes)
    if (!checked.ok) {
      this.#ended.signal.throwIfAborted()
      throw new TxRejectedError({ code: 0, codespace: '', log: checked.error.reason })
    }
    if (checked.value.code !== 0) throw new TxRejectedError(checked.value)
    const { height, result } = await final
    if (result.code !== 0) throw new TxRejectedError(result)
    return { height, hash: toHexUpper(hash), events: result.events.map(plainEvent) }
  }

  blocks(options: StreamOptions = {}): AsyncIterable<Block<T>> {
    return this.#follow(options, (height) => this.#block(height))
  }

  finality(options: StreamOptions = {}): AsyncIterable<FinalityProof> {
    const { genesis, ports } = this.#replica.options
    const { chainId } = genesis
    const gadget = new FinalityGadget({ chainId, crypto: ports.crypto })
    return this.#follow(options, (height) => this.#prove(gadget, height))
  }

  async *faults(options: Pick<StreamOptions, 'signal'> = {}): AsyncIterable<Fault> {
    const events = this.#replica.eventBus.subscribe({
      query: Query.forKind('Fault'),
      buffer: FAULT_BUFFER,
      signal: this.#endedOr(options.signal),
    })
    for await (const { event } of events) {
      // A suspicion has no evidence.
      if (event.kind !== 'Fault' || event.evidence === null) continue
      yield* misbehaviorOf([event.evidence]).map(faultOf)
    }
  }

  async stop(): Promise<void> {
    this.#txs.cancel()
    this.#end(new QuadrilleError('NODE_STOPPED', 'the node was stopped'))
    await this.#replica.stop()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }

  /** What is loaded of every height, stored and to come; at most one lies ready. */
  async *#follow<V>(
    options: StreamOptions,
    load: (height: bigint) => Promise<V>,
  ): AsyncIterable<V> {
    const { blockStore, eventBus } = this.#replica
    const signal = this.#endedOr(options.signal)
    // Only a wake-up: what is read comes from the store, so a slow reader misses nothing.
    const news = eventBus.subscribe({
      query: Query.forKind('NewBlock'),
      buffer: 1,
      overflow: 'drop-oldest',
      signal,
    })
    try {
      let height = this.#firstHeight(options.from ?? 'latest')
      for (;;) {
        while (height <= blockStore.height && !signal.aborted) yield await load(height++)
        if ((await news.next()).done === true) return
      }
    } finally {
      news.cancel()
    }
  }

  #endedOr(signal: AbortSignal | undefined): AbortSignal {
    return AbortSignal.any([this.#ended.signal, ...(signal === undefined ? [] : [signal])])
  }

  #waitFor(key: string, signal: AbortSignal | undefined): Promise<TxEvent> {
    const waiters = this.#waiting.get(key) ?? new Set<Waiting>()
    this.#waiting.set(key, waiters)
    return new Promise<TxEvent>((resolve, reject) => {
      const waiting = { resolve, reject }
      waiters.add(waiting)
      signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
    }).finally(() => {
      if (this.#waiting.get(key) === waiters) this.#waiting.delete(key)
    })
  }

  #takeTxs(): void {
    for (let next = this.#txs.take(); next !== null; next = this.#txs.take()) {
      const { event } = next
      if (event.kind !== 'Tx') continue
      for (const { resolve } of this.#waiting.get(bytesKey(event.hash)) ?? []) resolve(event)
    }
    const lagged = this.#txs.error
    if (lagged !== null) this.#failAll(lagged)
  }

  #end(why: Error): void {
    this.#ended.abort(why)
    this.#failAll(why)
  }

  #failAll(error: Error): void {
    for (const waiters of this.#waiting.values()) for (const { reject } of waiters) reject(error)
  }

  #firstHeight(from: bigint | 'latest' | 'earliest'): bigint {
    const { blockStore, options } = this.#replica
    if (from === 'latest') return blockStore.height + 1n
    const { initialHeight } = options.genesis
    const earliest = blockStore.base > initialHeight ? blockStore.base : initialHeight
    if (from === 'earliest') return earliest
    if (from >= earliest) return from
    throw new QuadrilleError(
      'HEIGHT_UNAVAILABLE',
      `blocks begin at height ${earliest}, not ${from}`,
    )
  }

  async #prove(gadget: FinalityGadget, height: bigint): Promise<FinalityProof> {
    const { blockStore, stateStore } = this.#replica
    const decision = await loadDecision(blockStore, stateStore, height)
    if (decision === null) throw pruned(height)
    return gadget.observe(decision)
  }

  async #block(height: bigint): Promise<Block<T>> {
    const { blockStore } = this.#replica
    const block = await blockStore.loadBlock(height)
    const meta = await blockStore.loadBlockMeta(height)
    const commit =
      (await blockStore.loadCommit(height)) ?? (await blockStore.loadSeenCommit(height))
    if (block === null || meta === null) throw pruned(height)
    return {
      height,
      time: dateOf(block.header.time),
      round: commit?.round ?? 0,
      hash: toHexUpper(meta.blockId.hash),
      // Bytes that are no transaction of the application can only be put there by a faulty
      // proposer.
      txs: block.txs.flatMap((bytes) => {
        const tx = decodeAppTx(bytes, this.#app['~def'].tx)
        return tx.ok ? [tx.value] : []
      }),
      proposer: toHexUpper(block.header.proposerAddress),
    }
  }
}

function pruned(height: bigint): QuadrilleError {
  return new QuadrilleError('HEIGHT_UNAVAILABLE', `block ${height} is not stored any more`)
}

function dateOf(time: Time): Date {
  return new Date(Number(time / NS_PER_MS))
}

function plainEvent({ type, attributes }: Event): Receipt['events'][number] {
  return { type, attributes: Object.fromEntries(attributes.map(({ key, value }) => [key, value])) }
}
