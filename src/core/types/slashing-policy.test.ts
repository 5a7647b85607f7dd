// Slashing policies: what is left out, and what is refused, by field and with its cure.

import { describe, expect, test } from 'vitest'
import {
  DEFAULT_SLASHING_POLICY,
  downtimeRuleOf,
  equalSlashingPolicy,
  parseSlashingPolicy,
} from './index.ts'
import type { SlashingPolicy } from './index.ts'

const refusal = (value: unknown): string => {
  const parsed = parseSlashingPolicy(value)
  return parsed.ok ? 'accepted' : `${parsed.error.field}: ${parsed.error.reason}`
}

describe('slashing policy', () => {
  test('slashing policy: what is left out has its default', () => {
    expect(parseSlashingPolicy({})).toEqual({ ok: true, value: DEFAULT_SLASHING_POLICY })
    const parsed = parseSlashingPolicy({ downtime: { window: 60 } })
    expect(parsed).toEqual({
      ok: true,
      value: {
        ...DEFAULT_SLASHING_POLICY,
        downtime: { ...DEFAULT_SLASHING_POLICY.downtime, window: 60 },
      },
    })
    expect(parsed.ok && downtimeRuleOf({ slashing: parsed.value })).toEqual({
      downtimeWindow: 60,
      minSigned: 5,
    })
    expect(downtimeRuleOf({})).toEqual({ downtimeWindow: 100, minSigned: 5 })
  })

  test('slashing policy: an unknown fault and an unknown field are named, with the known', () => {
    expect(refusal({ amnesia: {} })).toBe(
      'amnesia: is unknown; a policy has ' +
        'equivocation, double-proposal, light-client-attack, downtime',
    )
    expect(refusal({ equivocation: { jail: 3 } })).toBe(
      'equivocation.jail: is unknown; equivocation has fraction, jailBlocks, tombstone',
    )
    expect(refusal({ equivocation: { window: 3 } })).toContain('equivocation.window: is unknown')
    expect(refusal(JSON.parse('{"__proto__":{}}'))).toContain('__proto__: is unknown')
    expect(refusal({ downtime: { constructor: 1 } })).toContain('downtime.constructor: is unknown')
  })

  test.each([
    ['equivocation.fraction', { equivocation: { fraction: 0.5 } }],
    ['equivocation.fraction', { equivocation: { fraction: [1] } }],
    ['equivocation.fraction', { equivocation: { fraction: [1, 0] } }],
    ['equivocation.fraction', { equivocation: { fraction: [3, 2] } }],
    ['equivocation.fraction', { equivocation: { fraction: [-1, 2] } }],
    ['equivocation.fraction', { equivocation: { fraction: [0.5, 2] } }],
    ['equivocation.fraction', { equivocation: { fraction: [1, 2n] } }],
    ['double-proposal.jailBlocks', { 'double-proposal': { jailBlocks: -1 } }],
    ['double-proposal.jailBlocks', { 'double-proposal': { jailBlocks: 2 ** 53 } }],
    ['double-proposal.jailBlocks', { 'double-proposal': { jailBlocks: '5' } }],
    ['double-proposal.tombstone', { 'double-proposal': { tombstone: 1 } }],
    ['double-proposal.tombstone', { 'double-proposal': { tombstone: undefined } }],
    ['downtime.window', { downtime: { window: 0 } }],
    ['downtime.window', { downtime: { window: 10_001 } }],
    ['downtime.minSigned', { downtime: { minSigned: 101 } }],
    ['downtime.minSigned', { downtime: { minSigned: Number.NaN } }],
    ['equivocation.jailBlocks', { equivocation: { jailBlocks: 5 } }],
    ['downtime', { downtime: [] }],
    ['', null],
    ['', 'strict'],
  ])('slashing policy: %s cannot be as in row %#', (field, value) => {
    expect(refusal(value)).toMatch(new RegExp(`^${field}: (is|means) .+`, 'u'))
  })

  test('slashing policy: the bounds themselves are accepted', () => {
    const penalty = { fraction: [0, 1], jailBlocks: Number.MAX_SAFE_INTEGER, tombstone: false }
    expect(refusal({ equivocation: penalty })).toBe('accepted')
    expect(refusal({ downtime: { window: 10_000, minSigned: 10_000 } })).toBe('accepted')
    expect(refusal({ downtime: { window: 1, minSigned: 0 } })).toBe('accepted')
  })

  test('slashing policy: equal is what costs the same, however it is written', () => {
    const policyOf = (text: object): SlashingPolicy => {
      const policy = parseSlashingPolicy(text)
      if (!policy.ok) throw new Error(policy.error.reason)
      return policy.value
    }
    expect(equalSlashingPolicy(undefined, policyOf({}))).toBe(true)
    const jailed = { fraction: [1, 20], tombstone: false, jailBlocks: 7 }
    const { fraction, ...rest } = jailed
    const one = policyOf({ equivocation: jailed })
    expect(equalSlashingPolicy(one, policyOf({ equivocation: { ...rest, fraction } }))).toBe(true)
    for (const change of [
      { equivocation: { ...jailed, jailBlocks: 8 } },
      { equivocation: { ...jailed, fraction: [1, 21] } },
      { equivocation: jailed, downtime: { window: 101 } },
      {},
    ]) {
      expect(equalSlashingPolicy(one, policyOf(change))).toBe(false)
    }
  })
})
