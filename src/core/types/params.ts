// Consensus parameters: defaults, limits, and how an application changes them.

import type { ConsensusParams, ConsensusParamsUpdate } from '../proto/index.ts'
import type { FieldError } from './json-fields.ts'
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

/** A number, what it must be, and whether it is. */
type Limit = readonly [field: string, value: bigint, expected: string, isKept: boolean]

const limitsOf = ({ block, evidence, abci }: ConsensusParams): readonly Limit[] => {
  const { maxBytes, maxGas } = block
  const most = BigInt(MAX_BLOCK_BYTES)
  const room = maxBytes === -1n ? most : maxBytes
  const { maxBytes: evidenceBytes, maxAgeNumBlocks, maxAgeDuration } = evidence
  const enableHeight = abci.voteExtensionsEnableHeight
  const isSize = maxBytes === -1n || (maxBytes > 0n && maxBytes <= most)
  const isPart = evidenceBytes >= 0n && evidenceBytes <= room
  return [
    ['block.max_bytes', maxBytes, `from 1 to ${most}, or -1`, isSize],
    ['block.max_gas', maxGas, '-1 or more', maxGas >= -1n],
    ['evidence.max_bytes', evidenceBytes, `from 0 to block.max_bytes, ${room}`, isPart],
    ['evidence.max_age_num_blocks', maxAgeNumBlocks, '1 or more', maxAgeNumBlocks > 0n],
    ['evidence.max_age_duration', maxAgeDuration, '1 or more', maxAgeDuration > 0n],
    ['abci.vote_extensions_enable_height', enableHeight, '0 or more', enableHeight >= 0n],
  ]
}

/** The limits of the parameters. Null when they are within them, else the first that is not. */
export const validateConsensusParams = (params: ConsensusParams): FieldError | null => {
  const broken = limitsOf(params).find(([, , , isKept]) => !isKept)
  if (broken !== undefined) {
    const [field, value, expected] = broken
    return { field, reason: `is ${value}, must be ${expected}` }
  }
  const field = 'validator.pub_key_types'
  const { pubKeyTypes } = params.validator
  if (pubKeyTypes.length === 0) return { field, reason: 'is empty' }
  const unknown = pubKeyTypes.find((type) => !PUBLIC_KEY_TYPES.includes(type))
  if (unknown === undefined) return null
  const known = PUBLIC_KEY_TYPES.join(' nor ')
  return { field, reason: `${JSON.stringify(unknown)} is neither ${known}` }
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
