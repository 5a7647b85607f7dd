// Mistakes in the algorithm, each killed by the golden script of its rule.

import type { Mutant } from './mutant.ts'

const CONSENSUS = 'src/core/consensus'
const SCRIPTS = `${CONSENSUS}/scripts.test.ts`

/** Rows of Algorithm 1 left out or turned round. */
export const algorithm: readonly Mutant[] = [
  {
    name: 'no-lock',
    mistake: 'L38: a precommit for a value locks nothing',
    file: `${CONSENSUS}/rules.ts`,
    find: 'change(turn, { lockedValue: rule.blockId, lockedRound: turn.state.round })',
    replace: '',
    killer: script('flaw 2 locks outlive rounds paper (paper)'),
  },
  {
    name: 'locked-round-0-is-none',
    mistake: 'L23: a lock of round 0 counts as none',
    file: `${CONSENSUS}/locks.ts`,
    find: 'if (lockedValue === null) return false',
    replace: 'if (lockedValue === null || lockedRound === 0) return false',
    killer: script('flaw 1 round 0 is a lock paper (paper)'),
  },
  {
    name: 'unlock-on-nil-under-paper',
    mistake: 'a nil polka releases the lock on a chain of the paper rule',
    file: `${CONSENSUS}/locks.ts`,
    find: "if (context.lockRule !== 'comet-legacy' || lockedValue === null) return\n",
    replace: 'if (lockedValue === null) return\n',
    killer: script('L44 nil polka keeps the lock paper (paper)'),
  },
  {
    name: 'never-unlock-under-legacy',
    mistake: 'a later polka does not release the lock on a chain of the legacy rule',
    file: `${CONSENSUS}/locks.ts`,
    find: '  change(turn, { lockedRound: -1, lockedValue: null })\n',
    replace: '',
    killer: script('L44 nil polka unlocks legacy (comet-legacy)'),
  },
  {
    name: 'older-polka-releases-lock',
    mistake: 'legacy: a polka of a round before the lock releases it',
    file: `${CONSENSUS}/locks.ts`,
    find: 'if (round <= lockedRound || round > current) return',
    replace: 'if (round > current) return',
    killer: script('legacy older polka keeps the lock legacy (comet-legacy)'),
  },
  {
    name: 'any-valid-round',
    mistake: 'L28: a proposal is believed to have had a polka in the round that it names',
    file: `${CONSENSUS}/locks.ts`,
    find: 'proposal.polRound >= 0 && !isPolkaFor(state, proposal.polRound, proposal.blockId)',
    replace: 'state.height < 0n',
    killer: script('L28 polka never comes (paper)'),
  },
  {
    name: 'valid-value-frozen',
    mistake: 'L42: a late polka does not take the place of an older valid value',
    file: `${CONSENSUS}/rules.ts`,
    find: 'polka === null || state.validRound === state.round',
    replace: 'polka === null || state.validRound !== -1',
    killer: script('L36 late polka after another (paper)'),
  },
  {
    name: 'newer-lock-gives-way',
    mistake: 'L29: a polka older than the lock overrules it',
    file: `${CONSENSUS}/locks.ts`,
    find: 'return lockedRound > proposal.polRound && !equalBlockId(lockedValue, proposal.blockId)',
    replace: 'return proposal.polRound < 0 && !equalBlockId(lockedValue, proposal.blockId)',
    killer: script('L28 older polka does not paper (paper)'),
  },
  {
    name: 'invalid-block-prevoted',
    mistake: 'L23: a block that the application rejects is prevoted',
    file: `${CONSENSUS}/locks.ts`,
    find: "    case 'invalid':\n      return { kind: 'prevote', blockId: NIL_BLOCK_ID }",
    replace: "    case 'invalid':\n      return { kind: 'prevote', blockId: proposal.blockId }",
    killer: script('L22 invalid value (paper)'),
  },
  {
    name: 'valid-value-forgotten',
    mistake: 'L15: a proposer makes a new block although it knows of a polka',
    file: `${CONSENSUS}/steps.ts`,
    find: 'else if (turn.state.validValue !== null) {',
    replace: 'else if (turn.state.round < 0 && turn.state.validValue !== null) {',
    killer: script('L14 repropose valid value (paper)'),
  },
  {
    name: 'late-polka-ignored',
    mistake: 'L36: a polka that comes after the own precommit does not update the valid value',
    file: `${CONSENSUS}/rules.ts`,
    find: "return isValid ? { name: 'update-valid-value', blockId: polka } : null",
    replace: 'return isValid ? null : null',
    killer: script('L36 late polka (paper)'),
  },
  {
    name: 'nil-dropped',
    mistake: 'L44: a majority for nil is no majority',
    file: `${CONSENSUS}/rules.ts`,
    find: "if (prevotes.maj23 === 'nil') return { name: 'precommit-nil' }",
    replace: '',
    killer: script('L44 nil polka (paper)'),
  },
  {
    name: 'no-round-skip',
    mistake: 'L55: more than a third in a later round pull nobody along',
    file: `${CONSENSUS}/transition.ts`,
    find: 'if (vote.round > turn.state.round && oneThirdVotedIn(turn.state, vote.round)) {',
    replace: 'if (false) {',
    killer: script('L55 skip (paper)'),
  },
  {
    name: 'skip-counts-votes-not-validators',
    mistake: 'L55: prevote and precommit of one validator count twice',
    file: `${CONSENSUS}/quorum.ts`,
    find: 'return validatorSet.hasOneThird(power)',
    replace: 'return validatorSet.hasOneThird(votes.prevotes.powerAny + votes.precommits.powerAny)',
    killer: script('L55 one validator counts once (paper)'),
  },
  {
    name: 'no-prevote-timeout',
    mistake: 'L35: the timeout after any two thirds of prevotes is never set',
    file: `${CONSENSUS}/rules.ts`,
    find: "return scheduleTimeout(turn, 'prevote')",
    replace: 'return',
    killer: script('L34 prevotes for anything (paper)'),
  },
  {
    name: 'no-precommit-timeout',
    mistake: 'L48: the timeout after any two thirds of precommits is never set',
    file: `${CONSENSUS}/rules.ts`,
    find: "return scheduleTimeout(turn, 'precommit')",
    replace: 'return',
    killer: script('L47 precommits for anything (paper)'),
  },
  {
    name: 'stale-timeouts-fire',
    mistake: 'L57-L67: a timeout of an earlier round counts',
    file: `${CONSENSUS}/transition.ts`,
    find: "round !== state.round || state.step === 'commit') return",
    replace: "state.step === 'commit') return",
    killer: script('timeouts that are stale (paper)'),
  },
  {
    name: 'decides-only-its-own-round',
    mistake: 'L49: precommits of another round decide nothing',
    file: `${CONSENSUS}/transition.ts`,
    find: 'if (committed !== null) return enterCommit(turn, vote.round, committed)',
    replace:
      'if (committed !== null && vote.round === turn.state.round) ' +
      'return enterCommit(turn, vote.round, committed)',
    killer: script('L49 decide a past round (paper)'),
  },
  {
    name: 'rounds-add-up',
    mistake: 'votes of different rounds are counted together',
    file: `${CONSENSUS}/transition.ts`,
    find: 'change(turn, { votes: new Map(turn.state.votes).set(vote.round, roundVotes) })',
    replace:
      'change(turn, { votes: new Map(turn.state.votes)' +
      '.set(vote.round, roundVotes).set(turn.state.round, roundVotes) })',
    killer: script('flaw 5 rounds are counted apart (paper)'),
  },
  {
    name: 'lock-ends-with-the-round',
    mistake: 'the lock is given up when the round changes',
    file: `${CONSENSUS}/steps.ts`,
    find: '  change(turn, { collecting: null, proposalParts: null })\n',
    replace:
      '  change(turn, ' +
      '{ collecting: null, proposalParts: null, lockedRound: -1, lockedValue: null })\n',
    killer: script('flaw 2 locks outlive rounds paper (paper)'),
  },
]

/** The test that plays a golden script, by the script's name and lock rule. */
export function script(title: string): Mutant['killer'] {
  return { file: SCRIPTS, title: `golden script: ${title}` }
}
