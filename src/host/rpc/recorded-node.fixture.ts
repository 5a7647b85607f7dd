// A node whose answers come from recorded results: the environment that rpc is tested against.

import { bytesKey, EMPTY_BYTES, fromUtf8 } from '../../core/bytes/index.ts'
import type { NodeInfo, PublicKey } from '../../core/proto/index.ts'
import { formatGenesis, parseGenesis } from '../../core/types/index.ts'
import type {
  Block,
  BlockMeta,
  Commit,
  ConsensusParams,
  Validator,
  ValidatorSet,
} from '../../core/types/index.ts'
import type { FinalizeBlockResponse } from '../../core/proto/index.ts'
import { nativeCrypto } from '../../node/platform/index.ts'
import type { InfoResponse, QueryResponse } from '../abci/index.ts'
import { EventBus } from '../events/index.ts'
import { MemoryClock, silentLogger } from '../memory/index.ts'
import type { Logger } from '../ports/index.ts'
import type {
  RpcConsensusView,
  RpcEnvironment,
  RpcIndexedTx,
  RpcPeer,
  RpcSubmission,
} from './environment.ts'
import { idleView, readDump } from './recorded-consensus.fixture.ts'
import {
  base64,
  hex,
  list,
  metaOf,
  readBlock,
  readBlockId,
  readBlockMeta,
  readCommit,
  readFinalizeBlock,
  readHeader,
  readNodeInfo,
  readParams,
  readPeer,
  readPeerState,
  readPublicKey,
  readQuery,
  readTxResult,
  readValidator,
} from './recorded-results.fixture.ts'
import type { Json } from './recorded-results.fixture.ts'

const NO_NODE: NodeInfo = {
  protocolVersion: { p2p: 8n, block: 11n, app: 1n },
  nodeId: '',
  listenAddress: '',
  network: '',
  version: '0.38.22',
  channels: EMPTY_BYTES,
  moniker: '',
  txIndex: 'on',
  rpcAddress: '',
}

/** The parameters of a recorded request. */
export type RecordedParams = Readonly<Record<string, Json>>

const blocksOf = (node: RecordedNode): RpcEnvironment['blocks'] => ({
  get base() {
    return node.height === 0n ? 0n : 1n
  },
  get height() {
    return node.height
  },
  loadBlock: async (height) => node.blockMap.get(height) ?? null,
  loadBlockMeta: (height) => node.metas.get(height) ?? null,
  loadBlockMetaByHash: async (hash) => {
    const key = bytesKey(hash)
    return [...node.metas.values()].find(({ blockId }) => bytesKey(blockId.hash) === key) ?? null
  },
  loadCommit: (height) => node.commits.get(height) ?? null,
  loadSeenCommit: (height) => node.seenCommits.get(height) ?? null,
})

const mempoolOf = (node: RecordedNode): RpcEnvironment['mempool'] => ({
  get size() {
    return node.pending.length
  },
  get sizeBytes() {
    return node.pending.reduce((sum, tx) => sum + tx.length, 0)
  },
  submit: (tx) => node.submit(tx),
  list: (limit) => node.pending.slice(0, limit),
})

/** Learns from recorded results; what nobody recorded it does not have. */
export class RecordedNode implements RpcEnvironment {
  clock: RpcEnvironment['clock'] = new MemoryClock(1_700_000_000_000_000_000n)
  crypto = nativeCrypto
  logger: Logger = silentLogger
  events: EventBus = new EventBus()
  genesisText = '{}'
  validatorPubKey: PublicKey = { type: 'ed25519', bytes: new Uint8Array(32) }
  height = 0n
  catchingUp = false
  info: NodeInfo = NO_NODE
  appInfo: InfoResponse | null = null
  view: RpcConsensusView = idleView()
  peerList: RpcPeer[] = []
  submission: RpcSubmission | ((tx: Uint8Array) => RpcSubmission) = {
    kind: 'refused',
    reason: 'nothing recorded',
  }
  readonly txs: RpcIndexedTx[] = []
  readonly queries: QueryResponse[] = []
  readonly pending: Uint8Array[] = []
  readonly blockMap = new Map<bigint, Block>()
  readonly metas = new Map<bigint, BlockMeta>()
  readonly commits = new Map<bigint, Commit>()
  readonly seenCommits = new Map<bigint, Commit>()
  readonly sets = new Map<bigint, Validator[]>()
  readonly params = new Map<bigint, ConsensusParams>()
  readonly results = new Map<bigint, FinalizeBlockResponse>()

  readonly blocks: RpcEnvironment['blocks'] = blocksOf(this)
  readonly states: RpcEnvironment['states'] = {
    loadValidators: (height) => setOf(this.sets.get(height)),
    loadParams: (height) => this.params.get(height) ?? null,
    loadResults: async (height) => this.results.get(height) ?? null,
  }
  readonly txIndex: RpcEnvironment['txIndex'] = {
    findTx: async (hash) =>
      this.txs.find(({ tx }) => bytesKey(this.crypto.sha256(tx)) === bytesKey(hash)) ?? null,
    txsAt: (height) => this.txs.filter((tx) => tx.height === height),
  }
  readonly mempool: RpcEnvironment['mempool'] = mempoolOf(this)
  readonly evidence: RpcEnvironment['evidence'] = { submit: () => 'nothing recorded' }
  readonly application: RpcEnvironment['application'] = {
    info: () => this.appInfo ?? unknown('info'),
    query: async ({ data }) =>
      this.queries.find(({ key }) => bytesKey(key) === bytesKey(data)) ?? unknown('query'),
    checkTx: (tx) => {
      const submission = this.submit(tx)
      return submission.kind === 'checked' ? submission.response : unknown('check')
    },
  }

  submit(tx: Uint8Array): RpcSubmission {
    return typeof this.submission === 'function' ? this.submission(tx) : this.submission
  }

  nodeInfo(): NodeInfo {
    return this.info
  }

  isCatchingUp(): boolean {
    return this.catchingUp
  }

  isListening(): boolean {
    return true
  }

  peers(): readonly RpcPeer[] {
    return this.peerList
  }

  consensus(): RpcConsensusView {
    return this.view
  }

  /** Takes in the result of a request. `text` is the result's JSON as it was recorded. */
  learn(method: string, params: RecordedParams, text: string): void {
    const result: Json = JSON.parse(text)
    const height = BigInt(params['height'] ?? 0)
    switch (method) {
      case 'status':
        return this.#learnStatus(result)
      case 'net_info':
        this.peerList = list(result.peers, readPeer)
        return
      case 'blockchain':
        this.height = BigInt(result.last_height)
        for (const meta of list(result.block_metas, readBlockMeta)) {
          this.metas.set(meta.header.height, meta)
        }
        return
      case 'genesis':
        this.genesisText = rewrittenGenesis(text.slice('{"genesis":'.length, -1))
        return
      case 'genesis_chunked':
        this.genesisText = fromUtf8(base64(result.data))
        return
      case 'block':
      case 'block_by_hash':
        return this.#learnBlock(result, height)
      case 'block_search':
        for (const found of result.blocks) this.#learnBlock(found, 1n)
        return
      case 'header':
      case 'header_by_hash':
        return this.#learnHeader(result.header, params)
      case 'commit':
        return this.#learnCommit(result)
      case 'block_results':
        this.results.set(BigInt(result.height), readFinalizeBlock(result))
        this.#reach(BigInt(result.height))
        return
      case 'validators':
        return this.#learnValidators(result, params)
      case 'consensus_params':
        this.params.set(BigInt(result.block_height), readParams(result.consensus_params))
        this.#reach(BigInt(result.block_height) - (height === 0n ? 1n : 0n))
        return
      case 'dump_consensus_state':
        this.view = readDump(result.round_state)
        this.peerList = list(result.peers, (peer) => readPeerState(peer, this.info))
        return
      case 'abci_info':
        return this.#learnInfo(result.response)
      case 'abci_query':
        this.queries.unshift(readQuery(result.response))
        return
      case 'tx':
        return this.#learnTx(result)
      case 'tx_search':
        for (const found of result.txs) this.#learnTx(found)
        return
      case 'unconfirmed_txs':
        this.pending.push(...list(result.txs, base64))
        return
      case 'broadcast_tx_async':
      case 'broadcast_tx_sync': {
        const { code, log, codespace } = result
        const response = { ...readTxResult({ code, log, codespace }), data: hex(result.data) }
        this.submission = { kind: 'checked', response }
        return
      }
      case 'broadcast_tx_commit':
        return this.#learnCommitted(result, base64(params['tx']))
      case 'check_tx':
        this.submission = { kind: 'checked', response: readTxResult(result) }
    }
  }

  /** Takes in blocks only, and as if they were in the future: proofs are made from them. */
  learnBlocks(results: readonly Json[]): void {
    for (const { method, text } of results) {
      if (method === 'block' || method === 'block_search') this.learn(method, {}, text)
    }
    this.height = 0n
  }

  /** Takes in the text of an internal error, as far as it tells of the node. */
  learnRefusal(reason: string): void {
    this.submission = {
      kind: 'refused',
      reason: reason.replace('error on broadcastTxCommit: ', ''),
    }
    const height = /current blockchain height (\d+)/.exec(reason)?.[1]
    if (height !== undefined) this.height = BigInt(height)
  }

  #reach(height: bigint): void {
    if (height > this.height) this.height = height
  }

  #learnStatus(result: Json): void {
    this.info = readNodeInfo(result.node_info)
    const { sync_info: sync, validator_info: self } = result
    this.validatorPubKey = readPublicKey(self.pub_key)
    this.catchingUp = sync.catching_up
    this.height = BigInt(sync.latest_block_height)
    const next = this.height + (this.catchingUp ? 0n : 1n)
    this.sets.set(next, [readValidator(self)])
    for (const point of ['earliest', 'latest']) {
      const height = BigInt(sync[`${point}_block_height`])
      if (height === 0n) continue
      const known = this.metas.get(height)
      const header = {
        ...(known?.header ?? EMPTY_HEADER),
        height,
        appHash: hex(sync[`${point}_app_hash`]),
        time: readHeader({ ...RAW_HEADER, time: sync[`${point}_block_time`] }).time,
      }
      const hash = hex(sync[`${point}_block_hash`])
      const parts = known?.blockId.partSetHeader ?? { total: 0, hash: EMPTY_BYTES }
      this.metas.set(height, metaOf({ hash, partSetHeader: parts }, header))
    }
  }

  #learnBlock(result: Json, asked: bigint): void {
    if (result.block === null) return
    const block = readBlock(result.block)
    const { height } = block.header
    this.blockMap.set(height, block)
    this.metas.set(height, metaOf(readBlockId(result.block_id), block.header))
    if (asked === 0n) this.height = height
    else this.#reach(height)
  }

  #learnHeader(json: Json, params: RecordedParams): void {
    if (json === null) return
    const header = readHeader(json)
    const given = params['hash'] as string | undefined
    const hash = given === undefined ? EMPTY_BYTES : hex(given.replace(/^0x/i, ''))
    const blockId = { hash, partSetHeader: { total: 1, hash: EMPTY_BYTES } }
    this.metas.set(header.height, metaOf(blockId, header))
    this.#reach(header.height)
  }

  #learnCommit(result: Json): void {
    const commit = readCommit(result.signed_header.commit)
    const header = readHeader(result.signed_header.header)
    this.metas.set(header.height, metaOf(commit.blockId, header))
    if (result.canonical === true) {
      this.commits.set(header.height, commit)
      this.#reach(header.height + 1n)
    } else {
      this.seenCommits.set(header.height, commit)
      this.height = header.height
    }
  }

  /** Only a page was recorded: the others are filled with validators that are never shown. */
  #learnValidators(result: Json, params: RecordedParams): void {
    const height = BigInt(result.block_height)
    const perPage = Number(params['per_page'] ?? 30)
    const skip = (Number(params['page'] ?? 1) - 1) * perPage
    const all = Array.from({ length: Number(result.total) }, (_, i): Validator => {
      const address = new Uint8Array(20)
      address[0] = i
      const pubKey = { type: 'ed25519', bytes: new Uint8Array(32) } as const
      return { address, pubKey, votingPower: 1n, proposerPriority: 0n }
    })
    all.splice(skip, result.validators.length, ...list(result.validators, readValidator))
    this.sets.set(height, all)
    this.#reach(height - (params['height'] === undefined ? 1n : 0n))
  }

  #learnInfo(json: Json): void {
    this.appInfo = {
      data: json.data ?? '',
      version: json.version ?? '',
      appVersion: BigInt(json.app_version ?? 0),
      lastBlockHeight: BigInt(json.last_block_height ?? 0),
      lastBlockAppHash: base64(json.last_block_app_hash),
    }
  }

  #learnTx(json: Json): void {
    const tx = base64(json.tx)
    const height = BigInt(json.height)
    this.txs.push({ height, index: json.index, tx, result: readTxResult(json.tx_result) })
    this.#reach(height)
    if (json.proof === undefined || this.blockMap.has(height)) return
    const total = Number(json.proof.proof.total)
    if (total !== 1) return
    const header = { ...EMPTY_HEADER, height }
    this.blockMap.set(height, { header, txs: [tx], evidence: [], lastCommit: null })
  }

  /** The transaction is in a block right after it was checked. */
  #learnCommitted(result: Json, tx: Uint8Array): void {
    const response = readTxResult(result.check_tx)
    this.submission = () => {
      const height = BigInt(result.height)
      const hash = this.crypto.sha256(tx)
      const txResult = readTxResult(result.tx_result)
      if (height > 0n) {
        this.events.publish({ kind: 'Tx', height, index: 0, tx, hash, result: txResult })
      }
      return { kind: 'checked', response }
    }
  }
}

const unknown = (what: string): never => {
  throw new Error(`no ${what} was recorded`)
}

const setOf = (validators: Validator[] | undefined): ValidatorSet | null => {
  if (validators === undefined) return null
  // Pages hold too little to restore a set from, and rpc reads no more of it than this.
  return {
    validators,
    size: validators.length,
    get: (index: number) => validators[index] ?? null,
    indexOf: (address: Uint8Array) =>
      validators.findIndex((validator) => bytesKey(validator.address) === bytesKey(address)),
  } as unknown as ValidatorSet
}

/** Through our own reader and writer of genesis files. */
const rewrittenGenesis = (text: string): string => {
  const genesis = parseGenesis(nativeCrypto, text)
  if (!genesis.ok) throw new Error(`${genesis.error.field} ${genesis.error.reason}`)
  return formatGenesis(genesis.value)
}

const RAW_HEADER: Json = {
  version: {},
  chain_id: '',
  height: '0',
  time: '1970-01-01T00:00:00Z',
  last_block_id: { hash: '', parts: { total: 0, hash: '' } },
  last_commit_hash: '',
  data_hash: '',
  validators_hash: '',
  next_validators_hash: '',
  consensus_hash: '',
  app_hash: '',
  last_results_hash: '',
  evidence_hash: '',
  proposer_address: '',
}
const EMPTY_HEADER = readHeader(RAW_HEADER)
