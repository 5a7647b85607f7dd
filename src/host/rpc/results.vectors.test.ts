// Results that CometBFT's own encoder wrote, rare members included, are read and written again to
// the same bytes.

import { expect, test } from 'vitest'
import { loadVectors } from '../../core/crypto/vectors.fixture.ts'
import { PublishedEvent } from '../events/index.ts'
import { RpcServer } from './index.ts'
import { blockResultsJson, infoJson, queryJson } from './json-abci.ts'
import { blockJson, evidenceJson } from './json-chain.ts'
import { roundStateJson } from './json-consensus.ts'
import { EventWriter } from './json-events.ts'
import { jsonList } from './json-text.ts'
import { readChainEvent } from './recorded-events.fixture.ts'
import { recordedCases, resultTexts, uriRequest } from './recorded-cases.fixture.ts'
import { readDump } from './recorded-consensus.fixture.ts'
import { RecordedNode } from './recorded-node.fixture.ts'
import {
  list,
  readBlock,
  readEvidence,
  readFinalizeBlock,
  readQuery,
} from './recorded-results.fixture.ts'

const values = (loadVectors('rpc_values.json') ?? {}) as Readonly<Record<string, string>>

/** Results that a route gives from a node that knows what they say: by name, method and target. */
const ROUTED: Readonly<Record<string, readonly [method: string, target: string]>> = {
  net0: ['net_info', '/net_info'],
  vals: ['validators', '/validators?height=1'],
  block0: ['block', '/block_by_hash?hash=0x01'],
  header0: ['header', '/header_by_hash?hash=0x01'],
  unconf: ['unconfirmed_txs', '/unconfirmed_txs'],
  bt: ['broadcast_tx_sync', '/broadcast_tx_sync?tx=0x01'],
  btc: ['broadcast_tx_commit', '/broadcast_tx_commit?tx=0x78'],
  checktx: ['check_tx', '/check_tx?tx=0x01'],
}

/** The members that the recording made up, since it did not hash. */
const MASKED = /"hash":"[0-9A-F]*"|"(n_txs|total|total_bytes)":"\d+"/g

async function rewritten(name: string, text: string): Promise<string> {
  const json = JSON.parse(text)
  const node = new RecordedNode()
  if (name.startsWith('ev-')) {
    const query = json.query as string
    const writer = new EventWriter(node.crypto)
    const written = writer.write(query, new PublishedEvent(readChainEvent(node.crypto, json)))
    return written.replace(/"events":\{[^}]*\}\}$/, '"events":{"tm.event":["x"]}}')
  }
  switch (name) {
    case 'dve':
    case 'lcae':
      return jsonList(list(json, readEvidence), evidenceJson)
    case 'br':
    case 'br0':
      return blockResultsJson(5n, readFinalizeBlock(json))
    case 'q':
      return queryJson(readQuery(json.response))
    case 'info':
    case 'info0':
      node.learn('abci_info', {}, text)
      return infoJson(await node.application.info())
    case 'block1':
      return text.replace(/"block":\{"header.*/, `"block":${blockJson(readBlock(json.block))}}`)
    case 'rs':
      return roundStateJson(readDump(json))
    default: {
      const [method, target] = ROUTED[name] ?? ['', '']
      node.learn(method, method.startsWith('broadcast_tx_commit') ? { tx: 'eA==' } : {}, text)
      if (method === 'validators') node.height = 5n
      const { body } = await new RpcServer(node).request(uriRequest(target))
      return resultTexts(body)[0] ?? body
    }
  }
}

const names = Object.keys(values)

test(`rpc_values.json: ${names.length} values are written as CometBFT writes them`, async () => {
  for (const name of names) {
    const text = values[name] ?? ''
    const ours = await rewritten(name, text)
    const isRouted = ROUTED[name] !== undefined
    const mask = (value: string): string => (isRouted ? value.replaceAll(MASKED, '') : value)
    expect({ name, text: mask(ours) }).toEqual({ name, text: mask(text) })
  }
})

/** Routes that are not served still show that blocks and transactions are written right. */
const found = recordedCases().flatMap(({ calls, response }) => {
  const [text] = resultTexts(response.body)
  const method = calls[0]?.method
  return typeof text === 'string' && (method === 'block_search' || method === 'tx_search')
    ? [{ method, text }]
    : []
})

test(`rpc_*.json: finds one by one what ${found.length} recorded searches found`, async () => {
  for (const { method, text } of found) {
    const node = new RecordedNode()
    node.learn(method, {}, text)
    const server = new RpcServer(node)
    const result = JSON.parse(text)
    for (const item of result.txs ?? result.blocks) {
      const hash = `0x${item.hash ?? item.block_id.hash}`
      const target = method === 'tx_search' ? '/tx?hash=' : '/block_by_hash?hash='
      const { body } = await server.request(uriRequest(target + hash))
      expect(text).toContain(resultTexts(body)[0] ?? body)
    }
  }
})
