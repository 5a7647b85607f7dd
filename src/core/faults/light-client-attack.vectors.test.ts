// Light client attacks: the verdicts of CometBFT 0.38.23, on each case and on each change of a
// leaf.

import { expect } from 'vitest'
import { fromBase64 } from '../bytes/index.ts'
import { testVectors } from '../crypto/vectors.fixture.ts'
import {
  decodeCommit,
  decodeEvidence,
  decodeHeader,
  decodeValidatorSet,
  encodeEvidence,
  tryDecode,
} from '../proto/index.ts'
import { ValidatorSet } from '../types/index.ts'
import type { Evidence } from '../types/index.ts'
import { mutantsOf, rememberingCrypto } from './framing.fixture.ts'
import { verifyLightClientAttackEvidence } from './index.ts'
import type { AttackGround } from './index.ts'

interface AttackCase {
  readonly name: string
  readonly evidence_b64: string
  readonly trusted_header_b64: string
  readonly trusted_commit_b64: string
  readonly common_validators_b64: string
  /** Empty when it is accepted. */
  readonly verdict: string
  /** Number and path of the changes after which it is accepted; all others are refused. */
  readonly accepted_mutants: readonly string[]
}

const bytesOf = (base64: string): Uint8Array => fromBase64(base64) as Uint8Array

const groundOf = (one: AttackCase): AttackGround => {
  const header = decodeHeader(bytesOf(one.trusted_header_b64))
  const commit = decodeCommit(bytesOf(one.trusted_commit_b64))
  const { validators, proposer } = decodeValidatorSet(bytesOf(one.common_validators_b64))
  return {
    chainId: header.chainId,
    trusted: { header, commit },
    commonValidators: ValidatorSet.restore(validators, proposer),
  }
}

/** What a node says to evidence that comes over the wire. */
const isAccepted = (evidence: Evidence, ground: AttackGround): boolean => {
  const decoded = tryDecode(decodeEvidence, encodeEvidence(evidence))
  if (!decoded.ok || decoded.value.kind !== 'light-client-attack') return false
  return verifyLightClientAttackEvidence(rememberingCrypto, decoded.value, ground) === null
}

const checkAttack = (one: AttackCase): void => {
  const evidence = decodeEvidence(bytesOf(one.evidence_b64))
  const ground = groundOf(one)
  expect([one.name, isAccepted(evidence, ground)]).toEqual([one.name, one.verdict === ''])
  const accepted = mutantsOf(evidence)
    .map(({ path, value }, i) => ({ path: `${i} ${path}`, value }))
    .filter(({ value }) => isAccepted(value, ground))
  expect([one.name, accepted.map(({ path }) => path)]).toEqual([one.name, one.accepted_mutants])
}

testVectors(
  'light_client_attacks.json',
  'attacks and their changes get the same verdict',
  checkAttack,
)
