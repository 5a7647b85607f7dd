// What a node knows after a block was applied: all that decides whether the next block is valid.

import { EMPTY_BYTES, err, ok } from '../bytes/index.ts'
import type { Result, Time } from '../bytes/index.ts'
import type { Crypto } from '../crypto/index.ts'
import { merkleRoot } from '../crypto/index.ts'
import type { ConsensusParamsUpdate, ValidatorUpdate } from '../proto/index.ts'
import {
  NIL_BLOCK_ID,
  ValidatorSet,
  blockVersionOf,
  genesisPowers,
  updateConsensusParams,
} from '../types/index.ts'
import type {
  BlockId,
  ConsensusParams,
  ConsensusVersion,
  EvidenceRule,
  Genesis,
  LockRule,
  MedianTimeRule,
  SlashingPolicy,
} from '../types/index.ts'

/** The state of the chain after a height. Immutable; equal on all correct nodes. */
export interface ChainState {
  /** What the header of the next block must say. */
  readonly version: ConsensusVersion
  readonly chainId: string
  readonly initialHeight: bigint
  /** 0n before the first block, also when the chain starts higher. */
  readonly lastBlockHeight: bigint
  readonly lastBlockId: BlockId
  /** The genesis time before the first block. */
  readonly lastBlockTime: Time
  /** Validators of the height after the next one. */
  readonly nextValidators: ValidatorSet
  /** Validators of the next height. */
  readonly validators: ValidatorSet
  /**
   * Validators of the last height: who signed the next block's last commit. Null before the first
   * block.
   */
  readonly lastValidators: ValidatorSet | null
  readonly lastHeightValidatorsChanged: bigint
  readonly consensusParams: ConsensusParams
  readonly lastHeightConsensusParamsChanged: bigint
  readonly lastResultsHash: Uint8Array
  readonly appHash: Uint8Array
  readonly lockRule: LockRule
  readonly medianTimeRule: MedianTimeRule
  readonly evidenceRule: EvidenceRule
  /** What faults cost from the genesis on; absent means the default policy. */
  readonly slashing?: SlashingPolicy
}

/** The height of the next block. */
export const nextHeight = (chainState: ChainState): bigint =>
  chainState.lastBlockHeight === 0n ? chainState.initialHeight : chainState.lastBlockHeight + 1n

/** The two sets a chain starts with; both empty when the application is to name the validators. */
const firstSets = (set: ValidatorSet): Pick<ChainState, 'validators' | 'nextValidators'> => ({
  validators: set,
  nextValidators: set.size === 0 ? set : set.withPriorityIncremented(1),
})

/** The state before the first block. Its sets are empty when the genesis names no validators. */
export const makeGenesisState = (crypto: Crypto, genesis: Genesis): ChainState => ({
  version: { block: blockVersionOf(genesis), app: 0n },
  chainId: genesis.chainId,
  initialHeight: genesis.initialHeight,
  lastBlockHeight: 0n,
  lastBlockId: NIL_BLOCK_ID,
  lastBlockTime: genesis.genesisTime,
  ...firstSets(ValidatorSet.make(crypto, genesisPowers(genesis))),
  lastValidators: null,
  lastHeightValidatorsChanged: genesis.initialHeight,
  consensusParams: genesis.consensusParams,
  lastHeightConsensusParamsChanged: genesis.initialHeight,
  lastResultsHash: EMPTY_BYTES,
  appHash: genesis.appHash,
  lockRule: genesis.lockRule,
  medianTimeRule: genesis.medianTimeRule,
  evidenceRule: genesis.evidenceRule,
  ...(genesis.slashing === undefined ? {} : { slashing: genesis.slashing }),
})

/** What the application said when the chain was started with it. */
export interface InitialAnswer {
  /** The application's protocol version, of its answer to Info. */
  readonly appVersion: bigint
  /** Not empty: in place of those of the genesis. */
  readonly validators: readonly ValidatorUpdate[]
  readonly consensusParams: ConsensusParamsUpdate | null
  /** Not empty: in place of that of the genesis. */
  readonly appHash: Uint8Array
}

/**
 * The genesis state with the application's answers to Info and InitChain: its version, validators,
 * parameters and hash. Refused when there are no validators after all, or when they are impossible.
 */
export const applyInitialAnswer = (
  crypto: Crypto,
  chainState: ChainState,
  answer: InitialAnswer,
): Result<ChainState, string> => {
  const powers = answer.validators.map(({ pubKey, power }) => ({ pubKey, votingPower: power }))
  const set = powers.length === 0 ? ok(null) : ValidatorSet.tryMake(crypto, powers)
  if (!set.ok) return set
  const sets = set.value === null ? {} : firstSets(set.value)
  const version = answer.consensusParams === null ? answer.appVersion : null
  const consensusParams = updateConsensusParams(chainState.consensusParams, answer.consensusParams)
  const next: ChainState = {
    ...chainState,
    ...sets,
    version: { ...chainState.version, app: version ?? consensusParams.version.app },
    consensusParams,
    // The root of no results: from here on the chain follows RFC 6962.
    lastResultsHash: merkleRoot(crypto, []),
    appHash: answer.appHash.length > 0 ? answer.appHash : chainState.appHash,
  }
  return next.validators.size > 0
    ? ok(next)
    : err('neither the genesis nor the application names a validator')
}
