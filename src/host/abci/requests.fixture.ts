// Requests for tests, filled with what does not matter.

import { EMPTY_BYTES } from '../../core/bytes/index.ts'
import { defaultConsensusParams } from '../../core/types/index.ts'
import type {
  FinalizeBlockRequest,
  InitChainRequest,
  PrepareProposalRequest,
  ProcessProposalRequest,
} from './index.ts'

const COMMON = {
  misbehavior: [],
  time: 1_700_000_000_000_000_000n,
  nextValidatorsHash: EMPTY_BYTES,
  proposerAddress: Uint8Array.of(0xab),
}

/** The start of a chain without validators. */
export function initChainRequest(more: Partial<InitChainRequest> = {}): InitChainRequest {
  return {
    time: COMMON.time,
    chainId: 'test',
    consensusParams: defaultConsensusParams,
    validators: [],
    appStateBytes: EMPTY_BYTES,
    initialHeight: 1n,
    ...more,
  }
}

/** A block to execute. */
export function finalizeRequest(
  height: bigint,
  txs: readonly Uint8Array[],
  more: Partial<FinalizeBlockRequest> = {},
): FinalizeBlockRequest {
  const hash = Uint8Array.of(Number(height), 7)
  return { ...COMMON, decidedLastCommit: { round: 0, votes: [] }, hash, height, txs, ...more }
}

/** A block to judge. */
export function processRequest(
  txs: readonly Uint8Array[],
  more: Partial<ProcessProposalRequest> = {},
): ProcessProposalRequest {
  const hash = EMPTY_BYTES
  return { ...COMMON, proposedLastCommit: { round: 0, votes: [] }, hash, height: 1n, txs, ...more }
}

/** A block to make. */
export function prepareRequest(
  txs: readonly Uint8Array[],
  more: Partial<PrepareProposalRequest> = {},
): PrepareProposalRequest {
  const localLastCommit = { round: 0, votes: [] }
  return { ...COMMON, localLastCommit, maxTxBytes: 1_000_000n, height: 1n, txs, ...more }
}
