// Consensus parameters: their limits, and when vote extensions may be switched.

import { expect, test } from 'vitest'
import {
  defaultConsensusParams,
  updateConsensusParams,
  validateConsensusParams,
  validateParamsUpdate,
} from './index.ts'
import type { ConsensusParams, FieldError } from './index.ts'

const { block, evidence } = defaultConsensusParams

test('parameters: each limit refuses alone', () => {
  const refused: readonly (readonly [Partial<ConsensusParams>, field: string])[] = [
    [{ block: { ...block, maxBytes: 0n } }, 'block.max_bytes'],
    [{ block: { ...block, maxBytes: -2n } }, 'block.max_bytes'],
    [{ block: { ...block, maxBytes: 104_857_601n } }, 'block.max_bytes'],
    [{ block: { ...block, maxGas: -2n } }, 'block.max_gas'],
    [{ evidence: { ...evidence, maxAgeNumBlocks: 0n } }, 'evidence.max_age_num_blocks'],
    [{ evidence: { ...evidence, maxAgeDuration: 0n } }, 'evidence.max_age_duration'],
    [{ evidence: { ...evidence, maxBytes: -1n } }, 'evidence.max_bytes'],
    [{ evidence: { ...evidence, maxBytes: block.maxBytes + 1n } }, 'evidence.max_bytes'],
    [{ validator: { pubKeyTypes: [] } }, 'validator.pub_key_types'],
    [{ validator: { pubKeyTypes: ['ed25519', 'bls12_381'] } }, 'validator.pub_key_types'],
    [{ abci: { voteExtensionsEnableHeight: -1n } }, 'abci.vote_extensions_enable_height'],
  ]
  const check = (change: Partial<ConsensusParams>): FieldError | null =>
    validateConsensusParams({ ...defaultConsensusParams, ...change })
  expect(check({})).toBeNull()
  expect(check({ block: { maxBytes: -1n, maxGas: 0n } })).toBeNull()
  for (const [change, field] of refused) expect(check(change)?.field).toBe(field)
  expect(check({ block: { ...block, maxBytes: 0n } })?.reason).toBe(
    'is 0, must be from 1 to 104857600, or -1',
  )
})

test('parameters: an update replaces the groups that it names', () => {
  const version = { app: 4n }
  expect(updateConsensusParams(defaultConsensusParams, null)).toEqual(defaultConsensusParams)
  const updated = updateConsensusParams(defaultConsensusParams, { version })
  expect(updated).toEqual({ ...defaultConsensusParams, version })
})

/** Current height of extensions, height asked for, and whether that is allowed at height 10. */
const switches: readonly (readonly [current: bigint, asked: bigint, allowed: boolean])[] = [
  [0n, -1n, false],
  [0n, 0n, true],
  [0n, 10n, false],
  [0n, 11n, true],
  [5n, 5n, true],
  [5n, 0n, false],
  [5n, 12n, false],
  [5n, 4n, false],
  [10n, 11n, false],
  [20n, 0n, true],
  [20n, 20n, true],
  [20n, 15n, true],
  [20n, 10n, false],
]

test('vote extensions: are switched for future heights only, and never once in force', () => {
  for (const [current, asked, allowed] of switches) {
    const params = { ...defaultConsensusParams, abci: { voteExtensionsEnableHeight: current } }
    const update = { abci: { voteExtensionsEnableHeight: asked } }
    const reason = validateParamsUpdate(params, update, 10n)
    expect([current, asked, reason === null]).toEqual([current, asked, allowed])
  }
  expect(validateParamsUpdate(defaultConsensusParams, null, 10n)).toBeNull()
  expect(validateParamsUpdate(defaultConsensusParams, { version: { app: 1n } }, 10n)).toBeNull()
})
