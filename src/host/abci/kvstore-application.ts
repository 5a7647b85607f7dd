// CometBFT 0.38's example application: transactions `key=value`, app hash the count of
// transactions.

import { bytesKey, EMPTY_BYTES, fromUtf8 } from '../../core/bytes/index.ts'
import type { Crypto } from '../../core/crypto/index.ts'
import { encodeDelimited, encodeValidatorUpdate } from '../../core/proto/index.ts'
import type {
  Event,
  EventAttribute,
  ExecTxResult,
  FinalizeBlockResponse,
  ValidatorUpdate,
} from '../../core/proto/index.ts'
import type { KeyValueStore } from '../ports/index.ts'
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
  Misbehavior,
  PrepareProposalRequest,
  ProcessProposalRequest,
  QueryRequest,
  QueryResponse,
} from './application.ts'
import {
  MemoryPairs,
  StoredPairs,
  type KvStoreProgress,
  type Pair,
  type Pairs,
} from './kvstore-pairs.ts'
import { KvStoreValidators } from './kvstore-validators.ts'
import { isValidatorTx, parseValidatorTx } from './validator-tx.ts'

/** Refused by the kvstore: not of the form `key=value`. */
export const CODE_INVALID_TX_FORMAT = 2

/** Refused by the kvstore: a change that its present validators do not allow. */
export const CODE_IMPOSSIBLE_CHANGE = 3

const COLON = 0x3a
const EQUALS = 0x3d
const APP_VERSION = 1n
const ABCI_VERSION = '2.0.0'

interface StagedBlock {
  readonly progress: KvStoreProgress
  readonly pairs: readonly Pair[]
  readonly validatorUpdates: readonly ValidatorUpdate[]
}

const ACCEPTED: CheckTxResponse = {
  code: 0,
  data: EMPTY_BYTES,
  log: '',
  info: '',
  gasWanted: 1n,
  gasUsed: 0n,
  events: [],
  codespace: '',
}
const REFUSED: CheckTxResponse = { ...ACCEPTED, code: CODE_INVALID_TX_FORMAT, gasWanted: 0n }

// Made once: there are two events a transaction.
const FIRST_CREATOR: EventAttribute = { key: 'creator', value: 'Cosmoshi Netowoko', index: true }
const SECOND_CREATOR: EventAttribute = { key: 'creator', value: 'Cosmoshi', index: true }
const INDEXED: EventAttribute = { key: 'index_key', value: 'index is working', index: true }
const NOT_INDEXED: EventAttribute = { key: 'noindex_key', value: 'index is working', index: false }

/**
 * The kvstore. A transaction holds one `=` (or one `:`, which a proposer turns into `=`) with
 * something on both sides, or is `val=TYPE!KEY!POWER`. Answers are those of CometBFT 0.38.23; it
 * differs only where that would halt the chain: validator changes that are impossible are kept out
 * of blocks instead of being decided.
 */
export class KvStoreApplication implements Application {
  readonly #pairs: Pairs
  readonly #validators: KvStoreValidators
  #progress: KvStoreProgress = { size: 0n, height: 0n }
  #staged: StagedBlock | null = null
  /** Whether the last commit did. */
  #changedValidators = false

  private constructor(crypto: Crypto, pairs: Pairs) {
    this.#pairs = pairs
    this.#validators = new KvStoreValidators(crypto)
  }

  /**
   * A kvstore that forgets everything when the process ends; the node executes its blocks again at
   * the next start.
   */
  static inMemory(crypto: Crypto): KvStoreApplication {
    return new KvStoreApplication(crypto, new MemoryPairs())
  }

  /** A kvstore on a store, at the height it had reached there. */
  static async open(crypto: Crypto, store: KeyValueStore): Promise<KvStoreApplication> {
    const pairs = new StoredPairs(store)
    const application = new KvStoreApplication(crypto, pairs)
    const saved = await pairs.load()
    if (saved === null) return application
    application.#progress = saved.progress
    application.#validators.restore(saved.validators)
    return application
  }

  /** Only a change of the validators makes an answer of `checkTx` a different one. */
  get isCheckStateless(): boolean {
    return !this.#changedValidators
  }

  info(): InfoResponse {
    const { size, height } = this.#progress
    return {
      data: `{"size":${size}}`,
      version: ABCI_VERSION,
      appVersion: APP_VERSION,
      lastBlockHeight: height,
      lastBlockAppHash: appHashOf(size),
    }
  }

  initChain(request: InitChainRequest): InitChainResponse {
    for (const update of request.validators) this.#validators.apply(update)
    return { consensusParams: null, validators: [], appHash: appHashOf(this.#progress.size) }
  }

  query(request: QueryRequest): Awaitable<QueryResponse> {
    const { data: key, path, prove } = request
    if (path === '/val') {
      const found = this.#validators.find(key)
      const value = found === null ? null : encodeDelimited(encodeValidatorUpdate(found))
      return { ...queryAnswer(key, value), log: '' }
    }
    const height = this.#progress.height
    const answer = (value: Uint8Array | null): QueryResponse => ({
      ...queryAnswer(key, value),
      index: prove ? -1n : 0n,
      height,
    })
    const value = this.#pairs.get(key)
    return value instanceof Promise ? value.then(answer) : answer(value)
  }

  checkTx(request: CheckTxRequest): CheckTxResponse {
    if (!isValidatorTx(request.tx)) return isPair(request.tx) ? ACCEPTED : REFUSED
    const update = parseValidatorTx(request.tx)
    if (update === null) return REFUSED
    // No proposer would take it, so that it would stay in the mempool.
    const log = this.#validators.refusal(update)
    return log === null ? ACCEPTED : { ...REFUSED, code: CODE_IMPOSSIBLE_CHANGE, log }
  }

  prepareProposal(request: PrepareProposalRequest): readonly Uint8Array[] {
    const trial = this.#validators.trial(request.misbehavior)
    return request.txs
      .filter((tx) => isWellFormed(tx) && trial.admits(tx))
      .map((tx) => withEquals(tx))
  }

  processProposal(request: ProcessProposalRequest): 'accept' | 'reject' {
    if (!areOffendersDistinct(request.misbehavior)) return 'reject'
    const trial = this.#validators.trial(request.misbehavior)
    const isGood = request.txs.every((tx) => isWellFormed(tx) && trial.admits(tx))
    return isGood ? 'accept' : 'reject'
  }

  extendVote(): Uint8Array {
    return EMPTY_BYTES
  }

  verifyVoteExtension(): 'accept' | 'reject' {
    return 'accept'
  }

  finalizeBlock(request: FinalizeBlockRequest): FinalizeBlockResponse {
    const validatorUpdates = this.#punish(request.misbehavior)
    const pairs: Pair[] = []
    const txResults: ExecTxResult[] = []
    for (const tx of request.txs) {
      const update = isValidatorTx(tx) ? parseValidatorTx(tx) : null
      if (update !== null) validatorUpdates.push(update)
      const pair = splitPair(tx)
      if (update === null && pair !== null) pairs.push(pair)
      txResults.push(resultOf(pair ?? [tx, tx]))
    }
    const size = this.#progress.size + BigInt(request.txs.length)
    this.#staged = { progress: { size, height: request.height }, pairs, validatorUpdates }
    return {
      events: [],
      txResults,
      validatorUpdates,
      consensusParamUpdates: null,
      appHash: appHashOf(size),
    }
  }

  commit(): Awaitable<CommitResponse> {
    const staged = this.#staged
    this.#staged = null
    if (staged === null) return { retainHeight: 0n }
    for (const update of staged.validatorUpdates) this.#validators.apply(update)
    this.#changedValidators = staged.validatorUpdates.length > 0
    const { progress, pairs } = staged
    const validators = this.#validators.encode()
    const written = this.#pairs.commit({ pairs, validators, progress })
    return written instanceof Promise
      ? written.then(() => this.#committed(progress))
      : this.#committed(progress)
  }

  #committed(progress: KvStoreProgress): CommitResponse {
    this.#progress = progress
    return { retainHeight: 0n }
  }

  // Offenders that are no validators any more are passed over; CometBFT's kvstore panics there.
  #punish(misbehavior: readonly Misbehavior[]): ValidatorUpdate[] {
    return misbehavior.flatMap(({ kind, validator }) => {
      const pubKey = this.#validators.keyAt(validator.address)
      if (kind !== 'duplicate-vote' || pubKey === null) return []
      return [{ pubKey, power: validator.power - 1n }]
    })
  }
}

function isWellFormed(tx: Uint8Array): boolean {
  return isValidatorTx(tx) ? parseValidatorTx(tx) !== null : isPair(tx)
}

/** Exactly one separator in the whole transaction, and not at an end. */
function isPair(tx: Uint8Array): boolean {
  let separator = -1
  for (let i = 0; i < tx.length; i++) {
    if (tx[i] !== COLON && tx[i] !== EQUALS) continue
    if (separator >= 0) return false
    separator = i
  }
  return separator > 0 && separator < tx.length - 1
}

function withEquals(tx: Uint8Array): Uint8Array {
  const at = tx.indexOf(COLON)
  if (at < 0) return tx
  const changed = tx.slice()
  changed[at] = EQUALS
  return changed
}

/** Key and value as views: a block's transactions live until its pairs are stored anyhow. */
function splitPair(tx: Uint8Array): Pair | null {
  const at = tx.indexOf(EQUALS)
  if (at < 0 || tx.indexOf(EQUALS, at + 1) >= 0) return null
  return [tx.subarray(0, at), tx.subarray(at + 1)]
}

function areOffendersDistinct(misbehavior: readonly Misbehavior[]): boolean {
  const addresses = new Set(misbehavior.map(({ validator }) => bytesKey(validator.address)))
  return addresses.size === misbehavior.length
}

function resultOf([key, value]: Pair): ExecTxResult {
  return {
    code: 0,
    data: EMPTY_BYTES,
    log: '',
    info: '',
    gasWanted: 0n,
    gasUsed: 0n,
    events: [appEvent(FIRST_CREATOR, fromUtf8(key)), appEvent(SECOND_CREATOR, fromUtf8(value))],
    codespace: '',
  }
}

function appEvent(creator: EventAttribute, key: string): Event {
  return {
    type: 'app',
    attributes: [creator, { key: 'key', value: key, index: true }, INDEXED, NOT_INDEXED],
  }
}

/** Eight bytes: the zigzag varint of the count, then zeros. */
function appHashOf(size: bigint): Uint8Array {
  const hash = new Uint8Array(8)
  let rest = size * 2n
  let at = 0
  for (; rest >= 0x80n && at < 7; at++) {
    hash[at] = Number(rest & 0x7fn) | 0x80
    rest >>= 7n
  }
  hash[at] = Number(rest)
  return hash
}

function queryAnswer(key: Uint8Array, value: Uint8Array | null): QueryResponse {
  return {
    code: 0,
    log: value === null ? 'does not exist' : 'exists',
    info: '',
    index: 0n,
    key,
    value,
    proofOps: null,
    height: 0n,
    codespace: '',
  }
}
