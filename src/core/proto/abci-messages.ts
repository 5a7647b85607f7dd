// The data an application answers with, as far as the node stores, hashes or forwards it.

import type { ConsensusParamsUpdate, PublicKey } from './chain-messages.ts'

/** Wire: abci/types.proto EventAttribute. */
export interface EventAttribute {
  readonly key: string
  readonly value: string
  readonly index: boolean
}

/** Wire: abci/types.proto Event. */
export interface Event {
  readonly type: string
  readonly attributes: readonly EventAttribute[]
}

/** Wire: abci/types.proto ExecTxResult; `code` 0 means success. */
export interface ExecTxResult {
  readonly code: number
  readonly data: Uint8Array
  readonly log: string
  readonly info: string
  readonly gasWanted: bigint
  readonly gasUsed: bigint
  readonly events: readonly Event[]
  readonly codespace: string
}

/** A change of the validator set; power 0 removes (Wire: abci/types.proto ValidatorUpdate). */
export interface ValidatorUpdate {
  readonly pubKey: PublicKey
  readonly power: bigint
}

/**
 * What the application answers to a decided block (Wire: abci/types.proto ResponseFinalizeBlock).
 */
export interface FinalizeBlockResponse {
  readonly events: readonly Event[]
  readonly txResults: readonly ExecTxResult[]
  readonly validatorUpdates: readonly ValidatorUpdate[]
  readonly consensusParamUpdates: ConsensusParamsUpdate | null
  readonly appHash: Uint8Array
}
