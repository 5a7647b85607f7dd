// Runs an application written with defineApp behind the interface that the node speaks.

import { EMPTY_BYTES, fromUtf8, toUtf8, ZERO_TIME } from '../../core/bytes/index.ts'
import type { Crypto } from '../../core/crypto/index.ts'
import type { Event, ExecTxResult, FinalizeBlockResponse } from '../../core/proto/index.ts'
import type { KeyValueStore } from '../ports/index.ts'
import { decodeAppTx } from './app-codec.ts'
import type { App, AppDef, Ctx } from './app-definition.ts'
import { AppStorage } from './app-storage.ts'
import type {
  Application,
  Awaitable,
  CheckTxRequest,
  CheckTxResponse,
  CommitResponse,
  FinalizeBlockRequest,
  InfoResponse,
  InitChainResponse,
  PrepareProposalRequest,
  ProcessProposalRequest,
  QueryRequest,
  QueryResponse,
} from './application.ts'
import { BlockContext, type BlockFacts } from './block-context.ts'
import { decodeCanonical, encodeCanonical } from './canonical-json.ts'
import { selectValue } from './state-query.ts'
import { StateTree } from './state-tree.ts'
import { latestUpdates } from './validator-changes.ts'

/** `check` or `apply` threw. */
export const CODE_TX_FAILED = 1

/** The bytes are no transaction of this application. */
export const CODE_TX_MALFORMED = 2

/** What a defined application runs with. */
export interface DefinedApplicationOptions {
  readonly crypto: Crypto
  /**
   * Where the state survives a restart; null keeps it in memory, and blocks are executed again at
   * the next start.
   */
  readonly store: KeyValueStore | null
}

const APP_VERSION = 1n

/**
 * A defined application at work. The app hash is SHA-256 of the state's canonical text. Between
 * `finalizeBlock` and `commit` its state is already the one after the block, which is decided by
 * then.
 */
export class DefinedApplication<S, T> implements Application {
  readonly name: string
  readonly isCheckStateless: boolean
  readonly #def: AppDef<S, T>
  readonly #crypto: Crypto
  readonly #storage: AppStorage | null
  #tree: StateTree<S>
  #height = 0n
  #time = ZERO_TIME
  #staged: { readonly height: bigint; readonly time: bigint } | null = null
  #hashed: { readonly changes: number; readonly hash: Uint8Array; readonly size: number } | null =
    null

  private constructor(app: App<S, T>, options: DefinedApplicationOptions) {
    this.name = app.name
    this.#def = app['~def']
    this.isCheckStateless = this.#def.check === undefined
    this.#crypto = options.crypto
    this.#storage = options.store === null ? null : new AppStorage(options.store, app.name)
    this.#tree = new StateTree<S>(initialState(this.#def))
  }

  /**
   * The application at the height it had reached in its store. Throws when its initial state cannot
   * be a state.
   */
  static async open<S, T>(
    app: App<S, T>,
    options: DefinedApplicationOptions,
  ): Promise<DefinedApplication<S, T>> {
    const application = new DefinedApplication(app, options)
    const saved = (await application.#storage?.load()) ?? null
    if (saved === null) return application
    application.#tree = new StateTree<S>(decodeCanonical(saved.text))
    application.#height = saved.height
    application.#time = saved.time
    return application
  }

  /** The state for reading; follows the chain. */
  get state(): Readonly<S> {
    return this.#tree.view
  }

  info(): InfoResponse {
    return {
      data: encodeCanonical({ app: this.name }),
      version: '',
      appVersion: APP_VERSION,
      lastBlockHeight: this.#height,
      lastBlockAppHash: this.#appHash(),
    }
  }

  initChain(): InitChainResponse {
    return { consensusParams: null, validators: [], appHash: this.#appHash() }
  }

  /**
   * `path` is ignored; `data` is a JSON list of keys, empty for the whole state. The value is
   * canonical JSON.
   */
  query(request: QueryRequest): QueryResponse {
    const answer = {
      info: '',
      index: 0n,
      key: request.data,
      proofOps: null,
      height: this.#height,
      codespace: this.name,
    }
    const selected = selectValue(this.#tree.view, fromUtf8(request.data))
    if (!selected.ok) {
      return { ...answer, code: CODE_TX_MALFORMED, log: selected.error, value: null }
    }
    const { value } = selected
    if (value === undefined) return { ...answer, code: 0, log: 'does not exist', value: null }
    return { ...answer, code: 0, log: 'exists', value: toUtf8(encodeCanonical(value)) }
  }

  checkTx(request: CheckTxRequest): CheckTxResponse {
    const tx = decodeAppTx(request.tx, this.#def.tx)
    if (!tx.ok) return this.#failure(CODE_TX_MALFORMED, tx.error)
    const reason = this.#refusal(tx.value, this.#nextBlock(request.tx))
    return reason === null ? this.#success([]) : this.#failure(CODE_TX_FAILED, reason)
  }

  prepareProposal(request: PrepareProposalRequest): readonly Uint8Array[] {
    return request.txs.filter((tx) => this.checkTx({ tx, kind: 'recheck' }).code === 0)
  }

  processProposal(request: ProcessProposalRequest): 'accept' | 'reject' {
    const areTxs = request.txs.every((tx) => decodeAppTx(tx, this.#def.tx).ok)
    return areTxs ? 'accept' : 'reject'
  }

  extendVote(): Uint8Array {
    return EMPTY_BYTES
  }

  verifyVoteExtension(): 'accept' | 'reject' {
    return 'accept'
  }

  finalizeBlock(request: FinalizeBlockRequest): FinalizeBlockResponse {
    this.#tree.rollback()
    const contexts: BlockContext[] = []
    const txResults = request.txs.map((tx, index) => {
      const context = new BlockContext(this.#crypto, request, index)
      const result = this.#execute(tx, context)
      if (result.code === 0) contexts.push(context)
      return result
    })
    const end = this.#endBlock(request)
    if (end !== null) contexts.push(end)
    this.#staged = { height: request.height, time: request.time }
    return {
      events: end?.events ?? [],
      txResults,
      validatorUpdates: latestUpdates(contexts.flatMap((context) => context.validatorUpdates)),
      consensusParamUpdates: null,
      appHash: this.#appHash(),
    }
  }

  commit(): Awaitable<CommitResponse> {
    const staged = this.#staged
    this.#staged = null
    this.#tree.commit()
    if (staged === null) return { retainHeight: 0n }
    this.#height = staged.height
    this.#time = staged.time
    const size = this.#hashed?.size ?? 0
    if (this.#storage?.isDue(staged.height, size) !== true) return { retainHeight: 0n }
    const text = this.#tree.encode('as-is')
    return this.#storage.save({ ...staged, text }).then(() => ({ retainHeight: 0n }))
  }

  #execute(bytes: Uint8Array, context: BlockContext): ExecTxResult {
    const tx = decodeAppTx(bytes, this.#def.tx)
    if (!tx.ok) return this.#failure(CODE_TX_MALFORMED, tx.error)
    // The state has changed since the mempool asked: another transaction may have spent what this
    // one counts on.
    const refusal = this.#refusal(tx.value, context)
    if (refusal !== null) return this.#failure(CODE_TX_FAILED, refusal)
    const reason = reasonOf(() =>
      this.#tree.transact((state) => this.#def.apply(state, tx.value, context)),
    )
    return reason === null ? this.#success(context.events) : this.#failure(CODE_TX_FAILED, reason)
  }

  #refusal(tx: T, context: Ctx): string | null {
    return reasonOf(() => this.#def.check?.(this.#tree.view, tx, asBystander(context)))
  }

  #endBlock(request: FinalizeBlockRequest): BlockContext | null {
    if (this.#def.endBlock === undefined) return null
    const context = new BlockContext(this.#crypto, request)
    const reason = reasonOf(() =>
      this.#tree.transact((state) => this.#def.endBlock?.(state, context)),
    )
    return reason === null ? context : null
  }

  #nextBlock(tx: Uint8Array): BlockContext {
    const block: BlockFacts = {
      height: this.#height + 1n,
      time: this.#time,
      hash: tx,
      proposerAddress: EMPTY_BYTES,
      misbehavior: [],
    }
    return new BlockContext(this.#crypto, block)
  }

  #appHash(): Uint8Array {
    const { changes } = this.#tree
    if (this.#hashed?.changes === changes) return this.#hashed.hash
    const text = toUtf8(this.#tree.encode('sorted'))
    const hash = this.#crypto.sha256(text)
    this.#hashed = { changes, hash, size: text.length }
    return hash
  }

  #success(events: readonly Event[]): ExecTxResult {
    return { ...NO_RESULT, events, codespace: '' }
  }

  #failure(code: number, log: string): ExecTxResult {
    return { ...NO_RESULT, code, log, codespace: this.name }
  }
}

const NO_RESULT: ExecTxResult = {
  code: 0,
  data: EMPTY_BYTES,
  log: '',
  info: '',
  gasWanted: 0n,
  gasUsed: 0n,
  events: [],
  codespace: '',
}

function initialState<S, T>(def: AppDef<S, T>): S {
  return typeof def.state === 'function' ? (def.state as () => S)() : def.state
}

/** The message of what `f` throws, or null. */
function reasonOf(f: () => void): string | null {
  try {
    f()
    return null
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    return message === '' ? 'failed without a message' : message
  }
}

/**
 * A context that says the same and listens to nothing: `check` neither emits nor changes
 * validators.
 */
function asBystander(context: Ctx): Ctx {
  return {
    height: context.height,
    time: context.time,
    proposer: context.proposer,
    faults: context.faults,
    random: () => context.random(),
    emit: () => undefined,
    updateValidator: () => undefined,
  }
}
