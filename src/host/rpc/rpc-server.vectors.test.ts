// Requests to a real node get the answers it gave: status, headers and every byte, from what the
// answers say of the node.

import { expect, test } from 'vitest'
import type { HttpResponse } from '../ports/index.ts'
import { RpcServer } from './index.ts'
import { recordedCases, resultTexts } from './recorded-cases.fixture.ts'
import type { RecordedCase, RecordedResponse } from './recorded-cases.fixture.ts'
import { RecordedNode } from './recorded-node.fixture.ts'

/**
 * Recorded routes that are not served, and why. They are unknown: 404 as a URI, `Method not found`
 * as a method.
 */
const NOT_SERVED: Readonly<Record<string, string>> = {
  block_search: 'searches events of applications, which are not indexed',
  dial_seeds: 'belongs to the unsafe routes, which are off in CometBFT too',
}

/** The only searches that are served; others are refused with a text that says so. */
const SERVED_SEARCH = /^(tx\.hash\s*=\s*'[0-9a-fA-F]*'|tx\.height\s*=\s*\d+|)$/

const cases = recordedCases()
const isNotServed = ({ calls }: RecordedCase): boolean =>
  calls.some(({ method }) => NOT_SERVED[method] !== undefined)
const isOtherSearch = ({ calls }: RecordedCase): boolean =>
  calls.some(
    ({ method, params }) => method === 'tx_search' && !SERVED_SEARCH.test(params['query'] ?? ''),
  )
const served = cases.filter((one) => !isNotServed(one) && !isOtherSearch(one))
const unserved = cases.filter(isNotServed)
const otherSearches = cases.filter(isOtherSearch)
const blocks = cases.flatMap(({ calls, response }) => {
  const [text] = resultTexts(response.body)
  const method = calls[0]?.method
  return typeof text === 'string' && method !== undefined ? [{ method, text }] : []
})

/** The node that the recorded response tells of. */
function nodeOf({ calls, response }: RecordedCase): RecordedNode {
  const node = new RecordedNode()
  node.learnBlocks(blocks)
  const texts = resultTexts(response.body)
  for (const [index, { method, params }] of calls.entries()) {
    const text = texts[index]
    if (typeof text === 'string') node.learn(method, params, text)
    else if (texts.length === 1) node.learnRefusal(JSON.parse(response.body).error.data ?? '')
  }
  return node
}

function comparable(response: HttpResponse): RecordedResponse {
  const { status, headers, body } = response
  return {
    status,
    headers: {
      'content-type': headers['Content-Type'] ?? null,
      'cache-control': headers['Cache-Control'] ?? null,
    },
    body,
  }
}

const answerTo = async (one: RecordedCase): Promise<RecordedResponse> =>
  comparable(await new RpcServer(nodeOf(one)).request(one.request))

test(`rpc_*.json: answers byte for byte in ${served.length} of ${cases.length} cases`, async () => {
  expect(process.env['QUADRILLE_VECTORS'] !== undefined || served.length >= 50).toBe(true)
  for (const one of served) {
    const { title, response } = one
    expect({ title, response: await answerTo(one) }).toEqual({ title, response })
  }
})

test(`rpc_*.json: does not know the routes of ${unserved.length} cases`, async () => {
  for (const one of unserved) {
    const { status, body } = await answerTo(one)
    const isUri = one.request.method === 'GET'
    expect({ title: one.title, status }).toEqual({ title: one.title, status: isUri ? 404 : 200 })
    expect(body).toContain(
      isUri ? '404 page not found' : '"code":-32601,"message":"Method not found"',
    )
  }
})

test(`rpc_*.json: refuses ${otherSearches.length} searches of what is not indexed`, async () => {
  for (const one of otherSearches) {
    const { body } = await answerTo(one)
    expect(body).toContain(
      "tx_search finds tx.hash='\\u003chex\\u003e' and tx.height=\\u003cnumber\\u003e only",
    )
  }
})
