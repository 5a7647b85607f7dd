// From the commits of a window to the record of who is missing in them.

import { equalBytes, err, ok } from '../bytes/index.ts'
import type { Result } from '../bytes/index.ts'
import { merkleProofs } from '../crypto/index.ts'
import type { Crypto } from '../crypto/index.ts'
import type { ChainHistory } from '../faults/index.ts'
import { encodeCommitSig, encodeSimpleValidator } from '../proto/index.ts'
import { BlockIdFlag } from '../types/index.ts'
import type { Commit, DowntimeEvidence, ValidatorSet } from '../types/index.ts'
import type { Absence, HeightRecord, Seat } from './accusation.ts'
import { bitsOf, pathOf } from './tree-path.ts'

const auntsOf = (
  crypto: Crypto,
  items: readonly Uint8Array[],
  index: number,
): readonly Uint8Array[] => merkleProofs(crypto, items).proofs[index]?.aunts ?? []

const seatOf = (crypto: Crypto, { validators }: ValidatorSet, index: number): Seat => ({
  votingPower: validators[index]?.votingPower ?? 0n,
  bits: bitsOf(pathOf(index, validators.length)),
  aunts: auntsOf(crypto, validators.map(encodeSimpleValidator), index),
})

/** The height whose place was told last. */
interface Told {
  validatorsHash: Uint8Array
}

/** The absence of a validator from a commit; null when it signed or was no validator. */
const absenceAt = (
  crypto: Crypto,
  [commit, validatorSet, address]: readonly [Commit, ValidatorSet, Uint8Array],
  told: Told,
): Absence | null => {
  const index = validatorSet.indexOf(address)
  if (commit.signatures[index]?.blockIdFlag !== BlockIdFlag.absent) return null
  const hash = validatorSet.hash(crypto)
  const seat = equalBytes(hash, told.validatorsHash) ? null : seatOf(crypto, validatorSet, index)
  told.validatorsHash = hash
  return { aunts: auntsOf(crypto, commit.signatures.map(encodeCommitSig), index), seat }
}

/** All heights of the window that a piece names, the last first. */
export const proveAbsence = (
  crypto: Crypto,
  { validatorAddress, windowStart, windowEnd }: DowntimeEvidence,
  history: ChainHistory,
): Result<readonly HeightRecord[], string> => {
  const told: Told = { validatorsHash: new Uint8Array(0) }
  told.validatorsHash = history.validatorsAt(windowEnd)?.hash(crypto) ?? told.validatorsHash
  const heights: HeightRecord[] = []
  for (let height = windowEnd; height >= windowStart; height--) {
    const header = history.headerAt(height)
    const commit = history.commitAt(height)
    const validatorSet = history.validatorsAt(height)
    if (header === null || commit === null || validatorSet === null) {
      return err(`height ${height} is not known here`)
    }
    const absence = absenceAt(crypto, [commit, validatorSet, validatorAddress], told)
    heights.push({ header: height === windowEnd ? null : header, absence })
  }
  return ok(heights)
}
