// A node that answers over HTTP: all pages of its validators, and whatever else it may answer.

import { createServer } from 'node:http'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { formatTime, toBase64, toHexUpper } from '../../core/bytes/index.ts'
import { verifyFinality } from '../../core/finality/index.ts'
import type { Decision } from '../../core/finality/index.ts'
import { decisionOf, setOfKeys } from '../../core/finality/decisions.fixture.ts'
import type { BlockId } from '../../core/types/index.ts'
import type { Ballot } from '../../core/types/chain.fixture.ts'
import { proveFromNode } from './index.ts'

type Json = Readonly<Record<string, unknown>>

const VALIDATORS = 103
const members = Array.from({ length: VALIDATORS }, (_, i): [number, bigint] => [i + 1, 5n])

let decision: Decision
let server: Server
let url: string
/** What the node answers instead of the truth, by route. */
let lies: Readonly<Record<string, (truth: Json) => unknown>> = {}

const blockIdJson = ({ hash, partSetHeader: { total, hash: root } }: BlockId): Json => ({
  hash: toHexUpper(hash),
  parts: { total, hash: toHexUpper(root) },
})

const commitJson = ({ header, commit }: Decision): Json => ({
  signed_header: {
    header: {
      version: { block: String(header.version.block), app: String(header.version.app) },
      chain_id: header.chainId,
      height: String(header.height),
      time: formatTime(header.time),
      last_block_id: blockIdJson(header.lastBlockId),
      last_commit_hash: toHexUpper(header.lastCommitHash),
      data_hash: toHexUpper(header.dataHash),
      validators_hash: toHexUpper(header.validatorsHash),
      next_validators_hash: toHexUpper(header.nextValidatorsHash),
      consensus_hash: toHexUpper(header.consensusHash),
      app_hash: toHexUpper(header.appHash),
      last_results_hash: toHexUpper(header.lastResultsHash),
      evidence_hash: toHexUpper(header.evidenceHash),
      proposer_address: toHexUpper(header.proposerAddress),
    },
    commit: {
      height: String(commit.height),
      round: commit.round,
      block_id: blockIdJson(commit.blockId),
      signatures: commit.signatures.map((entry) => ({
        block_id_flag: entry.blockIdFlag,
        validator_address: toHexUpper(entry.validatorAddress),
        timestamp: formatTime(entry.timestamp),
        // As CometBFT writes the signature of an absent entry.
        signature: entry.signature.length === 0 ? null : toBase64(entry.signature),
      })),
    },
  },
  canonical: true,
})

const validatorsJson = ({ validatorSet }: Decision, page: number, perPage: number): Json => {
  const shown = validatorSet.validators.slice((page - 1) * perPage, page * perPage)
  return {
    validators: shown.map(({ address, pubKey, votingPower }) => ({
      address: toHexUpper(address),
      pub_key: { type: 'tendermint/PubKeyEd25519', value: toBase64(pubKey.bytes) },
      voting_power: String(votingPower),
      proposer_priority: '-7',
    })),
    count: String(shown.length),
    total: String(VALIDATORS),
  }
}

const answer = (path: string): unknown => {
  const { pathname, searchParams } = new URL(path, url)
  const route = pathname.slice(1)
  const number = (name: string): number => Number(searchParams.get(name))
  const truth =
    route === 'commit'
      ? commitJson(decision)
      : validatorsJson(decision, number('page'), number('per_page'))
  return lies[route]?.(truth) ?? { jsonrpc: '2.0', id: -1, result: truth }
}

beforeAll(async () => {
  const absent = members.map((_, i): Ballot => (i < 20 ? 'absent' : 'block'))
  decision = decisionOf(5n, { keyed: setOfKeys(...members), ballots: absent })
  server = createServer((request, response) => {
    const body = answer(request.url ?? '')
    response.end(typeof body === 'string' ? body : JSON.stringify(body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})

afterAll(() => new Promise((resolve) => server.close(resolve)))

describe('node source', () => {
  test('node: header, commit and all pages of validators make a proof that verifies', async () => {
    lies = {}
    const { chainId, validatorsHash } = decision.header
    for (const asked of [5n, 'latest'] as const) {
      const proof = await proveFromNode(url, asked)
      const verdict = verifyFinality(proof, { chainId, validatorsHash })
      expect(verdict.ok && verdict.signed).toEqual({ validators: 83, votingPower: 415n })
    }
  })

  test('node: what is no true answer ends in a typed error, never in a proof', async () => {
    const header = (change: Json) => (truth: Json) => {
      const signed = truth['signed_header'] as { header: Json }
      const changed = { ...signed, header: { ...signed.header, ...change } }
      return { result: { ...truth, signed_header: changed } }
    }
    const total = (text: string) => (truth: Json) => ({ result: { ...truth, total: text } })
    const told: readonly (readonly [typeof lies, string, RegExp])[] = [
      [{ commit: () => 'no' }, 'BAD_ANSWER', /the answer is no JSON/],
      [{ commit: () => '[]' }, 'BAD_ANSWER', /answer is no object/],
      [{ commit: () => ({}) }, 'BAD_ANSWER', /answer\.result is no object/],
      [{ commit: () => ({ error: { message: 'M', data: 'D' } }) }, 'NO_HEIGHT', /commit.*: M: D$/],
      [{ commit: header({ height: '6' }) }, 'BAD_ANSWER', /answered height 6 when asked for 5/],
      [{ commit: header({ height: 5 }) }, 'BAD_ANSWER', /header\.height is no text/],
      [{ commit: header({ height: '-5' }) }, 'BAD_ANSWER', /header\.height is no whole number/],
      [{ commit: header({ app_hash: 'zz' }) }, 'BAD_ANSWER', /header\.app_hash is no hexadecimal/],
      [{ commit: header({ time: 'now' }) }, 'BAD_ANSWER', /header\.time is no time/],
      [{ commit: header({ time: '0000-12-31T23:59:59Z' }) }, 'BAD_ANSWER', /time is no time/],
      [{ commit: header({ app_hash: '00' }) }, 'UNPROVED', /the commit is for block/],
      [{ validators: total('104') }, 'BAD_ANSWER', /103 shown of 104/],
      [{ validators: total('1') }, 'BAD_ANSWER', /100 shown of 1/],
      [{ validators: () => ({ result: { validators: {} } }) }, 'BAD_ANSWER', /is no list/],
    ]
    for (const [lie, code, reason] of told) {
      lies = lie
      const error: unknown = await proveFromNode(url, 5n).catch((thrown: unknown) => thrown)
      expect(error).toMatchObject({ name: 'FinalitySourceError', code: `FINALITY_${code}` })
      expect((error as Error).message).toMatch(reason)
    }
  })

  test('node: nobody there is said so', async () => {
    const gone = createServer()
    await new Promise<void>((resolve) => gone.listen(0, '127.0.0.1', resolve))
    const { port } = gone.address() as AddressInfo
    await new Promise((resolve) => gone.close(resolve))
    await expect(proveFromNode(`http://127.0.0.1:${port}`, 5n)).rejects.toMatchObject({
      code: 'FINALITY_UNREACHABLE',
    })
  })
})
