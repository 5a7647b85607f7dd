// Routes that find transactions, in blocks and in the mempool.

import { err, fromHex, ok, toHexUpper } from '../../core/bytes/index.ts'
import type { Result } from '../../core/bytes/index.ts'
import { hashTx, makeTxProof } from '../../core/types/index.ts'
import { Query } from '../events/index.ts'
import type { Condition } from '../events/index.ts'
import { MAX_QUERY_TEXT } from './config.ts'
import type { RpcEnvironment, RpcIndexedTx, RpcTxIndex } from './environment.ts'
import { pageOf, perPageOf } from './heights.ts'
import { txResultJson } from './json-abci.ts'
import { txProofJson } from './json-chain.ts'
import { jsonBase64, jsonHex, jsonInt64, jsonList } from './json-text.ts'
import { route } from './route.ts'
import type { Answer } from './answer.ts'
import type { Route } from './route.ts'

const INDEXING_OFF = 'transaction indexing is disabled'

async function txText(
  env: RpcEnvironment,
  found: RpcIndexedTx,
  options: { readonly hash: Uint8Array; readonly prove: boolean },
): Promise<string> {
  const { height, index, tx, result } = found
  const block = options.prove ? await env.blocks.loadBlock(height) : null
  const proof =
    block === null ? '' : `,"proof":${txProofJson(makeTxProof(env.crypto, block.txs, index))}`
  return (
    `{"hash":${jsonHex(options.hash)},"height":${jsonInt64(height)},"index":${index}` +
    `,"tx_result":${txResultJson(result)},"tx":${jsonBase64(tx)}${proof}}`
  )
}

async function txAnswer(env: RpcEnvironment, hash: Uint8Array, prove: boolean): Promise<Answer> {
  if (env.txIndex === null) return err(INDEXING_OFF)
  const found = await env.txIndex.findTx(hash)
  if (found === null) return err(`tx (${toHexUpper(hash)}) not found`)
  return ok(await txText(env, found, { hash, prove }))
}

/** What `tx_search` is asked. */
interface Search {
  readonly query: string
  readonly prove: boolean
  readonly page: bigint | null
  readonly perPage: bigint | null
  readonly orderBy: string
}

async function searchAnswer(env: RpcEnvironment, search: Search): Promise<Answer> {
  if (env.txIndex === null) return err(INDEXING_OFF)
  if (search.query.length > MAX_QUERY_TEXT) return err('maximum query length exceeded')
  const query = Query.parse(search.query)
  if (!query.ok) return query
  const wanted = searchableOf(query.value)
  if (!wanted.ok) return wanted
  const found = await findAll(env, env.txIndex, wanted.value)
  if (!['asc', 'desc', ''].includes(search.orderBy)) {
    return err('expected order_by to be either `asc` or `desc` or empty')
  }
  const ordered = search.orderBy === 'desc' ? found.toReversed() : found
  const shown = pageOf(ordered, search.page, search.perPage)
  if (!shown.ok) return shown
  const texts: string[] = []
  for (const tx of shown.value) {
    texts.push(await txText(env, tx, { hash: hashTx(env.crypto, tx.tx), prove: search.prove }))
  }
  return ok(`{"txs":[${texts.join(',')}],"total_count":${jsonInt64(ordered.length)}}`)
}

/** What the index can answer: one hash, one height, or both. */
interface Searchable {
  readonly hash: Uint8Array | null
  readonly height: bigint | null
}

/**
 * Application events are not indexed: everything but `tx.hash='…'` and `tx.height=N` is refused,
 * never half answered.
 */
function searchableOf(query: Query): Result<Searchable, string> {
  let hash: Uint8Array | null = null
  let height: bigint | null = null
  for (const condition of query.conditions) {
    if (isHash(condition) && hash === null) hash = fromHex(condition.argument)
    else if (isHeight(condition) && height === null) height = BigInt(condition.argument)
    else return err(notIndexed(query))
  }
  return ok({ hash, height })
}

function isHash({ tag, operator, argument, argumentKind }: Condition): boolean {
  const isText = operator === '=' && argumentKind === 'string'
  return tag === 'tx.hash' && isText && fromHex(argument) !== null
}

function isHeight({ tag, operator, argument, argumentKind }: Condition): boolean {
  const isNumber = operator === '=' && argumentKind === 'number'
  return tag === 'tx.height' && isNumber && /^\d{1,19}$/.test(argument)
}

function notIndexed(query: Query): string {
  return `tx_search finds tx.hash='<hex>' and tx.height=<number> only, got: ${query.text}`
}

async function findAll(
  env: RpcEnvironment,
  txIndex: RpcTxIndex,
  { hash, height }: Searchable,
): Promise<readonly RpcIndexedTx[]> {
  if (hash !== null) {
    const found = await txIndex.findTx(hash)
    return found === null || (height !== null && height !== found.height) ? [] : [found]
  }
  if (height === null || height > env.blocks.height) return []
  return txIndex.txsAt(height)
}

function mempoolText(env: RpcEnvironment, count: number, txs: string): string {
  return (
    `{"n_txs":${jsonInt64(count)},"total":${jsonInt64(env.mempool.size)}` +
    `,"total_bytes":${jsonInt64(env.mempool.sizeBytes)},"txs":${txs}}`
  )
}

/** The routes of this file by name. */
export const TX_ROUTES: Readonly<Record<string, Route>> = {
  tx: route({
    parameters: [
      ['hash', 'bytes'],
      ['prove', 'bool'],
    ],
    caching: 'always',
    call: ({ env }, [hash, prove]) => txAnswer(env, hash, prove),
  }),
  tx_search: route({
    parameters: [
      ['query', 'string'],
      ['prove', 'bool'],
      ['page', 'optional-int'],
      ['per_page', 'optional-int'],
      ['order_by', 'string'],
    ],
    call: ({ env }, [query, prove, page, perPage, orderBy]) =>
      searchAnswer(env, { query, prove, page, perPage, orderBy }),
  }),
  unconfirmed_txs: route({
    parameters: [['limit', 'optional-int']],
    call: ({ env }, [limit]) => {
      const txs = env.mempool.list(perPageOf(limit))
      return ok(mempoolText(env, txs.length, jsonList(txs, jsonBase64)))
    },
  }),
  num_unconfirmed_txs: route({
    parameters: [],
    call: ({ env }) => ok(mempoolText(env, env.mempool.size, 'null')),
  }),
}
