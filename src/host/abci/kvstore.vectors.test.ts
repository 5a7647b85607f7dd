// The kvstore gives every answer that CometBFT's kvstore gave in a recorded chain of 25 blocks.

import { describe, expect, test } from 'vitest'
import { equalBytes, toHex } from '../../core/bytes/index.ts'
import { nobleCrypto } from '../../core/crypto/index.ts'
import { loadVectors } from '../../core/crypto/vectors.fixture.ts'
import { decodeValidatorUpdate, encodeFinalizeBlockResponse } from '../../core/proto/index.ts'
import { defaultConsensusParams } from '../../core/types/index.ts'
import { MemoryKeyValueStore } from '../memory/index.ts'
import {
  allBytesIn,
  bytesIn,
  fieldsOf,
  framesOf,
  integerIn,
  misbehaviorIn,
  textIn,
  type Fields,
  type Frame,
  type RecordedConnection,
} from './abci-session.fixture.ts'
import { KvStoreApplication, type Application, type FinalizeBlockRequest } from './index.ts'
import { initChainRequest } from './requests.fixture.ts'

const connections = (loadVectors('abci_socket_session.json') ?? []) as RecordedConnection[]

interface Exchange {
  readonly request: Fields
  readonly response: Fields
  readonly answer: Frame
  readonly kind: number
}

function exchangesOf(kinds: readonly number[]): Exchange[] {
  return connections.flatMap((connection) => {
    const requests = framesOf(connection.client_to_app_b64)
    const responses = framesOf(connection.app_to_client_b64)
    return requests.flatMap(({ kind, body }, i) => {
      const answer = responses[i]
      if (!kinds.includes(kind) || answer === undefined) return []
      return [{ kind, request: fieldsOf(body), response: fieldsOf(answer.body), answer }]
    })
  })
}

const INIT_CHAIN = 5
const QUERY = 6
const CHECK_TX = 8
const COMMIT = 11
const PREPARE = 16
const PROCESS = 17
const FINALIZE = 20
const consensus = exchangesOf([INIT_CHAIN, COMMIT, PREPARE, PROCESS, FINALIZE])
const checks = exchangesOf([CHECK_TX])
const queries = exchangesOf([QUERY])
const infos = exchangesOf([3])
const lastHeight = consensus.reduce(
  (last, { kind, request }) => (kind === FINALIZE ? integerIn(request, 5) : last),
  0n,
)

function proposed(request: Fields): FinalizeBlockRequest {
  return {
    txs: allBytesIn(request, 1),
    decidedLastCommit: { round: 0, votes: [] },
    misbehavior: misbehaviorIn(request, 3),
    hash: bytesIn(request, 4),
    height: integerIn(request, 5),
    time: 0n,
    nextValidatorsHash: bytesIn(request, 7),
    proposerAddress: bytesIn(request, 8),
  }
}

/** Plays the whole chain; Info and Query are asked at the height at which they were recorded. */
async function play(app: Application, reopen: () => Promise<Application>): Promise<bigint> {
  await checkReads(app, 0n)
  let height = 0n
  for (const { kind, request, response, answer } of consensus) {
    const block = proposed(request)
    const proposedLastCommit = block.decidedLastCommit
    if (kind === INIT_CHAIN) {
      const validators = allBytesIn(request, 4).map(decodeValidatorUpdate)
      const given = await app.initChain({
        time: 0n,
        chainId: textIn(request, 2),
        consensusParams: defaultConsensusParams,
        validators,
        appStateBytes: bytesIn(request, 5),
        initialHeight: 1n,
      })
      expect(toHex(given.appHash)).toBe(toHex(bytesIn(response, 3)))
    } else if (kind === PREPARE) {
      const txs = await app.prepareProposal({
        ...block,
        txs: allBytesIn(request, 2),
        misbehavior: misbehaviorIn(request, 4),
        maxTxBytes: integerIn(request, 1),
        localLastCommit: { round: 0, votes: [] },
      })
      expect(txs.map(toHex)).toEqual(allBytesIn(response, 1).map(toHex))
    } else if (kind === PROCESS) {
      expect(integerIn(response, 1)).toBe(1n)
      expect(await app.processProposal({ ...block, proposedLastCommit })).toBe('accept')
    } else if (kind === FINALIZE) {
      const given = encodeFinalizeBlockResponse(await app.finalizeBlock(block))
      expect(toHex(given)).toBe(toHex(answer.body))
      height = block.height
    } else {
      expect((await app.commit()).retainHeight).toBe(integerIn(response, 3))
      app = await reopen()
      await checkReads(app, height)
    }
  }
  return height
}

async function checkReads(app: Application, height: bigint): Promise<void> {
  for (const info of infos) {
    if (integerIn(info.response, 4) === height) await checkInfo(app, info)
  }
  for (const { request, response } of queries) {
    if (integerIn(response, 9) !== height) continue
    const given = await app.query({
      data: bytesIn(request, 1),
      path: textIn(request, 2),
      height: integerIn(request, 3),
      prove: integerIn(request, 4) === 1n,
    })
    expect(given.code).toBe(Number(integerIn(response, 1)))
    expect(given.log).toBe(textIn(response, 3))
    expect(BigInt.asUintN(64, given.index)).toBe(integerIn(response, 5))
    expect(toHex(given.key)).toBe(toHex(bytesIn(response, 6)))
    expect(toHex(given.value ?? new Uint8Array(0))).toBe(toHex(bytesIn(response, 7)))
    expect(given.height).toBe(integerIn(response, 9))
  }
}

/**
 * The calls of two connections have no recorded order: a transaction was checked before the block
 * that holds it, and is checked here right before it.
 */
function executeUntil(
  app: KvStoreApplication,
  blocks: FinalizeBlockRequest[],
  tx: Uint8Array,
): void {
  const at = blocks.findIndex(({ txs }) => txs.some((each) => equalBytes(each, tx)))
  for (const block of blocks.splice(0, Math.max(at, 0))) {
    app.finalizeBlock(block)
    void app.commit()
  }
}

async function checkInfo(app: Application, { response }: Exchange): Promise<void> {
  const given = await app.info({ version: '', blockVersion: 11n, p2pVersion: 8n, abciVersion: '' })
  expect(given.data).toBe(textIn(response, 1))
  expect(given.version).toBe(textIn(response, 2))
  expect(given.appVersion).toBe(integerIn(response, 3))
  expect(given.lastBlockHeight).toBe(integerIn(response, 4))
  expect(toHex(given.lastBlockAppHash)).toBe(toHex(bytesIn(response, 5)))
}

describe('kvstore: answers as CometBFT in a recorded chain', () => {
  const count = consensus.length
  const reads = `${queries.length} queries, ${infos.length} infos`
  test(`in ${count} consensus calls, ${reads}, in memory`, async () => {
    const app = KvStoreApplication.inMemory(nobleCrypto)
    expect(await play(app, () => Promise.resolve(app))).toBe(lastHeight)
  })

  test(`in ${count} consensus calls, ${reads}, opened again after each commit`, async () => {
    const store = new MemoryKeyValueStore()
    const open = (): Promise<Application> => KvStoreApplication.open(nobleCrypto, store)
    expect(await play(await open(), open)).toBe(lastHeight)
  })

  test(`in ${checks.length} checks of transactions`, () => {
    const app = KvStoreApplication.inMemory(nobleCrypto)
    const [start] = consensus.filter(({ kind }) => kind === INIT_CHAIN)
    const validators = allBytesIn(start?.request ?? new Map(), 4).map(decodeValidatorUpdate)
    app.initChain(initChainRequest({ validators }))
    const blocks = consensus.filter(({ kind }) => kind === FINALIZE).map((e) => proposed(e.request))
    for (const { request, response } of checks) {
      const kind = integerIn(request, 2) === 1n ? 'recheck' : 'new'
      const tx = bytesIn(request, 1)
      executeUntil(app, blocks, tx)
      const given = app.checkTx({ tx, kind })
      expect(given.code).toBe(Number(integerIn(response, 1)))
      expect(given.gasWanted).toBe(integerIn(response, 5))
    }
  })
})
