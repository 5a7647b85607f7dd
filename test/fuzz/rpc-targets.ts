// Targets for a whole RPC server: bodies, query strings and WebSocket messages.

import { fromUtf8, toUtf8 } from '../../src/core/bytes/index.ts'
import { MemoryClock, silentLogger } from '../../src/host/memory/index.ts'
import type { HttpResponse } from '../../src/host/ports/index.ts'
import { RpcServer } from '../../src/host/rpc/index.ts'
import { FakeSocket } from '../../src/host/rpc/fake-socket.fixture.ts'
import {
  httpRequest,
  recordedCases,
  uriRequest,
} from '../../src/host/rpc/recorded-cases.fixture.ts'
import { resultTexts } from '../../src/host/rpc/recorded-cases.fixture.ts'
import { RecordedNode } from '../../src/host/rpc/recorded-node.fixture.ts'
import type { Dice } from './dice.ts'
import { mutateText } from './mutate-text.ts'
import { promise } from './target.ts'
import type { Target } from './target.ts'

const STATUSES: ReadonlySet<number> = new Set([200, 301, 307, 400, 404, 405, 413, 500])
/** How often the loop may turn for an answer; what waits for a block waits longer. */
const MOST_TURNS = 20

const turn = (): Promise<void> => new Promise(setImmediate)

/** A node that has what was recorded of one, and keeps the errors that it logs. */
const failures: unknown[] = []
const clock = new MemoryClock(1_700_000_000_000_000_000n)
const cases = recordedCases()
const server = ((): RpcServer => {
  const node = new RecordedNode()
  node.clock = clock
  node.logger = {
    ...silentLogger,
    error: (_, fields) => void failures.push(fields?.['error']),
    child: () => node.logger,
  }
  for (const { calls, response } of cases) {
    const texts = response.status === 200 ? resultTexts(response.body) : []
    for (const [i, { method, params }] of calls.entries()) {
      const text = texts[i] ?? null
      if (text !== null) node.learn(method, params, text)
    }
  }
  return new RpcServer(node)
})()

/** Answers of a route may say anything in words; errors of our own language are bugs. */
function checkFailures(): void {
  for (const failure of failures.splice(0)) {
    const isBug =
      failure instanceof TypeError ||
      failure instanceof RangeError ||
      failure instanceof ReferenceError
    promise(!isBug, `a route throws ${String(failure)}`)
  }
}

function checkResponse({ status, body }: HttpResponse): boolean {
  promise(STATUSES.has(status), `status ${status}`)
  checkFailures()
  if (!body.startsWith('{') && !body.startsWith('[')) return false
  const parsed = JSON.parse(body) as { error?: unknown } | unknown[]
  return Array.isArray(parsed) || parsed.error === undefined
}

async function answerOf(request: Parameters<RpcServer['request']>[0]): Promise<boolean> {
  const answer = server.request(request)
  if (!(answer instanceof Promise)) return checkResponse(answer)
  const outcome: { response: HttpResponse | null; error: Error | null } = {
    response: null,
    error: null,
  }
  answer.then(
    (response) => (outcome.response = response),
    (error: unknown) => (outcome.error = error instanceof Error ? error : new Error(String(error))),
  )
  for (let turns = 0; turns < MOST_TURNS && outcome.response === null; turns++) {
    if (outcome.error !== null) throw outcome.error
    await turn()
  }
  if (outcome.response === null) {
    // What waits for a block is answered when its time is up.
    clock.advance(60_000)
    await turn()
  }
  return outcome.response === null ? false : checkResponse(outcome.response)
}

const bodies = cases.map(({ request }) => request.body).filter((body) => body !== '')
const uris = cases
  .filter(({ request }) => request.body === '')
  .map(({ request }) => `${request.path}?${request.query}`)

async function takeSocket(input: Uint8Array): Promise<boolean> {
  const socket = new FakeSocket()
  server.socket(socket)
  socket.say(fromUtf8(input))
  await turn()
  checkFailures()
  const isAnswered = socket.received.length > 0
  for (const text of socket.received) JSON.parse(text)
  socket.close(1000, 'over')
  return isAnswered && !socket.received.some((text) => text.includes('"error"'))
}

const subscriptions = ['subscribe', 'unsubscribe'].map(
  (method) => `{"jsonrpc":"2.0","id":1,"method":"${method}","params":{"query":"tm.event='Tx'"}}`,
)

/** A server as a whole; its readers alone are among the targets of text. */
export const RPC_TARGETS: readonly Target[] = [
  {
    name: 'rpc-body',
    share: 10,
    make: (dice: Dice) => toUtf8(dice.pick(bodies)),
    mutate: mutateText,
    take: (input) => answerOf(httpRequest({ method: 'POST', body: fromUtf8(input) })),
  },
  {
    name: 'rpc-uri',
    share: 10,
    make: (dice: Dice) => toUtf8(dice.pick(uris)),
    mutate: mutateText,
    take: (input) => answerOf(uriRequest(fromUtf8(input))),
  },
  {
    name: 'rpc-socket',
    share: 5,
    make: (dice: Dice) => toUtf8(dice.pick([...subscriptions, ...bodies])),
    mutate: mutateText,
    take: takeSocket,
  },
]
