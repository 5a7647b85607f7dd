// Every flaw of the invalid proposer is refused by honest validators.

import { describe, expect, test } from 'vitest'
import { EMPTY_BYTES } from '../../core/bytes/index.ts'
import { makeProposalBlock, validateBlockRules } from '../../core/chain/index.ts'
import type { ChainState } from '../../core/chain/index.ts'
import { DEFAULT_FAULT_DETECTOR_CONFIG } from '../../core/faults/index.ts'
import { defaultConsensusParams, makeBlockId } from '../../core/types/index.ts'
import type { Block } from '../../core/types/index.ts'
import { nativeCrypto as crypto } from '../../node/platform/index.ts'
import { EvidenceStore } from '../evidence/index.ts'
import { MemoryKeyValueStore, silentLogger } from '../memory/index.ts'
import { Cluster, signingSeedOf } from '../replica/cluster.fixture.ts'
import type { ReplicaOptions } from '../replica/index.ts'
import { BLOCK_FLAWS } from './block-flaws.ts'
import { PROPOSAL_FLAWS } from './proposal-flaws.ts'
import { Stage } from './stage.ts'
import { Theatre } from './theatre.fixture.ts'

const LIAR = 3
const block = { ...defaultConsensusParams.block, maxBytes: 4096n }
const consensusParams = { ...defaultConsensusParams, block }
/** Flaws that the whole block does not show, but its size or its parts. */
const NOT_IN_THE_BLOCK = ['oversize']

/** A valid block for height 3 of a running chain, and its judge. */
async function bench(): Promise<{
  readonly good: Block
  readonly stage: Stage
  readonly judge: (each: Block) => Promise<string | null>
  readonly close: () => Promise<void>
}> {
  let options: ReplicaOptions | null = null
  const alter = (_index: number, given: ReplicaOptions): ReplicaOptions => (options = given)
  const cluster = new Cluster({ size: 4, genesis: { consensusParams }, alter })
  for (let i = 0; i < 4; i++) await cluster.start(i, await Cluster.freshDisk())
  const { engine, blockStore, stateStore } = cluster.at(0).replica
  await cluster.until(() => engine.state.height === 3n)
  const { chainState } = engine
  const lastCommit = engine.state.lastPrecommits?.makeCommit()
  const proposerAddress = cluster.genesis.validators[LIAR]?.address
  if (lastCommit === undefined || proposerAddress === undefined || options === null) {
    throw new Error('the chain has not begun')
  }
  const contents = { crypto, chainState, height: 3n, txs: [], evidence: [], lastCommit }
  const good = makeProposalBlock({ ...contents, proposerAddress })
  const last = await blockStore.loadBlock(2n)
  const stage = new Stage(options, { name: 'invalid-proposer', keySeed: signingSeedOf(LIAR) })
  if (last !== null) {
    const { blockId, partSet } = makeBlockId(crypto, last)
    const place = { type: 32, height: 2n, round: 0, polRound: -1 } as const
    const rest = { timestamp: 0n, signature: EMPTY_BYTES }
    stage.notes.addProposal({ ...place, blockId, ...rest }, partSet)
  }
  const judge = await EvidenceStore.open({
    crypto,
    store: new MemoryKeyValueStore(),
    blockStore,
    stateStore,
    detection: DEFAULT_FAULT_DETECTOR_CONFIG,
    clock: cluster.clock,
    logger: silentLogger,
  })
  return {
    good,
    stage,
    judge: (each) => verdictOf(chainState, each, judge),
    close: () => cluster.stopAll(),
  }
}

async function verdictOf(
  chainState: ChainState,
  each: Block,
  judge: EvidenceStore,
): Promise<string | null> {
  const reason = validateBlockRules({ crypto, chainState, block: each })
  const [piece] = each.evidence
  return reason ?? (piece === undefined ? null : judge.check(chainState, piece))
}

describe('invalid proposer', () => {
  test('block flaws: every one makes a valid block invalid', async () => {
    const { good, stage, judge, close } = await bench()
    expect(await judge(good)).toBeNull()
    const reasons = new Map<string, string>()
    for (const { name, spoil } of BLOCK_FLAWS) {
      if (NOT_IN_THE_BLOCK.includes(name)) continue
      const reason = await judge(spoil(good, stage))
      reasons.set(name, reason ?? 'none')
    }
    expect([...reasons.values()]).not.toContain('none')
    expect(reasons.get('framing')).toMatch(/signature of vote A is wrong/)
    // A transaction that the header hides is found as a wrong hash of the transactions is.
    expect(new Set(reasons.values()).size).toBe(reasons.size - 1)
    await close()
  })

  test.each(PROPOSAL_FLAWS.map(({ name }, i) => ({ name, drawn: BLOCK_FLAWS.length + i })))(
    'proposal flaws: nobody prevotes for $name',
    async ({ drawn }) => {
      const theatre = await Theatre.open({ villains: { [LIAR]: 'invalid-proposer' }, drawn })
      const said = (): boolean => theatre.proposalsFrom(LIAR).length > 0
      await theatre.cluster.until(said)
      const [first] = theatre.proposalsFrom(LIAR)
      const { height = 0n, round = 0 } = first ?? {}
      await theatre.play(height)
      const prevotes = theatre.honest.flatMap((node) =>
        theatre
          .votesOf(node)
          .filter((vote) => vote.type === 1 && vote.height === height && vote.round === round),
      )
      expect(prevotes.length).toBeGreaterThan(0)
      expect(prevotes.every(({ blockId }) => blockId.hash.length === 0)).toBe(true)
      expect(await theatre.forks()).toEqual([])
      await theatre.close()
    },
  )

  test('oversize: nobody prevotes for a block larger than the chain allows', async () => {
    const drawn = BLOCK_FLAWS.findIndex(({ name }) => name === 'oversize')
    const genesis = { consensusParams }
    const theatre = await Theatre.open({ villains: { [LIAR]: 'invalid-proposer' }, drawn, genesis })
    await theatre.cluster.until(() => theatre.proposalsFrom(LIAR).length > 0)
    const { height = 0n } = theatre.proposalsFrom(LIAR)[0] ?? {}
    await theatre.play(height)
    expect(theatre.refusals()[0]).toMatch(/^block of \d+ bytes, at most 4096 are allowed$/)
    const decided = await theatre.cluster.at(0).replica.blockStore.loadBlock(height)
    expect(decided?.txs).toEqual([])
    await theatre.close()
  })
})
