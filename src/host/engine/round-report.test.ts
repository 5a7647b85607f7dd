// The line of a failed round names what was missing first, and whose power.
import { describe, expect, test } from 'vitest'
import { nobleCrypto } from '../../core/crypto/index.ts'
import type { RoundFailure } from '../../core/consensus/index.ts'
import { ValidatorSet } from '../../core/types/index.ts'
import { toHexUpper } from '../../core/bytes/index.ts'
import { explainFailure } from './round-report.ts'

const validatorSet = ValidatorSet.make(
  nobleCrypto,
  Array.from({ length: 12 }, (_, i) => ({
    pubKey: { type: 'ed25519' as const, bytes: new Uint8Array(32).fill(i + 1) },
    votingPower: 10n,
  })),
)
const nameOf = (index: number): string =>
  toHexUpper(validatorSet.get(index)?.address ?? new Uint8Array(0)).slice(0, 12)

const whole: RoundFailure = {
  proposalSeen: true,
  blockComplete: true,
  blockValid: true,
  prevotePower: 120n,
  precommitPower: 120n,
  totalPower: 120n,
  missingPrevotes: [],
  missingPrecommits: [],
  proposer: validatorSet.get(0)?.address ?? new Uint8Array(0),
}

describe('explainFailure', () => {
  test('prevotes: says how much power is there, how much is needed and who is missing', () => {
    const failure = { ...whole, prevotePower: 80n, missingPrevotes: [1, 2, 3, 4] }
    expect(explainFailure(failure, validatorSet)).toBe(
      'prevotes of 80 of 120 power, need 81; missing ' +
        [1, 2, 3, 4].map((index) => `${nameOf(index)} (power 10)`).join(', '),
    )
  })

  test('prevotes: names eight validators and counts the rest', () => {
    const missingPrevotes = Array.from({ length: 11 }, (_, i) => i)
    const line = explainFailure({ ...whole, prevotePower: 10n, missingPrevotes }, validatorSet)
    expect(line.match(/power 10\)/g)).toHaveLength(8)
    expect(line).toMatch(/ and 3 more$/)
  })

  test('proposal: tells none, a part of one and an invalid one apart', () => {
    const proposer = nameOf(0)
    const none = { ...whole, proposalSeen: false, blockComplete: false, blockValid: false }
    const part = { ...whole, blockComplete: false, blockValid: false }
    const invalid = { ...whole, blockValid: false }
    expect(explainFailure(none, validatorSet)).toBe(`no proposal from proposer ${proposer}`)
    expect(explainFailure(part, validatorSet)).toBe(
      `the block of proposer ${proposer} did not arrive whole`,
    )
    expect(explainFailure(invalid, validatorSet)).toBe(`no valid block from proposer ${proposer}`)
  })

  test('proposal: a proposer that is away is named with the power that is away too', () => {
    const none = { ...whole, proposalSeen: false, blockComplete: false, blockValid: false }
    const away = `missing ${nameOf(0)} (power 10)`
    expect(
      explainFailure({ ...none, prevotePower: 110n, missingPrevotes: [0] }, validatorSet),
    ).toBe(`no proposal from proposer ${nameOf(0)}; prevotes of 110 of 120 power, need 81; ${away}`)
    const many = { ...none, prevotePower: 70n, missingPrevotes: [0, 1, 2, 3, 4] }
    expect(explainFailure(many, validatorSet)).toContain(
      `no proposal from proposer ${nameOf(0)}; prevotes of 70 of 120 power, need 81; ${away}, `,
    )
  })

  test('precommits: come after everything before them went well', () => {
    const failure = { ...whole, precommitPower: 70n, missingPrecommits: [5] }
    expect(explainFailure(failure, validatorSet)).toBe(
      `precommits of 70 of 120 power, need 81; missing ${nameOf(5)} (power 10)`,
    )
    expect(explainFailure(whole, validatorSet)).toBe('votes were split between values')
    expect(explainFailure({ ...failure, precommitPower: 110n }, validatorSet)).toBe(
      'votes were split between values; ' +
        `precommits of 110 of 120 power, need 81; missing ${nameOf(5)} (power 10)`,
    )
  })
})
