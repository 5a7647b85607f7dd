// A chain for tests: block after block with made-up signatures, and the states in between.

import { createHash } from 'node:crypto'
import type { ChainState } from '../../core/chain/index.ts'
import {
  applyResults,
  makeGenesisState,
  makeProposalBlock,
  nextHeight,
} from '../../core/chain/index.ts'
import type { Crypto } from '../../core/crypto/index.ts'
import { addressOf, nobleCrypto } from '../../core/crypto/index.ts'
import type {
  ConsensusParamsUpdate,
  FinalizeBlockResponse,
  ValidatorUpdate,
} from '../../core/proto/index.ts'
import type { Commit, PublicKey } from '../../core/types/index.ts'
import {
  BlockIdFlag,
  defaultConsensusParams,
  EMPTY_COMMIT,
  makeBlockId,
} from '../../core/types/index.ts'
import type { StoredBlock } from './block-store.ts'

/** The portable backend with the machine's SHA-256, which is ten times as fast. */
export const fixtureCrypto: Crypto = {
  ...nobleCrypto,
  sha256: (data) => new Uint8Array(createHash('sha256').update(data).digest()),
}

const GENESIS_TIME = 1_700_000_000_000_000_000n

/** A block with what came of it. */
export interface ChainStep {
  readonly stored: StoredBlock
  readonly response: FinalizeBlockResponse
  readonly chainState: ChainState
}

/** What the application answers to the next block. */
export interface Updates {
  readonly txs?: readonly Uint8Array[]
  readonly validatorUpdates?: readonly ValidatorUpdate[]
  readonly consensusParamUpdates?: ConsensusParamsUpdate
}

/** The public key of validator `index`; nobody has its private key. */
export const pubKeyOf = (index: number): PublicKey => ({
  type: 'ed25519',
  bytes: new Uint8Array(32).fill(index + 1),
})

/** Grows a chain of four validators. */
export class ChainFixture {
  readonly crypto: Crypto
  readonly genesisState: ChainState
  chainState: ChainState
  #lastCommit: Commit = EMPTY_COMMIT

  constructor(initialHeight = 1n, crypto: Crypto = fixtureCrypto) {
    this.crypto = crypto
    this.genesisState = makeGenesisState(crypto, {
      genesisTime: GENESIS_TIME,
      chainId: 'test-chain',
      initialHeight,
      consensusParams: defaultConsensusParams,
      validators: [0, 1, 2, 3].map((index) => ({
        address: addressOf(crypto, pubKeyOf(index)),
        pubKey: pubKeyOf(index),
        power: 10n + BigInt(index),
        name: '',
      })),
      appHash: new Uint8Array(0),
      appStateJson: '{}',
      lockRule: 'comet-legacy',
      medianTimeRule: 'non-absent',
      evidenceRule: 'comet',
    })
    this.chainState = this.genesisState
  }

  next(updates: Updates = {}): ChainStep {
    const { crypto, chainState } = this
    const height = nextHeight(chainState)
    const block = makeProposalBlock({
      crypto,
      chainState,
      height,
      txs: updates.txs ?? [new TextEncoder().encode(`tx of height ${height}`)],
      evidence: [],
      lastCommit: this.#lastCommit,
      proposerAddress: chainState.validators.proposer.address,
    })
    const { blockId, partSet } = makeBlockId(crypto, block)
    const seenCommit: Commit = {
      height,
      round: 0,
      blockId,
      signatures: chainState.validators.validators.map(({ address }, index) => ({
        blockIdFlag: BlockIdFlag.commit,
        validatorAddress: address,
        timestamp: GENESIS_TIME + height * 1_000_000_000n,
        signature: new Uint8Array(64).fill(index + 1),
      })),
    }
    const response: FinalizeBlockResponse = {
      events: [],
      txResults: block.txs.map((data) => ({
        code: 0,
        data,
        log: '',
        info: '',
        gasWanted: 1n,
        gasUsed: 1n,
        events: [],
        codespace: '',
      })),
      validatorUpdates: updates.validatorUpdates ?? [],
      consensusParamUpdates: updates.consensusParamUpdates ?? null,
      appHash: crypto.sha256(blockId.hash),
    }
    const next = applyResults({ crypto, chainState, blockId, header: block.header, response })
    if (!next.ok) throw new Error(next.error)
    this.chainState = next.value
    this.#lastCommit = seenCommit
    return { stored: { block, blockId, partSet, seenCommit }, response, chainState: next.value }
  }
}
