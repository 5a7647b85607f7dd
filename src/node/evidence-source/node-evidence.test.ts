// A node that answers over HTTP: which of its blocks carry evidence, and what they say of it.

import { createServer } from 'node:http'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { toHexUpper } from '../../core/bytes/index.ts'
import { hashEvidence } from '../../core/types/index.ts'
import { nativeCrypto } from '../platform/index.ts'
import { evidenceOfNode } from './index.ts'

const NONE = toHexUpper(hashEvidence(nativeCrypto, []))
const SOME = '11'.repeat(32)
const GUILTY: readonly number[] = [3, 20, 21, 45]

let server: Server
let url: string
let asked: string[] = []
let pieces: unknown = null

const answer = (path: string): unknown => {
  const { pathname, searchParams } = new URL(path, url)
  if (pathname === '/status') {
    const sync = { earliest_block_height: '2', latest_block_height: '47' }
    return { node_info: { network: 'chain' }, sync_info: sync }
  }
  if (pathname === '/block') return { block: { evidence: { evidence: pieces } } }
  const [low, high] = ['minHeight', 'maxHeight'].map((name) => Number(searchParams.get(name)))
  const heights = Array.from({ length: high! - low! + 1 }, (_, i) => high! - i)
  const header = (height: number): object => ({
    header: { height: String(height), evidence_hash: GUILTY.includes(height) ? SOME : NONE },
  })
  return { block_metas: heights.slice(0, 20).map(header) }
}

beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(request.url ?? '')
    response.end(JSON.stringify({ jsonrpc: '2.0', id: -1, result: answer(request.url ?? '') }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})

afterAll(() => server.close())

describe('evidence of a node', () => {
  test('blocks: those with evidence are found by their headers, twenty at a time', async () => {
    const source = await evidenceOfNode(url)
    expect([source.chainId, source.heights]).toEqual(['chain', { from: 2n, to: 47n }])
    asked = []
    const found: bigint[] = []
    for await (const height of source.heightsWithEvidence(source.heights)) found.push(height)
    expect(found).toEqual([3n, 20n, 21n, 45n])
    expect(asked).toEqual([
      '/blockchain?minHeight=2&maxHeight=21',
      '/blockchain?minHeight=22&maxHeight=41',
      '/blockchain?minHeight=42&maxHeight=47',
    ])
  })

  test('answers: no list is no evidence, and what cannot be read is named', async () => {
    const source = await evidenceOfNode(url)
    pieces = null
    expect(await source.evidenceAt(3n)).toEqual([])
    pieces = [{ type: 'x', value: {} }]
    await expect(source.evidenceAt(3n)).rejects.toMatchObject({
      code: 'FINALITY_BAD_ANSWER',
      message: 'the node\'s block 3: unknown type of evidence "x"',
    })
  })
})
