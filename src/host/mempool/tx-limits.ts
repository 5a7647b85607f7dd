// What the consensus parameters allow a transaction: bytes that fit a block, gas that fits a block.

import type { CheckTxResponse } from '../abci/index.ts'

/** Limits that follow from the chain state; -1 means no limit. */
export interface TxLimits {
  /** Most bytes of transactions in a block, in their encoded form. */
  readonly maxDataBytes: bigint
  /** Most gas in a block. */
  readonly maxGas: bigint
}

/** Limits nobody has set. */
export const NO_TX_LIMITS: TxLimits = { maxDataBytes: -1n, maxGas: -1n }

/** Bytes of a transaction inside a block: tag, length and content. Wire: types.proto Data. */
export function encodedTxSize(length: number): number {
  let size = length + 2
  for (let rest = length; rest >= 128; rest = Math.floor(rest / 128)) size++
  return size
}

/** Whether the gas the application named can fit a block. */
export function isGasAllowed(
  { maxGas }: TxLimits,
  { gasWanted }: Pick<CheckTxResponse, 'gasWanted'>,
): boolean {
  return maxGas === -1n || (gasWanted >= 0n && gasWanted <= maxGas)
}
