// The proof of a height from a running node, of this software or CometBFT, over its RPC.

import { proveDecision } from '../../core/finality/index.ts'
import type { FinalityProof } from '../../core/finality/index.ts'
import { MAX_VOTES, ValidatorSet } from '../../core/types/index.ts'
import type { Commit, Header, Validator } from '../../core/types/index.ts'
import { nativeCrypto } from '../platform/index.ts'
import { AnswerFields } from './answer-fields.ts'
import { readCommit, readHeader, readValidator } from './answer-values.ts'
import { FinalitySourceError } from './errors.ts'

/** Which block is asked for. */
export type AskedHeight = bigint | 'latest'

/** A node answers at once or not at all. */
const TIMEOUT_MS = 10_000
/** The commit of ten thousand validators takes 3 MB. */
const MAX_ANSWER_BYTES = 16 * 1024 * 1024
const PAGE = 100

/**
 * Asks a node for header, commit and all pages of validators, and makes the proof of them; nothing
 * of an answer is believed that the signatures do not cover.
 */
export async function proveFromNode(url: string, asked: AskedHeight): Promise<FinalityProof> {
  const { header, commit } = await askSignedHeader(url, asked)
  const validators = await askValidators(url, header.height)
  const validatorSet = ValidatorSet.tryRestore(validators, null)
  if (!validatorSet.ok) throw bad(`the node's validators: ${validatorSet.error}`)
  const proof = proveDecision({ header, commit, validatorSet: validatorSet.value }, nativeCrypto)
  if (proof.ok) return proof.value
  throw new FinalitySourceError(
    'FINALITY_UNPROVED',
    `what ${url} answers is no proof: ${proof.error}`,
  )
}

/** Asks a node for a header and its commit. */
export async function askSignedHeader(
  url: string,
  asked: AskedHeight,
): Promise<{ readonly header: Header; readonly commit: Commit }> {
  const query = asked === 'latest' ? '' : `?height=${asked}`
  const signed = (await askNode(url, `commit${query}`)).object('signed_header')
  const header = readHeader(signed.object('header'))
  const commit = readCommit(signed.object('commit'))
  if (asked === 'latest' || header.height === asked) return { header, commit }
  throw bad(`the node answered height ${header.height} when asked for ${asked}`)
}

/** Asks a node for all pages of the validators of a height; their priorities are zero. */
export async function askValidators(url: string, height: bigint): Promise<Validator[]> {
  const validators: Validator[] = []
  for (let page = 1; ; page++) {
    const answer = await askNode(url, `validators?height=${height}&page=${page}&per_page=${PAGE}`)
    const shown = answer.objects('validators').map(readValidator)
    const total = answer.int64('total')
    validators.push(...shown)
    if (BigInt(validators.length) === total) return validators
    const isLeft = shown.length > 0 && BigInt(validators.length) < total
    if (!isLeft || validators.length > MAX_VOTES) {
      throw bad(`the node's validators: ${validators.length} shown of ${total}`)
    }
  }
}

/** The result of a route of a node, such as `block?height=5`; an error of the node throws. */
export async function askNode(url: string, route: string): Promise<AnswerFields> {
  const where = `${url.replace(/\/+$/, '')}/${route}`
  const text = await fetchText(where)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new FinalitySourceError('FINALITY_BAD_ANSWER', `${where}: the answer is no JSON`, cause)
  }
  const answer = new AnswerFields(value, 'answer')
  if (Object.hasOwn(value as object, 'error')) {
    const error = answer.object('error')
    const reason = [error.string('message'), error.string('data')].filter((part) => part !== '')
    throw new FinalitySourceError('FINALITY_NO_HEIGHT', `${where}: ${reason.join(': ')}`)
  }
  return answer.object('result')
}

async function fetchText(where: string): Promise<string> {
  try {
    const response = await fetch(where, { signal: AbortSignal.timeout(TIMEOUT_MS) })
    const chunks: Uint8Array[] = []
    let size = 0
    const body: AsyncIterable<Uint8Array> | null = response.body
    for await (const chunk of body ?? []) {
      size += chunk.length
      if (size > MAX_ANSWER_BYTES) throw bad(`${where}: an answer of more than 16 MiB`)
      chunks.push(chunk)
    }
    return new TextDecoder().decode(Buffer.concat(chunks))
  } catch (cause) {
    if (cause instanceof FinalitySourceError) throw cause
    const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause
    const reason = inner instanceof Error ? inner.message : String(inner)
    throw new FinalitySourceError('FINALITY_UNREACHABLE', `${where}: no answer: ${reason}`, cause)
  }
}

function bad(reason: string): FinalitySourceError {
  return new FinalitySourceError('FINALITY_BAD_ANSWER', reason)
}
