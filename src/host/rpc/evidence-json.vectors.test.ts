// Evidence that CometBFT's own encoder wrote is read, as a parameter, to the same evidence.

import { expect, test } from 'vitest'
import { toBase64 } from '../../core/bytes/index.ts'
import { loadVectors } from '../../core/crypto/vectors.fixture.ts'
import { evidenceHash } from '../../core/types/index.ts'
import type { Evidence } from '../../core/types/index.ts'
import { nativeCrypto } from '../../node/platform/index.ts'
import { parseEvidence } from './evidence-json.ts'
import { RpcServer } from './index.ts'
import { evidenceJson } from './json-chain.ts'
import { httpRequest, uriRequest } from './recorded-cases.fixture.ts'
import { RecordedNode } from './recorded-node.fixture.ts'

const values = (loadVectors('rpc_values.json') ?? {}) as Readonly<Record<string, string>>
const pieces = ['dve', 'lcae'].flatMap((name) =>
  (JSON.parse(values[name] ?? '[]') as unknown[]).map((each) => JSON.stringify(each)),
)

function read(text: string): Evidence {
  const parsed = parseEvidence(text)
  if (!parsed.ok) throw new Error(parsed.error)
  return parsed.value
}

test(`rpc_values.json: ${pieces.length} pieces of evidence are read and written alike`, () => {
  for (const text of pieces) {
    const written = evidenceJson(read(text))
    expect(JSON.parse(written)).toEqual(JSON.parse(text))
    expect(evidenceJson(read(written))).toBe(written)
  }
})

test('parseEvidence: what does not fit is named by its place', () => {
  const [text = '{}'] = pieces
  const broken = (change: (value: Record<string, unknown>) => void): string => {
    const json = JSON.parse(text) as { value: Record<string, unknown> }
    change(json.value)
    const parsed = parseEvidence(JSON.stringify(json))
    return parsed.ok ? 'read' : parsed.error
  }
  expect(broken((value) => (value['vote_a'] = 7))).toBe('evidence.value.vote_a: not an object')
  expect(broken((value) => (value['TotalVotingPower'] = 7))).toMatch(/TotalVotingPower: not a num/)
  expect(broken((value) => (value['Timestamp'] = 'noon'))).toMatch(/Timestamp: not a time/)
  const vote = (fields: object) => broken((value) => (value['vote_b'] = fields))
  expect(vote({ height: '9223372036854775808' })).toMatch(/vote_b.height: not of 64 bits/)
  expect(vote({ round: 2 ** 31 })).toMatch(/vote_b.round: not a whole number/)
  expect(vote({ signature: 'no base64' })).toMatch(/vote_b.signature: not base64/)
  expect(vote({ block_id: { hash: 'xy' } })).toMatch(/vote_b.block_id.hash: not hexadecimal/)
  expect(parseEvidence('{"type":"x","value":{}}')).toEqual({
    ok: false,
    error: 'unknown type of evidence "x"',
  })
  for (const no of ['7', '[]', '"x"']) expect(parseEvidence(no).ok).toBe(false)
})

/** Two votes in the form that blocks show. */
const vote = (byte: string): object => ({
  type: 2,
  height: '3',
  round: 1,
  block_id: { hash: byte.repeat(32), parts: { total: 1, hash: byte.repeat(32) } },
  timestamp: '2026-11-22T07:25:31Z',
  validator_address: '11'.repeat(20),
  validator_index: 0,
  signature: toBase64(new Uint8Array(64)),
})
const GOOD = JSON.stringify({
  type: 'tendermint/DuplicateVoteEvidence',
  value: {
    vote_a: vote('22'),
    vote_b: vote('33'),
    TotalVotingPower: '40',
    ValidatorPower: '10',
    Timestamp: '2026-11-22T07:25:31Z',
  },
})

function serverWith(refusal: string | null): { server: RpcServer; taken: Evidence[] } {
  const node = new RecordedNode()
  const taken: Evidence[] = []
  const submit = (evidence: Evidence): string | null => {
    taken.push(evidence)
    return refusal
  }
  Object.assign(node, { evidence: { submit } })
  return { server: new RpcServer(node), taken }
}

test('broadcast_evidence: hands evidence over and answers with its hash', async () => {
  const { server, taken } = serverWith(null)
  const body = `{"jsonrpc":"2.0","id":1,"method":"broadcast_evidence","params":{"evidence":${GOOD}}}`
  const answer = JSON.parse((await server.request(httpRequest({ method: 'POST', body }))).body)
  const [evidence] = taken
  const hash = evidence === undefined ? '' : toBase64(evidenceHash(nativeCrypto, evidence))
  expect(answer).toEqual({ jsonrpc: '2.0', id: 1, result: { hash } })
  const uri = uriRequest(`/broadcast_evidence?evidence=${encodeURIComponent(GOOD)}`)
  expect(JSON.parse((await server.request(uri)).body).result).toEqual({ hash })
})

test('broadcast_evidence: says why evidence is not taken', async () => {
  const { server, taken } = serverWith('evidence of height 3 is too old')
  const ask = async (json: string): Promise<string> => {
    const { body } = await server.request(
      uriRequest(`/broadcast_evidence?evidence=${encodeURIComponent(json)}`),
    )
    return JSON.parse(body).error.data as string
  }
  expect(await ask(GOOD)).toBe('failed to add evidence: evidence of height 3 is too old')
  expect(await ask(GOOD.replaceAll('33'.repeat(32), '11'.repeat(32)))).toBe(
    'evidence.ValidateBasic failed: the votes stand in the wrong order',
  )
  expect(await ask('{"type":"x"}')).toMatch(/unknown type of evidence/)
  expect(await ask('1')).toMatch(/evidence: not an object$/)
  expect(await ask('-1')).toMatch(/evidence: not an object$/)
  expect(taken).toHaveLength(1)
})
