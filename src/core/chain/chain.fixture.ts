// A chain of signed blocks with an application that answers what the test says.

import { EMPTY_BYTES } from '../bytes/index.ts'
import { nobleCrypto as crypto } from '../crypto/index.ts'
import type { FinalizeBlockResponse } from '../proto/index.ts'
import { CHAIN_ID, START, setOfPowers, signCommit } from '../types/chain.fixture.ts'
import type { Ballot, Key, KeyedSet } from '../types/chain.fixture.ts'
import { EMPTY_COMMIT, defaultConsensusParams, makeBlockId } from '../types/index.ts'
import type { Block, BlockId, Commit, Evidence, Genesis } from '../types/index.ts'
import { applyResults, makeGenesisState, makeProposalBlock, nextHeight } from './index.ts'
import type { ChainState } from './index.ts'

/** A genesis of four validators with the powers 40, 30, 20 and 10. */
export const genesisOf = (keyed: KeyedSet, change: Partial<Genesis> = {}): Genesis => ({
  genesisTime: START,
  chainId: CHAIN_ID,
  initialHeight: 1n,
  consensusParams: defaultConsensusParams,
  validators: keyed.keys.map(({ address, pubKey }, i) => ({
    address,
    pubKey,
    power: keyed.validatorSet.get(i)?.votingPower ?? 0n,
    name: `validator ${i}`,
  })),
  appHash: EMPTY_BYTES,
  appStateJson: '',
  lockRule: 'comet-legacy',
  medianTimeRule: 'non-absent',
  evidenceRule: 'comet',
  ...change,
})

/** What the application answers when the test does not say otherwise. */
export const RESPONSE: FinalizeBlockResponse = {
  events: [],
  txResults: [],
  validatorUpdates: [],
  consensusParamUpdates: null,
  appHash: new Uint8Array(8).fill(1),
}

/** What goes into the next block. */
export interface BlockOptions {
  readonly txs?: readonly Uint8Array[]
  readonly evidence?: readonly Evidence[]
}

/** The chain up to a height, with the keys to go on. */
export class TestChain {
  readonly keyed: KeyedSet
  state: ChainState
  lastCommit: Commit = EMPTY_COMMIT

  constructor(change: Partial<Genesis> = {}) {
    this.keyed = setOfPowers(40n, 30n, 20n, 10n)
    this.state = makeGenesisState(crypto, genesisOf(this.keyed, change))
  }

  get proposer(): Key {
    const [key] = this.keyed.keys
    if (key === undefined) throw new Error('the chain has validators')
    return key
  }

  /** A block of the next height. */
  makeBlock({ txs = [], evidence = [] }: BlockOptions = {}): Block {
    return makeProposalBlock({
      crypto,
      chainState: this.state,
      height: nextHeight(this.state),
      txs,
      evidence,
      lastCommit: this.lastCommit,
      proposerAddress: this.proposer.address,
    })
  }

  /** Decides the next block; the same four validators sign, whoever the chain state names. */
  commit(response: Partial<FinalizeBlockResponse> = {}, ballots: readonly Ballot[] = []): BlockId {
    const block = this.makeBlock()
    const { blockId } = makeBlockId(crypto, block)
    const applied = applyResults({
      crypto,
      chainState: this.state,
      blockId,
      header: block.header,
      response: { ...RESPONSE, ...response },
    })
    if (!applied.ok) throw new Error(applied.error)
    this.state = applied.value
    this.lastCommit = signCommit(this.keyed, block.header.height, blockId, ballots)
    return blockId
  }
}
