// What judging costs: the rounds of a height are counted once, however often a proof is shown.

import { expect, test } from 'vitest'
import { CHAIN_ID, START, blockIdOfNumber } from '../../core/types/chain.fixture.ts'
import { keyAt, signProposal } from '../../core/faults/past.fixture.ts'
import { DEFAULT_FAULT_DETECTOR_CONFIG } from '../../core/faults/index.ts'
import { ValidatorSet } from '../../core/types/index.ts'
import type { DoubleProposalEvidence } from '../../core/types/index.ts'
import { nativeCrypto } from '../../node/platform/index.ts'
import { TestNode, keyed } from '../execution/node.fixture.ts'
import { KvStoreApplication } from '../abci/index.ts'
import { MemoryKeyValueStore } from '../memory/index.ts'
import { ChainJudge } from './chain-judge.ts'

const ROUND = 900

/** Two proposals of a validator in a round that was not its turn. */
function accusation(timestamp: bigint): DoubleProposalEvidence {
  const { validatorSet } = keyed
  const { address: turn } = validatorSet.withRoundsPassed(ROUND).proposer
  const accused = validatorSet.validators.find(({ address }) => address !== turn)
  if (accused === undefined) throw new Error('the chain has several validators')
  const [proposalA, proposalB] = [1, 2].map((number) =>
    signProposal(
      keyAt(keyed, accused.address),
      { height: 1n, round: ROUND, blockId: blockIdOfNumber(number), timestamp: START },
      CHAIN_ID,
    ),
  )
  return {
    kind: 'double-proposal',
    validatorAddress: accused.address,
    proposalA: proposalA!,
    proposalB: proposalB!,
    totalVotingPower: validatorSet.totalVotingPower,
    validatorPower: accused.votingPower,
    timestamp,
  }
}

test('judge: the same refused proof counts the rounds once', async () => {
  const store = new MemoryKeyValueStore()
  const application = KvStoreApplication.inMemory(nativeCrypto)
  const node = await TestNode.open({ store, application, crypto: nativeCrypto })
  for (let height = 0; height < 3; height++) await node.step()
  let reads = 0
  const { blockStore, stateStore } = node
  const judge = new ChainJudge({
    crypto: nativeCrypto,
    store,
    blockStore,
    stateStore: {
      // As the store does it, each time another object.
      loadValidators: async (height) => {
        const set = await stateStore.loadValidators(height)
        const watched = set?.validators.map((validator) => ({
          ...validator,
          get votingPower() {
            reads++
            return validator.votingPower
          },
        }))
        return watched === undefined ? null : ValidatorSet.restore(watched, null)
      },
    },
    detection: DEFAULT_FAULT_DETECTOR_CONFIG,
  })
  const meta = await blockStore.loadBlockMeta(1n)
  const evidence = accusation(meta?.header.time ?? 0n)
  const chainState = { ...node.chainState, evidenceRule: 'all' as const }
  const costs: number[] = []
  for (let time = 0; time < 3; time++) {
    reads = 0
    const answer = await judge.judge(chainState, evidence)
    expect(answer).toMatchObject({
      kind: 'invalid',
      reason: expect.stringMatching(/not the proposer of round 900$/),
    })
    costs.push(reads)
  }
  expect(costs[0]).toBeGreaterThan(ROUND * keyed.validatorSet.size)
  expect(Math.max(costs[1]!, costs[2]!)).toBeLessThan(ROUND)
})
