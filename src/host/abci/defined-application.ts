// Runs an application written with defineApp behind the interface that the node speaks.

import { assert, EMPTY_BYTES, fromUtf8, toUtf8, ZERO_TIME } from '../../core/bytes/index.ts'
import type { Crypto } from '../../core/crypto/index.ts'
import type { Event, ExecTxResult, FinalizeBlockResponse } from '../../core/proto/index.ts'
import { defaultConsensusParams, parseSlashingPolicy } from '../../core/types/index.ts'
import type { SlashingPolicy } from '../../core/types/index.ts'
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
  InitChainRequest,
  InitChainResponse,
  PrepareProposalRequest,
  ProcessProposalRequest,
  QueryRequest,
  QueryResponse,
} from './application.ts'
import { BlockContext, type BlockFacts } from './block-context.ts'
import { decodeCanonical, encodeCanonical } from './canonical-json.ts'
import { SlashingBook, type BlockPenalties } from './slashing-book.ts'
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

/** The path of a query that asks for policy and penalties instead of the state. */
export const SLASHING_PATH = '/slashing'

/**
 * A defined application at work. Its replicated state is the application's and the book of
 * penalties. The app hash is SHA-256 of the state's canonical text, a line end and the SHA-256 of
 * the book's canonical text in hex; without a policy of the state's text alone. Between
 * `finalizeBlock` and `commit` its state is already the one after the block, which is decided by
 * then.
 */
export class DefinedApplication<S, T> implements Application {
  readonly name: string
  readonly isCheckStateless: boolean
  readonly #def: AppDef<S, T>
  readonly #policy: SlashingPolicy | null
  readonly #crypto: Crypto
  readonly #storage: AppStorage | null
  #tree: StateTree<S>
  #book: SlashingBook | null
  #height = 0n
  #time = ZERO_TIME
  #staged: { readonly height: bigint; readonly time: bigint } | null = null
  #hashed: HashedState | null = null

  private constructor(app: App<S, T>, options: DefinedApplicationOptions) {
    this.name = app.name
    this.#def = app['~def']
    this.isCheckStateless = this.#def.check === undefined
    this.#crypto = options.crypto
    this.#storage = options.store === null ? null : new AppStorage(options.store, app.name)
    this.#tree = new StateTree<S>(initialState(this.#def))
    const policy = slashingPolicyOf(app)
    this.#policy = policy
    this.#book = policy === null ? null : SlashingBook.begin(this.#crypto, policy, NO_GENESIS)
  }

  /**
   * The application at the height it had reached in its store. Throws when its initial state cannot
   * be a state, and when it punishes and the stored one did not, or the other way round.
   */
  static async open<S, T>(
    app: App<S, T>,
    options: DefinedApplicationOptions,
  ): Promise<DefinedApplication<S, T>> {
    const application = new DefinedApplication(app, options)
    const saved = (await application.#storage?.load()) ?? null
    if (saved === null) return application
    // Canonical text has no line ends: one stands between the state and the book.
    const [state = '', book] = saved.text.split('\n')
    if ((book === undefined) !== (application.#book === null)) throw slashingMismatch(app.name)
    application.#tree = new StateTree<S>(decodeCanonical(state))
    if (book !== undefined) application.#book = SlashingBook.restore(options.crypto, book)
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

  initChain(request: InitChainRequest): InitChainResponse {
    if (this.#policy !== null) {
      const policy = request.slashing ?? this.#policy
      this.#book = SlashingBook.begin(this.#crypto, policy, request)
    }
    return { consensusParams: null, validators: [], appHash: this.#appHash() }
  }

  /**
   * `data` is a JSON list of keys, empty for the whole state; the path {@link SLASHING_PATH} asks
   * for the book of penalties as it is after the latest block, any other for the application's
   * state. The value is canonical JSON.
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
    const root = request.path === SLASHING_PATH ? this.#book?.view : this.#tree.view
    const selected = selectValue(root, fromUtf8(request.data))
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
    this.#book?.rollback()
    const contexts: BlockContext[] = []
    const txResults = request.txs.map((tx, index) => {
      const context = new BlockContext(this.#crypto, request, index)
      const result = this.#execute(tx, context)
      if (result.code === 0) contexts.push(context)
      return result
    })
    const end = this.#endBlock(request)
    if (end !== null) contexts.push(end)
    const wanted = latestUpdates(contexts.flatMap((context) => context.validatorUpdates))
    const penalties: BlockPenalties = this.#book?.execute(request, wanted) ?? {
      validatorUpdates: wanted,
      events: [],
    }
    this.#staged = { height: request.height, time: request.time }
    return {
      events: [...(end?.events ?? []), ...penalties.events],
      txResults,
      validatorUpdates: penalties.validatorUpdates,
      consensusParamUpdates: null,
      appHash: this.#appHash(),
    }
  }

  commit(): Awaitable<CommitResponse> {
    const staged = this.#staged
    this.#staged = null
    this.#tree.commit()
    this.#book?.commit()
    if (staged === null) return { retainHeight: 0n }
    this.#height = staged.height
    this.#time = staged.time
    const size = (this.#hashed?.size ?? 0) + (this.#book?.text.length ?? 0)
    if (this.#storage?.isDue(staged.height, size) !== true) return { retainHeight: 0n }
    const state = this.#tree.encode('as-is')
    const text = this.#book === null ? state : `${state}\n${this.#book.text}`
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
    return reasonOf(() => {
      const answer: unknown = this.#def.check?.(this.#tree.view, tx, asBystander(context))
      if (!(answer instanceof Promise)) return
      // What it finds comes too late, and nobody waits for it.
      answer.catch(() => undefined)
      throw new Error('a check cannot be asynchronous')
    })
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
    const penalties = this.#book?.digest ?? null
    const known = this.#hashed
    if (known?.changes === changes && known.penalties === penalties) return known.hash
    const state = this.#tree.encode('sorted')
    const text = toUtf8(penalties === null ? state : `${state}\n${penalties}`)
    const hash = this.#crypto.sha256(text)
    this.#hashed = { changes, penalties, hash, size: text.length }
    return hash
  }

  #success(events: readonly Event[]): ExecTxResult {
    return { ...NO_RESULT, events, codespace: '' }
  }

  #failure(code: number, log: string): ExecTxResult {
    return { ...NO_RESULT, code, log, codespace: this.name }
  }
}

/** The last app hash and what it was made of. */
interface HashedState {
  readonly changes: number
  /** Digest of the book; null without one. */
  readonly penalties: string | null
  readonly hash: Uint8Array
  /** Bytes of the text. */
  readonly size: number
}

/** Of no chain yet: an application learns its validators by `initChain`. */
const NO_GENESIS = { validators: [], consensusParams: defaultConsensusParams } as const

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

/** The policy an application is defined with; null when it punishes by itself. */
export function slashingPolicyOf<S, T>(app: App<S, T>): SlashingPolicy | null {
  const { slashing } = app['~def']
  if (slashing === false) return null
  const parsed = parseSlashingPolicy(slashing ?? {})
  assert(parsed.ok, 'defineApp has accepted the slashing policy')
  return parsed.value
}

function slashingMismatch(name: string): Error {
  return new Error(
    `the stored state of "${name}" was made with another choice of slashing: ` +
      'turn slashing back on or off as it was, or begin a new chain',
  )
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
