// Consensus parameters: defaults, limits, and how an application changes them.

import type { ConsensusParams, ConsensusParamsUpdate } from '../proto/index.ts'
import { MAX_BLOCK_BYTES } from './limits.ts'

const HOUR_NANOS = 3_600_000_000_000n

/** What a genesis file without parameters means. */
export const defaultConsensusParams: ConsensusParams = {
  block: { maxBytes: 22_020_096n, maxGas: -1n },
  evidence: {
    maxAgeNumBlocks: 100_000n,
    maxAgeDuration: 48n * HOUR_NANOS,
    maxBytes: 1_048_576n,
  },
  validator: { pubKeyTypes: ['ed25519'] },
  version: { app: 0n },
  abci: { voteExtensionsEnableHeight: 0n },
}

const PUBLIC_KEY_TYPES: readonly string[] = ['ed25519', 'secp256k1']

const validateSizes = ({ block, evidence }: ConsensusParams): string | null => {
  const limit = BigInt(MAX_BLOCK_BYTES)
  if (block.maxBytes === 0n || block.maxBytes < -1n) return `block.max_bytes ${block.maxBytes}`
  if (block.maxBytes > limit) return `block.max_bytes ${block.maxBytes} exceeds ${limit}`
  if (block.maxGas < -1n) return `block.max_gas ${block.maxGas}`
  const maxBytes = block.maxBytes === -1n ? limit : block.maxBytes
  if (evidence.maxBytes > maxBytes) return `evidence.max_bytes exceeds block.max_bytes`
  return evidence.maxBytes < 0n ? `evidence.max_bytes ${evidence.maxBytes}` : null
}

/** The limits of the parameters. Null when they are within them. */
export const validateConsensusParams = (params: ConsensusParams): string | null => {
  const sizes = validateSizes(params)
  if (sizes !== null) return sizes
  const { evidence, validator, abci } = params
  if (evidence.maxAgeNumBlocks <= 0n) {
    return `evidence.max_age_num_blocks ${evidence.maxAgeNumBlocks}`
  }
  if (evidence.maxAgeDuration <= 0n) return `evidence.max_age_duration ${evidence.maxAgeDuration}`
  const enableHeight = abci.voteExtensionsEnableHeight
  if (enableHeight < 0n) return `abci.vote_extensions_enable_height ${enableHeight}`
  if (validator.pubKeyTypes.length === 0) return 'validator.pub_key_types is empty'
  const unknown = validator.pubKeyTypes.find((type) => !PUBLIC_KEY_TYPES.includes(type))
  return unknown === undefined ? null : `validator.pub_key_types: ${unknown} is unknown`
}

/** Parameters with the groups of an update in place of their own; null changes nothing. */
export const updateConsensusParams = (
  params: ConsensusParams,
  update: ConsensusParamsUpdate | null,
): ConsensusParams => ({ ...params, ...update })

/**
 * Whether vote extensions may be switched as an update at `height` asks: only for a future height,
 * and never again once they are in force. Null when they may.
 */
export const validateParamsUpdate = (
  params: ConsensusParams,
  update: ConsensusParamsUpdate | null,
  height: bigint,
): string | null => {
  const next = update?.abci?.voteExtensionsEnableHeight
  if (next === undefined) return null
  if (next < 0n) return `abci.vote_extensions_enable_height ${next}`
  const current = params.abci.voteExtensionsEnableHeight
  const isOff = current <= 0n
  if (next === current || (isOff && next === 0n)) return null
  if (!isOff && current <= height) return `vote extensions are in force since height ${current}`
  if (next === 0n) return null
  return next <= height ? `vote extensions cannot start at height ${next}, now past` : null
}

/** True when votes of a height (at least 1) carry extensions. */
export const hasVoteExtensions = (params: ConsensusParams, height: bigint): boolean => {
  const start = params.abci.voteExtensionsEnableHeight
  return start > 0n && start <= height
}
