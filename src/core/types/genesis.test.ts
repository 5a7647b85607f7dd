// Genesis files: CometBFT's form, the switches of this implementation, and what is refused where.

import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { toBase64, toHexUpper } from '../bytes/index.ts'
import { nobleCrypto as crypto } from '../crypto/index.ts'
import { keyOf } from './chain.fixture.ts'
import { blockVersionOf, defaultConsensusParams, formatGenesis, parseGenesis } from './index.ts'
import type { Genesis } from './index.ts'
import { textOfMember } from './json-text.ts'

const key = keyOf(1)
const validator = {
  address: toHexUpper(key.address),
  pub_key: { type: 'tendermint/PubKeyEd25519', value: toBase64(key.pubKey.bytes) },
  power: '10',
  name: 'one',
}
const members = {
  genesis_time: '2026-11-22T07:25:00.000000001Z',
  chain_id: 'test-chain',
  initial_height: '5',
  consensus_params: {
    block: { max_bytes: '1000', max_gas: '-1' },
    evidence: { max_age_num_blocks: '9', max_age_duration: '172800000000000', max_bytes: '100' },
    validator: { pub_key_types: ['ed25519', 'secp256k1'] },
    version: { app: '7' },
    abci: { vote_extensions_enable_height: '3' },
  },
  validators: [validator],
  app_hash: '0aFF',
}

const parse = (value: object, appState = ''): Genesis => {
  const text = JSON.stringify(value)
  const parsed = parseGenesis(
    crypto,
    appState === '' ? text : `${text.slice(0, -1)}, "app_state" :\n ${appState} }`,
  )
  if (!parsed.ok) throw new Error(`${parsed.error.field}: ${parsed.error.reason}`)
  return parsed.value
}

const fieldOf = (value: object): string => {
  const parsed = parseGenesis(crypto, JSON.stringify(value))
  return parsed.ok ? 'accepted' : parsed.error.field
}

test('genesis: all fields of the file arrive', () => {
  const genesis = parse(members)
  expect(genesis.genesisTime % 1_000_000_000n).toBe(1n)
  expect(genesis.initialHeight).toBe(5n)
  expect(genesis.consensusParams).toEqual({
    block: { maxBytes: 1000n, maxGas: -1n },
    evidence: { maxAgeNumBlocks: 9n, maxAgeDuration: 172_800_000_000_000n, maxBytes: 100n },
    validator: { pubKeyTypes: ['ed25519', 'secp256k1'] },
    version: { app: 7n },
    abci: { voteExtensionsEnableHeight: 3n },
  })
  expect(genesis.validators).toEqual([
    { address: key.address, pubKey: key.pubKey, power: 10n, name: 'one' },
  ])
  expect(genesis.appHash).toEqual(Uint8Array.of(10, 255))
  expect([genesis.lockRule, genesis.medianTimeRule]).toEqual(['comet-legacy', 'non-absent'])
})

test('genesis: what is missing or null means the default', () => {
  const genesis = parse({
    genesis_time: members.genesis_time,
    chain_id: 'c',
    validators: null,
    consensus_params: null,
  })
  expect(genesis.initialHeight).toBe(1n)
  expect(genesis.consensusParams).toEqual(defaultConsensusParams)
  expect(genesis.validators).toEqual([])
  expect(genesis.appStateJson).toBe('')
  const { address: _, ...nameless } = validator
  expect(parse({ ...members, validators: [nameless] }).validators[0]!.address).toEqual(key.address)
})

test('genesis: the text of the application state is kept exactly', () => {
  const state = '{ "b" : [1.50, "}\\"]", {}],  "a":null }'
  const genesis = parse(members, state)
  expect(genesis.appStateJson).toBe(state)
  const again = parseGenesis(crypto, formatGenesis(genesis))
  expect(again).toEqual({ ok: true, value: genesis })
})

test('genesis: the switches of a chain survive, and are only written when they differ', () => {
  const quadrille = { lock_rule: 'paper', median_time_rule: 'commit-only', evidence: 'all' }
  const genesis = parse({ ...members, quadrille })
  const { lockRule, medianTimeRule, evidenceRule } = genesis
  expect([lockRule, medianTimeRule, evidenceRule]).toEqual(['paper', 'commit-only', 'all'])
  expect(parseGenesis(crypto, formatGenesis(genesis))).toEqual({ ok: true, value: genesis })
  expect(formatGenesis(parse(members))).not.toContain('quadrille')
  expect(parse(members).evidenceRule).toBe('comet')
})

describe('a wrong genesis file', () => {
  const params = members.consensus_params

  test('genesis: the error names the first wrong field', () => {
    expect(fieldOf({ ...members, chain_id: '' })).toBe('chain_id')
    expect(fieldOf({ ...members, chain_id: 'é'.repeat(26) })).toBe('chain_id')
    expect(fieldOf({ ...members, initial_height: '-1' })).toBe('initial_height')
    expect(fieldOf({ ...members, initial_height: 5 })).toBe('initial_height')
    expect(fieldOf({ ...members, initial_height: '9223372036854775808' })).toBe('initial_height')
    expect(fieldOf({ ...members, genesis_time: 'yesterday' })).toBe('genesis_time')
    expect(fieldOf({ ...members, app_hash: 'xyz' })).toBe('app_hash')
    expect(fieldOf({ ...members, validators: {} })).toBe('validators')
    expect(fieldOf({ ...members, validators: [validator, 3] })).toBe('validators.1')
    const block = { max_bytes: '0', max_gas: '-1' }
    expect(fieldOf({ ...members, consensus_params: { ...params, block } })).toBe(
      'consensus_params.block.max_bytes',
    )
  })

  test('genesis: validators need a key, its address and some power', () => {
    const of = (change: object): string =>
      fieldOf({ ...members, validators: [{ ...validator, ...change }] })
    expect(of({ power: '0' })).toBe('validators.0.power')
    expect(of({ power: '-3' })).toBe('validators.0.power')
    expect(of({ address: '00'.repeat(20) })).toBe('validators.0.address')
    expect(of({ pub_key: { ...validator.pub_key, type: 'unknown' } })).toBe(
      'validators.0.pub_key.type',
    )
    expect(of({ pub_key: { ...validator.pub_key, value: 'AAAA' } })).toBe(
      'validators.0.pub_key.value',
    )
    expect(of({ power: '9223372036854775807' })).toBe('validators.0.power')
    const twice = parseGenesis(
      crypto,
      JSON.stringify({ ...members, validators: [validator, validator] }),
    )
    expect(twice).toEqual({
      ok: false,
      error: { field: 'validators.1.pub_key', reason: 'is that of validators.0 too' },
    })
  })

  test('genesis: a switch that is not known is refused', () => {
    expect(fieldOf({ ...members, quadrille: { lock_rule: 'mine' } })).toBe('quadrille.lock_rule')
    expect(fieldOf({ ...members, quadrille: { lockRule: 'paper' } })).toBe('quadrille.lockRule')
    const median = { median_time_rule: 'mean' }
    expect(fieldOf({ ...members, quadrille: median })).toBe('quadrille.median_time_rule')
    expect(fieldOf({ ...members, quadrille: { evidence: 'none' } })).toBe('quadrille.evidence')
    expect(fieldOf({ ...members, quadrille: { evidence: null } })).toBe('quadrille.evidence')
    expect(fieldOf({ ...members, quadrille: { slashing: null } })).toBe('quadrille.slashing')
  })

  test('genesis: a slashing policy is read whole, written back, and refused by its field', () => {
    expect(parse(members).slashing).toBeUndefined()
    const slashing = { downtime: { window: 20, minSigned: 5 } }
    const genesis = parse({ ...members, quadrille: { slashing } })
    expect(genesis.slashing?.downtime).toMatchObject({ window: 20, minSigned: 5, jailBlocks: 100 })
    expect(parse(JSON.parse(formatGenesis(genesis)) as object)).toEqual(genesis)
    const field = (policy: unknown): string =>
      fieldOf({ ...members, quadrille: { slashing: policy } })
    expect(field({ downtime: { windw: 20 } })).toBe('quadrille.slashing.downtime.windw')
    expect(field({ equivocation: { fraction: [2, 1] } })).toBe(
      'quadrille.slashing.equivocation.fraction',
    )
    expect(field('none')).toBe('quadrille.slashing')
  })

  test('genesis: the rules of a network make its block version', () => {
    const versions = (['comet-legacy', 'paper'] as const).flatMap((lockRule) =>
      (['comet', 'all'] as const).map((evidenceRule) => blockVersionOf({ lockRule, evidenceRule })),
    )
    expect(versions).toEqual([11n, 211n, 111n, 311n])
  })

  test('genesis: what is no JSON object is refused', () => {
    expect(parseGenesis(crypto, '{').ok).toBe(false)
    expect(parseGenesis(crypto, '[]').ok).toBe(false)
    expect(parseGenesis(crypto, 'null').ok).toBe(false)
  })
})

test('json text: a member of any object has its exact text', () => {
  const options = { maxDepth: 3 }
  fc.assert(
    fc.property(fc.json(options), fc.json(options), fc.string(), (value, other, name) => {
      const wanted = JSON.stringify(name)
      const decoy = JSON.stringify(`${name}x`)
      const text = ` {${decoy}:${other},\n${wanted} : ${value} , ${decoy}: ${other}} `
      expect(textOfMember(text, name)).toBe(value)
      expect(textOfMember(text, `${name}y`)).toBeNull()
    }),
  )
})
