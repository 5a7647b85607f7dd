// The size of a proposed block: what the consensus parameters do not allow gets no vote.

import { expect, test } from 'vitest'
import { EMPTY_BYTES, toHex, toUtf8 } from '../../core/bytes/index.ts'
import { makeProposalBlock } from '../../core/chain/index.ts'
import {
  defaultConsensusParams,
  EMPTY_COMMIT,
  makeBlockId,
  proposalSignBytes,
} from '../../core/types/index.ts'
import type { Proposal } from '../../core/types/index.ts'
import { nativeCrypto } from '../../node/platform/index.ts'
import { Station } from '../gossip/station.fixture.ts'
import { Cluster, signingSeedOf } from '../replica/cluster.fixture.ts'

const PROPOSER = 1
const PARTS_ALLOWED = 2

/** What becomes of a block of one transaction, at most 100,000 bytes being allowed. */
async function judged(txBytes: number): Promise<string> {
  const { block: limits, evidence } = defaultConsensusParams
  const consensusParams = {
    ...defaultConsensusParams,
    block: { ...limits, maxBytes: 100_000n },
    evidence: { ...evidence, maxBytes: 10_000n },
  }
  const cluster = new Cluster({ size: 2, powers: [10n, 30n], genesis: { consensusParams } })
  const station = await Station.startOn(cluster, await Cluster.freshDisk())
  const { engine } = station.node.replica
  await cluster.until(() => engine.state.step === 'propose')
  const { chainId, validators } = cluster.genesis
  const block = makeProposalBlock({
    crypto: nativeCrypto,
    chainState: engine.chainState,
    height: 1n,
    txs: [toUtf8(`a=${'b'.repeat(txBytes - 2)}`)],
    evidence: [],
    lastCommit: EMPTY_COMMIT,
    proposerAddress: validators[PROPOSER]?.address ?? EMPTY_BYTES,
  })
  const { blockId, partSet } = makeBlockId(nativeCrypto, block)
  const place = { type: 32, height: 1n, round: 0, polRound: -1 }
  const unsigned: Proposal = { ...place, blockId, timestamp: 1n, signature: EMPTY_BYTES }
  const signBytes = proposalSignBytes(chainId, unsigned)
  const signature = nativeCrypto.signEd25519(signingSeedOf(PROPOSER), signBytes)
  const peer = station.join('a')
  station.hear(peer, { kind: 'proposal', proposal: { ...unsigned, signature } })
  const isHeard = engine.state.proposal !== null
  for (let index = 0; index < partSet.header.total; index++) {
    const part = partSet.get(index)
    if (part !== null) station.hear(peer, { kind: 'block-part', height: 1n, round: 0, part })
  }
  await cluster.until(() => cluster.signatures[0]?.[0] !== undefined)
  const votes = engine.state.votes.get(0)?.prevotes
  const vote = votes?.get(engine.state.validatorSet.indexOf(validators[0]?.address ?? EMPTY_BYTES))
  await cluster.stopAll()
  if (!isHeard) return 'not heard'
  expect(partSet.header.total).toBeLessThanOrEqual(PARTS_ALLOWED)
  return toHex(vote?.blockId.hash ?? EMPTY_BYTES) === toHex(blockId.hash) ? 'prevoted' : 'refused'
}

test('block size: one within the limit is prevoted', async () => {
  expect(await judged(90_000)).toBe('prevoted')
})

test('block size: one of as many parts as allowed, and of more bytes, is refused', async () => {
  expect(await judged(100_001)).toBe('refused')
})

test('block size: a proposal of more parts than allowed is not heard', async () => {
  expect(await judged(140_000)).toBe('not heard')
})
