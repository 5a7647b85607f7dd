// Making, judging and executing blocks.

import { describe, expect, test } from 'vitest'
import { EMPTY_BYTES, fromUtf8, toUtf8 } from '../../core/bytes/index.ts'
import { maxDataBytes } from '../../core/chain/index.ts'
import { nobleCrypto, type Crypto } from '../../core/crypto/index.ts'
import {
  defaultConsensusParams,
  VoteSet,
  type Block,
  type Evidence,
} from '../../core/types/index.ts'
import { KvStoreApplication, type Application, type CommitInfo } from '../abci/index.ts'
import { Query } from '../events/index.ts'
import { MemoryKeyValueStore } from '../memory/index.ts'
import { NO_EVIDENCE, type EvidenceSource } from './index.ts'
import { keyed, TestNode, type NodeParts } from './node.fixture.ts'

const tx = (text: string): Uint8Array => toUtf8(text)

/** A kvstore some of whose methods are replaced. */
function appWith(
  change: (inner: KvStoreApplication) => Partial<Application> = () => ({}),
): Application {
  const inner = KvStoreApplication.inMemory(nobleCrypto)
  const methods: Application = {
    info: () => inner.info(),
    initChain: (request) => inner.initChain(request),
    query: (request) => inner.query(request),
    checkTx: (request) => inner.checkTx(request),
    prepareProposal: (request) => inner.prepareProposal(request),
    processProposal: (request) => inner.processProposal(request),
    extendVote: () => inner.extendVote(),
    verifyVoteExtension: () => inner.verifyVoteExtension(),
    finalizeBlock: (request) => inner.finalizeBlock(request),
    commit: () => inner.commit(),
  }
  return { ...methods, ...change(inner) }
}

/** Two prevotes of one round for two blocks; nobody signed them. */
function pieceOf(round: number): Evidence {
  const hash = new Uint8Array(32).fill(1)
  const vote = {
    type: 1,
    height: 1n,
    round,
    blockId: { hash, partSetHeader: { total: 1, hash: new Uint8Array(32) } },
    timestamp: 1n,
    validatorAddress: keyed.keys[0]?.address ?? EMPTY_BYTES,
    validatorIndex: 0,
    signature: new Uint8Array(64),
    extension: EMPTY_BYTES,
    extensionSignature: EMPTY_BYTES,
  }
  const other = { ...vote, blockId: { ...vote.blockId, hash: new Uint8Array(32).fill(2) } }
  return {
    kind: 'duplicate-vote',
    voteA: vote,
    voteB: other,
    totalVotingPower: 100n,
    validatorPower: 40n,
    timestamp: 1n,
  }
}

const open = (more: Partial<NodeParts> = {}): Promise<TestNode> =>
  TestNode.open({ store: new MemoryKeyValueStore(), application: appWith(), ...more })

describe('block executor', () => {
  test('executes a block: stores, index, mempool and events agree', async () => {
    const node = await open()
    const seen: string[] = []
    const every = Query.parse('tm.event EXISTS')
    if (!every.ok) throw new Error(every.error)
    const subscription = node.eventBus.subscribe({ query: every.value })
    await node.step(tx('a=1'), tx('b=2'))
    for (let event = subscription.take(); event !== null; event = subscription.take()) {
      seen.push(event.event.kind)
    }
    expect(seen).toEqual(['NewBlock', 'NewBlockHeader', 'NewBlockEvents', 'Tx', 'Tx'])
    expect(node.mempool.size).toBe(0)
    expect(await node.txIndex.find(nobleCrypto.sha256(tx('b=2')))).toEqual({ height: 1n, index: 1 })
    expect((await node.blockStore.loadBlock(1n))?.txs.map(fromUtf8)).toEqual(['a=1', 'b=2'])
    expect((await node.stateStore.loadResults(1n))?.txResults.length).toBe(2)
    expect((await node.stateStore.loadChainState())?.lastBlockHeight).toBe(1n)
    await node.step()
    expect(node.chainState.lastBlockHeight).toBe(2n)
  })

  test('tells the application who signed, and who offended', async () => {
    const asked: unknown[] = []
    const application = appWith((inner) => ({
      prepareProposal: (request) => {
        asked.push(request.localLastCommit)
        return inner.prepareProposal(request)
      },
      finalizeBlock: (request) => {
        asked.push(request.decidedLastCommit)
        return inner.finalizeBlock(request)
      },
    }))
    const node = await open({ application })
    await node.step()
    await node.step()
    const validators = keyed.keys.map(({ address }, i) => ({
      address,
      power: [40n, 30n, 20n, 10n][i],
    }))
    const votes = validators.map((validator) => ({ validator, blockIdFlag: 2 }))
    const none = { round: 0, votes: [] }
    const extended = votes.map((vote) => ({
      ...vote,
      voteExtension: EMPTY_BYTES,
      extensionSignature: EMPTY_BYTES,
    }))
    expect(asked).toEqual([none, none, { round: 0, votes: extended }, { round: 0, votes }])
  })

  test('tells the application with which power the block before was signed', async () => {
    const [first] = keyed.keys
    if (first === undefined) throw new Error('no key')
    const powers = new Map<string, unknown[]>()
    const note = (call: string, { votes }: Pick<CommitInfo, 'votes'>): void => {
      powers.set(call, [...(powers.get(call) ?? []), votes[0]?.validator.power])
    }
    const application = appWith((inner) => ({
      prepareProposal: (request) => {
        note('prepareProposal', request.localLastCommit)
        return inner.prepareProposal(request)
      },
      processProposal: (request) => {
        note('processProposal', request.proposedLastCommit)
        return inner.processProposal(request)
      },
      finalizeBlock: (request) => {
        note('finalizeBlock', request.decidedLastCommit)
        const answer = inner.finalizeBlock(request)
        const stronger = { pubKey: first.pubKey, power: 50n }
        return request.height === 1n ? { ...answer, validatorUpdates: [stronger] } : answer
      },
    }))
    const node = await open({ application })
    for (let height = 1; height <= 4; height++) {
      const built = await node.propose()
      const request = { ...built, chainState: node.chainState, lastPrecommits: null }
      expect(await node.executor.judgeProposal(request)).toBeNull()
      await node.apply(built)
    }
    // The power of height 1 changes at height 3, whose commit is in block 4.
    const calls = ['prepareProposal', 'processProposal', 'finalizeBlock']
    const expected = [undefined, 40n, 40n, 50n]
    expect(powers).toEqual(new Map(calls.map((call) => [call, expected])))
  })

  test('refuses a proposal by the rules of the chain before the application is asked', async () => {
    let asked = 0
    const application = appWith(() => ({
      processProposal: () => {
        asked++
        return 'reject'
      },
    }))
    const node = await open({ application })
    const built = await (await open()).propose()
    const judge = (chainId: string): Promise<string | null> => {
      const header = { ...built.block.header, chainId }
      const block = { ...built.block, header }
      const blockId = { ...built.blockId, hash: tx(chainId) }
      const { chainState } = node
      return node.executor.judgeProposal({ chainState, block, blockId, lastPrecommits: null })
    }
    expect(await judge('other')).toContain('chain id other')
    expect(asked).toBe(0)
    expect(await judge('test-chain')).toBe('the application rejects the proposal')
    expect(asked).toBe(1)
  })

  test('does not verify again the signatures it has as votes', async () => {
    let verified = 0
    const crypto: Crypto = {
      ...nobleCrypto,
      verifyEd25519: (...args) => {
        verified++
        return nobleCrypto.verifyEd25519(...args)
      },
    }
    const proposer = await open()
    await proposer.step()
    const { chainState, lastCommit } = proposer
    const request = { ...(await proposer.propose()), chainState }
    const set = chainState.lastValidators
    if (set === null) throw new Error('there was a block')
    const lastPrecommits = VoteSet.fromCommit(lastCommit, set)
    const { executor } = await open({ crypto })
    expect(await executor.validateBlock({ ...request, lastPrecommits })).toBeNull()
    expect(verified).toBe(0)
    expect(await executor.validateBlock({ ...request, lastPrecommits: null })).toBeNull()
    expect(verified).toBe(0)
    const fresh = await open({ crypto })
    expect(await fresh.executor.validateBlock({ ...request, lastPrecommits: null })).toBeNull()
    expect(verified).toBe(4)
  })

  test('stops on answers that make going on impossible', async () => {
    const cases: [string, Partial<Application>][] = [
      ['EXECUTION_BAD_PROPOSAL', { prepareProposal: () => [new Uint8Array(30_000_000)] }],
      ['EXECUTION_APPLICATION_FAILED', { prepareProposal: () => Promise.reject(new Error('no')) }],
      ['EXECUTION_APPLICATION_FAILED', { commit: () => Promise.reject(new Error('disk')) }],
      [
        'EXECUTION_BAD_RESPONSE',
        {
          finalizeBlock: () => ({
            events: [],
            txResults: [],
            validatorUpdates: [],
            consensusParamUpdates: null,
            appHash: EMPTY_BYTES,
          }),
        },
      ],
      [
        'EXECUTION_BAD_RESPONSE',
        {
          finalizeBlock: ({ txs }) => ({
            events: [],
            txResults: txs.map(() => ({
              code: 0,
              data: EMPTY_BYTES,
              log: '',
              info: '',
              gasWanted: 0n,
              gasUsed: 0n,
              events: [],
              codespace: '',
            })),
            validatorUpdates: keyed.keys.map(({ pubKey }) => ({ pubKey, power: 0n })),
            consensusParamUpdates: null,
            appHash: EMPTY_BYTES,
          }),
        },
      ],
    ]
    for (const [code, change] of cases) {
      const node = await open({ application: appWith(() => change) })
      await expect(node.step(tx('a=1'))).rejects.toMatchObject({ code })
    }
  })

  test('holds the mempool to new parameters from the next height on', async () => {
    const application = appWith((inner) => ({
      finalizeBlock: (request) => ({
        ...inner.finalizeBlock(request),
        consensusParamUpdates: {
          block: { maxBytes: 2000n, maxGas: -1n },
          evidence: { ...defaultConsensusParams.evidence, maxBytes: 100n },
        },
      }),
    }))
    const node = await open({ application })
    const large = (name: string): Uint8Array => tx(`${name}=${'x'.repeat(2000)}`)
    expect(await node.mempool.checkTx(large('a'))).toMatchObject({ ok: true })
    await node.step()
    expect(await node.mempool.checkTx(large('b'))).toMatchObject({ error: { kind: 'pre-check' } })
  })

  test('asks for as much evidence as its limit and the block have room for', async () => {
    const asked: bigint[] = []
    const pending: EvidenceSource['pending'] = (maxBytes) => {
      asked.push(maxBytes)
      return { evidence: [], byteSize: 0n }
    }
    const { block, evidence: defaults } = defaultConsensusParams
    const nodeWith = (evidenceBytes: bigint): Promise<TestNode> =>
      open({
        evidence: { ...NO_EVIDENCE, pending },
        genesis: {
          consensusParams: {
            ...defaultConsensusParams,
            block: { ...block, maxBytes: 10_000n },
            evidence: { ...defaults, maxBytes: evidenceBytes },
          },
        },
      })
    await (await nodeWith(5000n)).propose()
    const generous = await nodeWith(10_000n)
    await generous.propose()
    expect(asked).toEqual([5000n, maxDataBytes(generous.chainState, 0n)])
    expect(asked[1]).toBeLessThan(10_000n)
  })

  test('stops before the height from which the application asks for vote extensions', async () => {
    const application = appWith((inner) => ({
      finalizeBlock: (request) => ({
        ...inner.finalizeBlock(request),
        consensusParamUpdates:
          request.height === 1n ? { abci: { voteExtensionsEnableHeight: 4n } } : null,
      }),
    }))
    const store = new MemoryKeyValueStore()
    const told: bigint[] = []
    const evidence: EvidenceSource = {
      ...NO_EVIDENCE,
      update: ({ lastBlockHeight }) => void told.push(lastBlockHeight),
    }
    const node = await open({ application, store, evidence })
    const blocks = node.eventBus.subscribe({ query: Query.forKind('NewBlock') })
    for (let height = 1; height <= 2; height++) await node.step()
    const stop = {
      code: 'EXECUTION_UNSUPPORTED',
      message:
        'the application asks for vote extensions from height 4 on, ' +
        'which this node does not sign: it stops before height 4',
    }
    await expect(node.step()).rejects.toMatchObject(stop)
    expect([node.blockStore.height, told.at(-1)]).toEqual([3n, 3n])
    expect([blocks.take(), blocks.take(), blocks.take()]).not.toContain(null)
    await expect(open({ application, store: store.reopen() })).rejects.toMatchObject(stop)
    const past = { ...node.chainState, lastBlockHeight: 8n }
    expect(() => node.executor.resume(past)).toThrow('vote extensions from height 4 on')
  })

  test('judges evidence by piece, marks it with the block and tells the pool', async () => {
    const piece = pieceOf(0)
    const updates: number[] = []
    const key = tx('marked')
    let verdict: string | null = null
    const store = new MemoryKeyValueStore()
    const node = await open({
      store,
      evidence: {
        ...NO_EVIDENCE,
        pending: () => ({ evidence: [piece], byteSize: 400n }),
        check: () => verdict,
        operations: () => [{ put: [key, key] }],
        update: (_state, block) => void updates.push(block.evidence.length),
      },
    })
    const built = await node.propose()
    await node.apply(built)
    expect([updates, await store.get(key)]).toEqual([[1], key])
    expect(node.chainState.nextValidators.get(0)?.votingPower).toBe(39n)
    verdict = 'too old'
    const next = await node.propose()
    const judge = (await open({ evidence: { ...NO_EVIDENCE, check: () => verdict } })).executor
    const request = { ...next, chainState: node.chainState, lastPrecommits: null }
    expect(await judge.validateBlock(request)).toContain('too old')
  })

  test('judges no evidence of a block that is bad without it, and stops at the first', async () => {
    let pieces: readonly Evidence[] = []
    const judged: Evidence[] = []
    const node = await open({
      evidence: {
        ...NO_EVIDENCE,
        pending: () => ({ evidence: pieces, byteSize: 0n }),
        check: (_state, piece) => `bad ${judged.push(piece)}`,
      },
    })
    await node.step()
    const verdict = async (change: Partial<Block['header']> = {}): Promise<string | null> => {
      judged.length = 0
      const { block, blockId } = await node.propose()
      const changed = { ...block, header: { ...block.header, ...change } }
      const { chainState, executor } = node
      return executor.validateBlock({
        block: changed,
        blockId: { ...blockId, hash: new Uint8Array(32) },
        chainState,
        lastPrecommits: null,
      })
    }
    pieces = Array.from({ length: 100 }, (_, round) => pieceOf(round))
    expect([await verdict(), judged]).toEqual(['evidence 0: bad 1', [pieces[0]]])
    expect([await verdict({ dataHash: EMPTY_BYTES }), judged]).toEqual([expect.anything(), []])
    expect([await verdict({ appHash: EMPTY_BYTES }), judged]).toEqual([expect.anything(), []])
    pieces = Array.from({ length: 1000 }, () => pieceOf(0))
    expect([await verdict(), judged]).toEqual(['evidence 1 stands twice in the block', []])
    pieces = Array.from({ length: 10_000 }, () => pieceOf(0))
    expect([await verdict(), judged]).toEqual([expect.stringContaining('bytes of evidence'), []])
  })

  test('prunes what the application no longer needs and evidence cannot name', async () => {
    expect(await baseAfterTen({ maxAgeNumBlocks: 3n, maxAgeDuration: 2_500_000_000n })).toBe(7n)
    expect(await baseAfterTen({ maxAgeNumBlocks: 3n, maxAgeDuration: 60_000_000_000n })).toBe(1n)
    expect(await baseAfterTen({ maxAgeNumBlocks: 1n, maxAgeDuration: 500_000_000n })).toBe(8n)
  })
})

/**
 * The lowest height left after ten blocks of a second each, when the application wants those from 8
 * on.
 */
async function baseAfterTen(age: {
  readonly maxAgeNumBlocks: bigint
  readonly maxAgeDuration: bigint
}): Promise<bigint> {
  const application = appWith((inner) => ({
    commit: async () => {
      await inner.commit()
      return { retainHeight: 8n }
    },
  }))
  const consensusParams = { ...defaultConsensusParams, evidence: { ...age, maxBytes: 1000n } }
  const node = await open({ application, genesis: { consensusParams } })
  for (let i = 0; i < 10; i++) {
    await node.step(tx(`k${i}=v`))
    for (let turn = 0; turn < 200; turn++) await Promise.resolve()
  }
  const { base } = node.blockStore
  expect((await node.txIndex.atHeight(base - 1n)).length).toBe(0)
  expect((await node.txIndex.atHeight(base)).length).toBe(1)
  expect(await node.stateStore.loadResults(base - 1n)).toBeNull()
  return base
}
