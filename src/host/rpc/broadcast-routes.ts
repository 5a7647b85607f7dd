// Routes that submit a transaction, and wait for nothing, for its check or for its block.

import { EMPTY_BYTES, err, ok, toHexUpper } from '../../core/bytes/index.ts'
import type { ExecTxResult } from '../../core/proto/index.ts'
import { hashTx } from '../../core/types/index.ts'
import type { CheckTxResponse } from '../abci/index.ts'
import { Query } from '../events/index.ts'
import type { Subscription, TxEvent } from '../events/index.ts'
import type { Timer } from '../ports/index.ts'
import type { RpcSubmission } from './environment.ts'
import { txResultJson } from './json-abci.ts'
import { jsonHex, jsonInt64, jsonString } from './json-text.ts'
import { route } from './route.ts'
import type { Answer } from './answer.ts'
import type { CallContext, Route } from './route.ts'

const TIMED_OUT = 'timed out waiting for tx to be included in a block'
const NODE_STOPPED = 'txSub was canceled (reason: CometBFT exited)'

/** The result of a transaction that did not get into a block. */
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

function asyncAnswer({ env }: CallContext, tx: Uint8Array): Answer {
  const submission = env.mempool.submit(tx)
  if (submission instanceof Promise) {
    // Nobody waits for the check; its refusal is the mempool's to count.
    submission.catch((error: unknown) =>
      env.logger.warn('check of a transaction failed', { error }),
    )
  } else if (submission.kind === 'refused') {
    return err(submission.reason)
  }
  return ok(
    `{"code":0,"data":"","log":"","codespace":"","hash":${jsonHex(hashTx(env.crypto, tx))}}`,
  )
}

function syncAnswer({ env }: CallContext, tx: Uint8Array): Answer | Promise<Answer> {
  const submission = env.mempool.submit(tx)
  if (submission instanceof Promise) {
    return submission.then((checked) => checkedAnswer(checked, hashTx(env.crypto, tx)))
  }
  return checkedAnswer(submission, hashTx(env.crypto, tx))
}

function checkedAnswer(submission: RpcSubmission, hash: Uint8Array): Answer {
  if (submission.kind === 'refused') return err(submission.reason)
  const { code, data, log, codespace } = submission.response
  return ok(
    `{"code":${code},"data":${jsonHex(data)},"log":${jsonString(log)}` +
      `,"codespace":${jsonString(codespace)},"hash":${jsonHex(hash)}}`,
  )
}

/** Subscribes before it submits, or the block could be there before the subscription. */
async function commitAnswer(context: CallContext, tx: Uint8Array): Promise<Answer> {
  const { env, limits } = context
  const client = context.socket ?? {}
  const refusal = limits.refusal(client)
  if (refusal !== null) return err(refusal)
  const hash = hashTx(env.crypto, tx)
  const query = Query.parse(`tm.event='Tx' AND tx.hash='${toHexUpper(hash)}'`)
  if (!query.ok) return query
  limits.take(client)
  let wake = (): void => {}
  const subscription = env.events.subscribe({
    query: query.value,
    buffer: 1,
    onReady: () => wake(),
  })
  try {
    const submission = await env.mempool.submit(tx)
    if (submission.kind === 'refused') {
      return err(`error on broadcastTxCommit: ${submission.reason}`)
    }
    const { response } = submission
    if (response.code !== 0) return ok(committedText(response, hash, null))
    const event = await eventOrTimeout(context, subscription, (f) => (wake = f))
    return event.ok ? ok(committedText(response, hash, event.value)) : event
  } finally {
    subscription.cancel()
    limits.release(client)
  }
}

function committedText(check: CheckTxResponse, hash: Uint8Array, event: TxEvent | null): string {
  return (
    `{"check_tx":${txResultJson(check)},"tx_result":${txResultJson(event?.result ?? NO_RESULT)}` +
    `,"hash":${jsonHex(hash)},"height":${jsonInt64(event?.height ?? 0n)}}`
  )
}

type Waited =
  | { readonly ok: true; readonly value: TxEvent }
  | { readonly ok: false; readonly error: string }

/**
 * The event of the transaction, or why there is none. `setWake` gets the function that looks again.
 */
function eventOrTimeout(
  { env, config }: CallContext,
  subscription: Subscription,
  setWake: (wake: () => void) => void,
): Promise<Waited> {
  return new Promise((resolve) => {
    let timer: Timer | null = null
    const finish = (waited: Waited): void => {
      timer?.cancel()
      setWake(() => {})
      resolve(waited)
    }
    const look = (): void => {
      const event = subscription.take()?.event
      if (event?.kind === 'Tx') finish(ok(event))
      else if (subscription.ended) finish(err(NODE_STOPPED))
    }
    timer = env.clock.setTimer(config.timeoutBroadcastTxCommitMs, () => finish(err(TIMED_OUT)))
    setWake(look)
    look()
  })
}

/** The routes of this file by name. */
export const BROADCAST_ROUTES: Readonly<Record<string, Route>> = {
  broadcast_tx_async: route({
    parameters: [['tx', 'tx']],
    call: (context, [tx]) => asyncAnswer(context, tx),
  }),
  broadcast_tx_sync: route({
    parameters: [['tx', 'tx']],
    call: (context, [tx]) => syncAnswer(context, tx),
  }),
  broadcast_tx_commit: route({
    parameters: [['tx', 'tx']],
    call: (context, [tx]) => commitAnswer(context, tx),
  }),
}
