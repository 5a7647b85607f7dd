// Light client attacks at their edges; what CometBFT says is in the vectors.

import { expect, test } from 'vitest'
import { nobleCrypto as crypto } from '../crypto/index.ts'
import type { Crypto } from '../crypto/index.ts'
import { CHAIN_ID, setOfPowers } from '../types/chain.fixture.ts'
import type { KeyedSet } from '../types/chain.fixture.ts'
import { ValidatorSet } from '../types/index.ts'
import type { Header, LightClientAttackEvidence } from '../types/index.ts'
import {
  DEFAULT_FAULT_DETECTOR_CONFIG,
  FaultDetector,
  checkEvidence,
  findLightClientAttack,
  historyNeededBy,
  verifyLightClientAttackEvidence,
} from './index.ts'
import type { OwnHeaders } from './index.ts'
import { Past, commitOf, headerOf, lightBlockOf } from './past.fixture.ts'

const past = new Past(7n)
const { keyed } = past
const { validatorSet } = keyed
const other = new Uint8Array(32)

const ownAt = (height: bigint): OwnHeaders => ({
  chainId: CHAIN_ID,
  trusted: { header: past.header(height), commit: past.commits.get(height)! },
  trustedValidators: validatorSet,
  common: { height: 2n, time: Past.timeAt(2n), validators: validatorSet },
})

const found = (
  signers: KeyedSet,
  header: Header,
  own: OwnHeaders = ownAt(5n),
): LightClientAttackEvidence => {
  const attack = findLightClientAttack(crypto, lightBlockOf(signers, header), own)
  if (typeof attack === 'string') throw new Error(attack)
  return attack.evidence
}

test('attack: the header it is compared with needs a commit in a block', () => {
  const madeUp = headerOf({ ...past.header(5n), appHash: other })
  const evidence = found(keyed, madeUp)
  const at = (lastBlockHeight: bigint): string | null =>
    checkEvidence({ ...past.context('comet'), lastBlockHeight }, evidence)
  expect(at(6n)).toBeNull()
  expect(at(5n)).toContain('header and commit of height 5')
  const facts = { initialHeight: 1n, lastBlockHeight: 7n, detection: past.context().detection }
  expect(historyNeededBy(evidence, facts)).toEqual({
    headers: [2n, 5n],
    commits: [5n],
    validators: [2n],
  })
  const second = found(keyed, headerOf({ ...past.header(5n), dataHash: other }))
  expect(historyNeededBy(second, facts)).toEqual({
    headers: [5n],
    commits: [5n],
    validators: [5n],
  })
})

test('attack: exactly two thirds of its own validators are not enough', () => {
  const three = setOfPowers(10n, 10n, 10n)
  const header = headerOf({ height: 5n }, three.validatorSet)
  const own = { ...ownAt(5n), trustedValidators: three.validatorSet }
  const trusted = { header, commit: commitOf(three, header) }
  const conflict = headerOf({ height: 5n, dataHash: other }, three.validatorSet)
  const by = (...ballots: ('block' | 'absent')[]) =>
    findLightClientAttack(crypto, lightBlockOf(three, conflict, { ballots }), { ...own, trusted })
  expect(by('block', 'block', 'absent')).toContain('not enough voting power')
  expect(by('block', 'block', 'block')).toMatchObject({ attack: 'equivocation' })
})

test('attack: culprits stand in the order of the chain, not in that of the made-up block', () => {
  const { validators } = validatorSet
  const reversed: KeyedSet = {
    keys: keyed.keys,
    validatorSet: ValidatorSet.make(
      crypto,
      validators.map(({ pubKey }, i) => ({ pubKey, votingPower: BigInt(i + 1) })),
    ),
  }
  expect(reversed.validatorSet.get(0)?.address).toEqual(validatorSet.get(3)?.address)
  const evidence = found(
    reversed,
    headerOf({ ...past.header(5n), validatorsHash: reversed.validatorSet.hash(crypto) }),
  )
  const powersOf = ({ byzantineValidators }: LightClientAttackEvidence): bigint[] =>
    byzantineValidators.map(({ votingPower }) => votingPower)
  expect(powersOf(evidence)).toEqual([40n, 30n, 20n, 10n])
  // The other way round, power and not the address decides too.
  const common = { ...ownAt(5n).common, validators: reversed.validatorSet }
  const madeUp = headerOf({ ...past.header(5n), appHash: other })
  expect(powersOf(found(keyed, madeUp, { ...ownAt(5n), common }))).toEqual([4n, 3n, 2n, 1n])
  expect(checkEvidence(past.context('comet'), evidence)).toBeNull()
  const turned = { ...evidence, byzantineValidators: evidence.byzantineValidators.toReversed() }
  expect(checkEvidence(past.context('comet'), turned)).toContain('accused 0')
})

test('attack: a block above our last one contradicts it unless its time is later', () => {
  const above = (time: bigint) =>
    findLightClientAttack(
      crypto,
      lightBlockOf(keyed, headerOf({ ...past.header(5n), height: 9n, time, appHash: other })),
      ownAt(7n),
    )
  expect(above(Past.timeAt(7n) + 1n)).toContain('no conflict')
  expect(above(Past.timeAt(7n))).toMatchObject({ attack: 'lunatic' })
  expect(above(Past.timeAt(6n))).toMatchObject({ attack: 'lunatic' })
})

test('attack: a made-up set may hold a validator twice, and nothing throws', () => {
  const [first] = validatorSet.validators
  const signers = [...validatorSet.validators, first!]
  const block = lightBlockOf(keyed, past.header(5n))
  const twice = { ...block, validatorSet: { ...block.validatorSet!, validators: signers } }
  // Its hash is not that of the header here, so it is refused, but not by an exception.
  expect(findLightClientAttack(crypto, twice, ownAt(5n))).toContain('validators of another header')
  const evidence = found(keyed, headerOf({ ...past.header(5n), appHash: other }))
  const ground = { ...ownAt(5n), commonValidators: validatorSet }
  expect(verifyLightClientAttackEvidence(crypto, evidence, ground)).toBeNull()
})

test('attack: the true header costs no verification, and a known attack none again', () => {
  const counted = { verifications: 0 }
  const counting: Crypto = {
    ...crypto,
    verifyEd25519: (...signed) => {
      counted.verifications++
      return crypto.verifyEd25519(...signed)
    },
  }
  const options = {
    crypto: counting,
    chainId: CHAIN_ID,
    initialHeight: 1n,
    lockRule: 'paper',
  } as const
  const detector = new FaultDetector({ ...options, config: DEFAULT_FAULT_DETECTOR_CONFIG })
  const reportsOf = (header: Header): number =>
    detector.onConflictingBlock(lightBlockOf(keyed, header), ownAt(5n)).length
  expect([reportsOf(past.header(5n)), counted.verifications]).toEqual([0, 0])
  const madeUp = headerOf({ ...past.header(5n), appHash: other })
  expect([reportsOf(madeUp), counted.verifications]).toEqual([1, 8])
  expect([reportsOf(madeUp), counted.verifications]).toEqual([0, 8])
})
