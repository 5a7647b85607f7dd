// Downtime: counted from committed commits alone, the same by detector and verifier.

import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { nobleCrypto as crypto } from '../crypto/index.ts'
import { CHAIN_ID, keyOf } from '../types/chain.fixture.ts'
import type { Ballot } from '../types/chain.fixture.ts'
import { ABSENT_COMMIT_SIG, ValidatorSet } from '../types/index.ts'
import type { Commit, DowntimeEvidence } from '../types/index.ts'
import { FaultDetector, downtimeWindowOf, historyNeededBy, verifyEvidence } from './index.ts'
import type { FaultDetectorConfig, FaultReport } from './index.ts'
import { Past } from './past.fixture.ts'

const detection: FaultDetectorConfig = { downtimeWindow: 4, minSigned: 2 }
const INITIAL = 3n
const LAST = 20n

/** Ten heights are signed once; each case only takes signatures away. */
const full = new Past(LAST)
const { validatorSet } = full.keyed

const without = (commit: Commit, ballots: readonly Ballot[]): Commit => ({
  ...commit,
  signatures: commit.signatures.map((entry, i) =>
    ballots[i] === 'absent' ? ABSENT_COMMIT_SIG : entry,
  ),
})

/** What a detector says that is given the committed blocks `from` to `to`. */
const detect = (
  commitAt: (height: bigint) => Commit,
  from: bigint = INITIAL,
  to: bigint = LAST,
): readonly FaultReport[] => {
  const options = { crypto, chainId: CHAIN_ID, initialHeight: INITIAL, config: detection }
  const detector = new FaultDetector({ ...options, lockRule: 'comet-legacy' })
  const reports: FaultReport[] = []
  for (let height = from; height <= to; height++) {
    const lastCommit = height === INITIAL ? null : commitAt(height - 1n)
    const time = Past.timeAt(height)
    reports.push(...detector.onCommit({ height, time, validatorSet, lastCommit }))
  }
  return reports
}

const contextOf = (commitAt: (height: bigint) => Commit | null) => ({
  ...full.context(),
  initialHeight: INITIAL,
  detection,
  history: { ...full.context().history, commitAt },
})

const ballots = fc.array(
  fc.array(fc.constantFrom<Ballot>('block', 'absent'), { minLength: 4, maxLength: 4 }),
  { minLength: Number(LAST) + 1, maxLength: Number(LAST) + 1 },
)

test('downtime: the detector reports just who missed too much of a window, verified', () => {
  fc.assert(
    fc.property(ballots, (absences) => {
      const commitAt = (height: bigint): Commit =>
        without(full.commits.get(height)!, absences[Number(height)]!)
      const expected: string[] = []
      for (let start = INITIAL; start + 4n <= LAST; start += 4n) {
        for (let i = 0; i < 4; i++) {
          let missed = 0
          for (let at = start; at < start + 4n; at++) {
            if (absences[Number(at)]![i] === 'absent') missed++
          }
          if (missed > 2) expected.push(`${start} ${i} ${missed}`)
        }
      }
      const found = detect(commitAt).map(({ kind, ...rest }) => {
        expect(kind).toBe('downtime')
        const evidence = (rest as { evidence: DowntimeEvidence }).evidence
        expect(verifyEvidence(crypto, contextOf(commitAt), evidence)).toBeNull()
        const index = validatorSet.indexOf(evidence.validatorAddress)
        return `${evidence.windowStart} ${index} ${evidence.missed}`
      })
      expect(found).toEqual(expected)
    }),
    { numRuns: 60 },
  )
})

test('downtime: a restart changes nothing when the window is given again', () => {
  const commitAt = (height: bigint): Commit =>
    without(full.commits.get(height)!, ['block', 'block', 'block', 'absent'])
  const whole = detect(commitAt)
  expect(whole).toHaveLength(4)
  for (let height = INITIAL; height < LAST; height++) {
    const options = { crypto, chainId: CHAIN_ID, initialHeight: INITIAL, config: detection }
    const from = new FaultDetector({ ...options, lockRule: 'paper' }).replayStart(height)
    const after = detect(commitAt, from)
    expect(whole.slice(whole.length - after.length)).toEqual(after)
    // Also what the last block before the restart completed is said again, in case it was lost.
    const newest = detect(commitAt, INITIAL, height).slice(-1)
    const { start } = downtimeWindowOf(height, INITIAL, detection)
    if (start === height && height > INITIAL) {
      expect(after[0] ?? null).toEqual(newest[0] ?? null)
    }
  }
  // Begun in the middle, a window is not judged.
  expect(detect(commitAt, 4n, 7n)).toEqual([])
})

test('downtime: who was no validator has missed nothing, and who left is not accused', () => {
  const commitAt = (height: bigint): Commit | null => full.commits.get(height) ?? null
  const context = contextOf(commitAt)
  const newcomer = keyOf(50)
  const larger = ValidatorSet.make(crypto, [
    ...validatorSet.validators,
    { pubKey: newcomer.pubKey, votingPower: 5n },
  ])
  const evidence = (missed: number): DowntimeEvidence => ({
    kind: 'downtime',
    validatorAddress: newcomer.address,
    windowStart: 7n,
    windowEnd: 10n,
    missed,
    totalVotingPower: 105n,
    validatorPower: 5n,
    timestamp: Past.timeAt(10n),
  })
  const joinedAt = (first: bigint, last: bigint) => ({
    ...context,
    history: {
      ...context.history,
      validatorsAt: (height: bigint) => (height >= first && height <= last ? larger : validatorSet),
    },
  })
  expect(verifyEvidence(crypto, joinedAt(8n, 20n), evidence(3))).toBeNull()
  expect(verifyEvidence(crypto, joinedAt(9n, 20n), evidence(3))).toContain('2 heights missed')
  expect(verifyEvidence(crypto, joinedAt(7n, 9n), evidence(3))).toContain('was no validator')
})

test('downtime: only windows of the chain that are over count, and only they are loaded', () => {
  const commitAt = (height: bigint): Commit =>
    without(full.commits.get(height)!, ['block', 'block', 'block', 'absent'])
  const [first] = detect(commitAt)
  if (first?.kind !== 'downtime') throw new Error('downtime is reported')
  const { evidence } = first
  const verdict = (change: Partial<DowntimeEvidence>, lastBlockHeight = LAST): string | null =>
    verifyEvidence(crypto, { ...contextOf(commitAt), lastBlockHeight }, { ...evidence, ...change })
  expect([evidence.windowStart, evidence.windowEnd]).toEqual([3n, 6n])
  expect(verdict({})).toBeNull()
  expect(verdict({ windowStart: 4n, windowEnd: 7n })).toContain('no window')
  expect(verdict({ windowStart: 3n, windowEnd: 10n })).toContain('no window')
  expect(verdict({ windowStart: 1n, windowEnd: 4n })).toContain('before the chain')
  expect(verdict({ missed: 2 })).toContain('no fault')
  expect(verdict({ missed: 3 })).toContain('4 heights missed')
  // The commit of height 6 stands in block 7.
  expect(verdict({}, 6n)).toContain('in no block yet')
  expect(verdict({}, 7n)).toBeNull()
  const facts = { initialHeight: INITIAL, lastBlockHeight: LAST, detection }
  expect(historyNeededBy(evidence, facts)).toEqual({
    headers: [6n],
    commits: [3n, 4n, 5n, 6n],
    validators: [3n, 4n, 5n, 6n],
  })
  expect(historyNeededBy(evidence, { ...facts, lastBlockHeight: 6n }).commits).toEqual([])
  const endless = { ...evidence, windowEnd: 2n ** 62n }
  expect(historyNeededBy(endless, facts).commits).toEqual([])
})
