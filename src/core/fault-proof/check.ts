// Is it so, and what is left open: one question for all kinds of proofs.

import type { Crypto } from '../crypto/index.ts'
import { checkAbsence } from './absence-check.ts'
import type { Accusation, AttackAccusation } from './accusation.ts'
import { certaintyOf, checkAttack } from './attack-check.ts'
import { checkSignatures } from './signature-check.ts'
import type { Ground, Refusal } from './trust.ts'

/** Whether what is trusted makes a proof of it; null when it does. */
export const checkAccusation = (
  crypto: Crypto,
  accusation: Accusation,
  ground: Ground,
): Refusal | null => {
  switch (accusation.by) {
    case 'signatures':
      return checkSignatures(crypto, accusation, ground.validatorSet)
    case 'commits':
      return checkAbsence(crypto, accusation, ground)
    case 'headers':
      return checkAttack(crypto, accusation, ground)
  }
}

const openInAttack = (accusation: AttackAccusation, ground: Ground): string[] => {
  const { height } = accusation.own.header
  return certaintyOf(accusation, ground) === 'signed-both'
    ? [`which of the two headers of height ${height} is the chain's; the named ones signed both`]
    : []
}

/** What a proof that holds does not show, each a part of a sentence. */
export const leftOpen = (accusation: Accusation, ground: Ground): readonly string[] => {
  if (accusation.by === 'headers') return openInAttack(accusation, ground)
  const { evidence } = accusation
  switch (evidence.kind) {
    case 'duplicate-vote':
      return []
    case 'double-proposal': {
      const { round } = evidence.proposalA
      return [`whose turn round ${round} was; signing two proposals breaks the rules in any turn`]
    }
    case 'downtime': {
      const fault = 'whether so many are a fault, which the genesis of the chain says'
      const why = 'why the signatures are missing: proposers may have left them out'
      return ground.downtime === null ? [fault, why] : [why]
    }
  }
}
