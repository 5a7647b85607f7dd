// Whether the commits of a window lack a validator, by nothing but headers and ways up their trees.

import { equalBytes, toHexUpper } from '../bytes/index.ts'
import type { Crypto } from '../crypto/index.ts'
import { downtimeWindowOf, isDowntime } from '../faults/index.ts'
import { encodeCommitSig, encodeSimpleValidator } from '../proto/index.ts'
import { ABSENT_COMMIT_SIG, hashHeader } from '../types/index.ts'
import type { DowntimeEvidence, Header, PublicKey } from '../types/index.ts'
import type { Absence, AbsenceAccusation, Seat } from './accusation.ts'
import { refusal, refusalOf, refusalOfDecision } from './trust.ts'
import type { DowntimeRule, Ground, Refusal } from './trust.ts'
import { checkPowers } from './signature-check.ts'
import { leadsTo, pathOf, pathOfBits } from './tree-path.ts'
import type { TreePath } from './tree-path.ts'

const ABSENT = encodeCommitSig(ABSENT_COMMIT_SIG)

/** What a window is walked with: the place of the accused below some validators hash. */
interface Place {
  readonly path: TreePath
  readonly validatorsHash: Uint8Array
}

/**
 * The way up to the validators of a header from where the accused sits. Commit and validators of a
 * height are equally many, so the same way leads to the same place in both trees.
 */
const wayFrom = (
  crypto: Crypto,
  pubKey: PublicKey,
  { votingPower, bits, aunts }: Seat,
  { validatorsHash }: Header,
): TreePath | null => {
  const path = pathOfBits(bits, aunts.length)
  const leaf = encodeSimpleValidator({ pubKey, votingPower })
  return path !== null && leadsTo(crypto, [leaf, validatorsHash], path, aunts) ? path : null
}

/** The place at a height: that of the height told before while the validators are the same. */
const placeAt = (
  crypto: Crypto,
  pubKey: PublicKey,
  [header, seat]: readonly [Header, Seat | null],
  before: Place,
): Place | string => {
  const { height, validatorsHash } = header
  const isSame = equalBytes(validatorsHash, before.validatorsHash)
  if (isSame) return seat === null ? before : `height ${height} tells the place again`
  if (seat === null) return `height ${height} has other validators, and does not tell the place`
  const path = wayFrom(crypto, pubKey, seat, header)
  return path === null
    ? `the accused does not sit where height ${height} tells`
    : { path, validatorsHash }
}

/** Whether the commit that the header above names has an absent entry at a place. */
const isMissing = (crypto: Crypto, { aunts }: Absence, { path }: Place, above: Header): boolean =>
  leadsTo(crypto, [ABSENT, above.lastCommitHash], path, aunts)

/** Walks down the headers; each must be the one that the header above names. */
const checkWindow = (
  crypto: Crypto,
  { evidence, last, next, heights }: AbsenceAccusation,
  pubKey: PublicKey,
): string | null => {
  const { windowStart, windowEnd, missed } = evidence
  if (BigInt(heights.length) !== windowEnd - windowStart + 1n) {
    return `${heights.length} heights, not those from ${windowStart} to ${windowEnd}`
  }
  const { validatorSet } = last
  const { validatorsHash } = last.header
  const path = pathOf(validatorSet.indexOf(evidence.validatorAddress), validatorSet.size)
  let place: Place = { path, validatorsHash }
  let above = next.header
  let count = 0
  for (const record of heights) {
    const header = record.header ?? last.header
    if (!equalBytes(hashHeader(crypto, header), above.lastBlockId.hash)) {
      return `height ${above.height - 1n} is not the block that height ${above.height} follows`
    }
    if (record.absence !== null) {
      const found = placeAt(crypto, pubKey, [header, record.absence.seat], place)
      if (typeof found === 'string') return found
      place = found
      if (!isMissing(crypto, record.absence, place, above)) {
        return `the commit of height ${header.height} does not lack the accused`
      }
      count += 1
    }
    above = header
  }
  return count === missed ? null : `${count} heights missed, not ${missed}`
}

/** Whether the claim is one of the windows of the chain, and a fault by its rule. */
const checkRule = (evidence: DowntimeEvidence, rule: DowntimeRule): string | null => {
  const { windowStart, windowEnd, missed } = evidence
  const { start, end } = downtimeWindowOf(windowStart, rule.initialHeight, rule)
  if (windowStart < rule.initialHeight || start !== windowStart || end !== windowEnd) {
    const window = `window of ${rule.downtimeWindow} heights of this chain`
    return `${windowStart} to ${windowEnd} is no ${window}`
  }
  if (isDowntime(missed, rule)) return null
  const { minSigned, downtimeWindow } = rule
  const asked = `where ${minSigned} of ${downtimeWindow} must be signed`
  return `${missed} missed are no fault on this chain, ${asked}`
}

/** The last height must be of the trusted validators, and the one after it must follow from it. */
const checkEnds = (
  crypto: Crypto,
  { chainId, evidence, last, next }: AbsenceAccusation,
): Refusal | null => {
  const { windowEnd, timestamp } = evidence
  if (last.header.height !== windowEnd || next.header.height !== windowEnd + 1n) {
    return refusal('inconsistent', `the decisions are not of the heights ${windowEnd} and the next`)
  }
  if (last.header.chainId !== chainId || next.header.chainId !== chainId) {
    return refusal('inconsistent', 'a decision is of another chain')
  }
  if (last.header.time !== timestamp) {
    return refusal('inconsistent', `it names another time than that of block ${windowEnd}`)
  }
  if (!equalBytes(next.header.validatorsHash, last.header.nextValidatorsHash)) {
    const named = toHexUpper(last.header.nextValidatorsHash)
    return refusal('inconsistent', `height ${windowEnd} names other validators next: ${named}`)
  }
  return refusalOfDecision(crypto, last) ?? refusalOfDecision(crypto, next)
}

/**
 * Whether the validators that are trusted for the end of the window have decided headers by which
 * the accused is absent from as many commits as the evidence says. That a validator was absent from
 * more, or was no validator at some height, is not shown.
 */
export const checkAbsence = (
  crypto: Crypto,
  accusation: AbsenceAccusation,
  { validatorSet, downtime }: Ground,
): Refusal | null => {
  const { evidence, last } = accusation
  const powers = checkPowers(evidence, validatorSet)
  if (powers !== null) return refusal('not-trusted', powers)
  if (!equalBytes(last.header.validatorsHash, validatorSet.hash(crypto))) {
    const reason = `the validators of height ${evidence.windowEnd} are not the trusted ones`
    return refusal('not-trusted', reason)
  }
  const rule = downtime === null ? null : checkRule(evidence, downtime)
  if (rule !== null) return refusal('not-trusted', rule)
  const ends = checkEnds(crypto, accusation)
  if (ends !== null) return ends
  const pubKey = validatorSet.find(evidence.validatorAddress)?.pubKey
  if (pubKey === undefined) return refusal('not-trusted', 'the accused is no validator')
  return refusalOf('inconsistent', checkWindow(crypto, accusation, pubKey))
}
