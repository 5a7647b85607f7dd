// The rules that need no new input once their condition holds: a decision table, one action a row.
//
// Rows are tried from top to bottom until none fits. "Voting" is propose, prevote or precommit. A
// polka is more than two thirds of the prevotes of the current round for one block, a nil polka for
// nil; "any" is more than two thirds for anything at all. "Judged" is the answer of locks.ts. A
// block is "here" when all its parts are. Each row ends with the step that follows, if it changes.
//
// | step       | votes and proposal             | rule                       | paper   | then    |
// |------------|--------------------------------|----------------------------|---------|---------|
// | commit     | its block here, undecided      | decide                     | L49-L54 |         |
// | new-height | proposed block here, or > 1/3  | begin-round                | L11     | propose |
// | new-round  | proposal, or > 1/3 voted       | begin-round                | L11     | propose |
// | voting     | polka, its block not here      | collect-polka-block        |         |         |
// | propose    | proposal polRound -1, judged   | prevote-new-value          | L22-L27 | prevote |
// | propose    | proposal and its polka, judged | prevote-repeated-value     | L28-L33 | prevote |
// | prevote    | nil polka                      | precommit-nil              | L44-L46 | precomm.|
// | prevote    | polka, block invalid           | precommit-nil              | L61     | precomm.|
// | prevote    | polka, block valid             | precommit-value            | L36-L43 | precomm.|
// | prevote    | any prevotes, first time       | schedule-prevote-timeout   | L34-L35 |         |
// | precommit  | polka, block valid, first time | update-valid-value         | L42-L43 |         |
// | voting     | any precommits, first time     | schedule-precommit-timeout | L47-L48 |         |
//
// Rules tied to one arriving message stand with that message in transition.ts: L49 for any round,
// L55-L56, L57-L60, L61-L64, L65-L67.

import { assert } from '../bytes/index.ts'
import { equalBlockId } from '../types/index.ts'
import type { BlockId } from '../types/index.ts'
import { collect } from './block-parts.ts'
import { judgeProposal } from './locks.ts'
import { blockOf, oneThirdVotedIn, precommitMaj23, prevoteMaj23 } from './quorum.ts'
import { knownBlock, votesOf } from './state.ts'
import type { ConsensusState } from './state.ts'
import { enterPrecommit, enterPrecommitNil, enterPrevote, scheduleTimeout } from './steps.ts'
import { enterPropose, enterRound } from './steps.ts'
import { change, emit } from './turn.ts'
import type { Turn } from './turn.ts'

type Rule =
  | { readonly name: 'decide'; readonly blockId: BlockId }
  | { readonly name: 'begin-round' }
  | { readonly name: 'collect-polka-block'; readonly blockId: BlockId }
  | { readonly name: 'prevote-new-value'; readonly blockId: BlockId }
  | { readonly name: 'prevote-repeated-value'; readonly blockId: BlockId }
  | { readonly name: 'precommit-value'; readonly blockId: BlockId }
  | { readonly name: 'precommit-nil' }
  | { readonly name: 'schedule-prevote-timeout' }
  | { readonly name: 'update-valid-value'; readonly blockId: BlockId }
  | { readonly name: 'schedule-precommit-timeout' }

// Every firing moves (round, step) forward or sets a once-per-round mark; a longer run is a circle.
const MAX_FIRINGS = 16

/** Applies the table until no row fits. */
export function applyRules(turn: Turn): void {
  for (let firings = 0; ; firings += 1) {
    const rule = nextRule(turn.state)
    if (rule === null) return
    assert(firings < MAX_FIRINGS, 'the rules fire in a circle')
    fire(turn, rule)
  }
}

function nextRule(state: ConsensusState): Rule | null {
  switch (state.step) {
    case 'commit':
      return decideRule(state)
    case 'new-height':
      return isProposalHere(state) || oneThirdVotedIn(state, 0) ? { name: 'begin-round' } : null
    case 'new-round':
      return state.proposal || oneThirdVotedIn(state, 0) ? { name: 'begin-round' } : null
    case 'propose':
      return collectRule(state) ?? proposalRule(state) ?? anyPrecommitsRule(state)
    case 'prevote':
      return collectRule(state) ?? polkaRule(state) ?? anyPrecommitsRule(state)
    case 'precommit':
      return collectRule(state) ?? latePolkaRule(state) ?? anyPrecommitsRule(state)
  }
}

function fire(turn: Turn, rule: Rule): void {
  switch (rule.name) {
    // L49-L54; L53's reset happens at start-height
    case 'decide':
      return decide(turn, rule.blockId)
    // L11
    case 'begin-round':
      return turn.state.step === 'new-height' ? enterRound(turn, 0) : enterPropose(turn)
    case 'collect-polka-block':
      return showValidBlock(turn, rule.blockId)
    // L22-L27 and L28-L33: the judgement is already made
    case 'prevote-new-value':
    case 'prevote-repeated-value':
      return enterPrevote(turn, rule.blockId)
    // L36-L43
    case 'precommit-value':
      change(turn, { lockedValue: rule.blockId, lockedRound: turn.state.round })
      updateValidValue(turn, rule.blockId)
      return enterPrecommit(turn, rule.blockId)
    // L44-L46
    case 'precommit-nil':
      return enterPrecommitNil(turn)
    // L34-L35
    case 'schedule-prevote-timeout':
      change(turn, { prevoteTimeoutRound: turn.state.round })
      return scheduleTimeout(turn, 'prevote')
    // L36, L42-L43: the polka came after our precommit
    case 'update-valid-value':
      return updateValidValue(turn, rule.blockId)
    // L47-L48
    case 'schedule-precommit-timeout':
      change(turn, { precommitTimeoutRound: turn.state.round })
      return scheduleTimeout(turn, 'precommit')
  }
}

function decideRule(state: ConsensusState): Rule | null {
  const blockId = blockOf(precommitMaj23(state, state.commitRound))
  if (state.decision !== null || blockId === null || !isHere(state, blockId)) return null
  return { name: 'decide', blockId }
}

function collectRule(state: ConsensusState): Rule | null {
  const polka = blockOf(prevoteMaj23(state, state.round))
  if (polka === null || isHere(state, polka)) return null
  if (state.collecting !== null && equalBlockId(state.collecting, polka)) return null
  return { name: 'collect-polka-block', blockId: polka }
}

function proposalRule(state: ConsensusState): Rule | null {
  const judgement = judgeProposal(state)
  if (judgement.kind !== 'prevote') return null
  const isNew = state.proposal?.polRound === -1
  const name = isNew ? 'prevote-new-value' : 'prevote-repeated-value'
  return { name, blockId: judgement.blockId }
}

function polkaRule(state: ConsensusState): Rule | null {
  const { prevotes } = votesOf(state, state.round)
  if (prevotes.maj23 === 'nil') return { name: 'precommit-nil' }
  const block = prevotes.maj23 === null ? null : knownBlock(state, prevotes.maj23)
  if (block?.validity === 'invalid') return { name: 'precommit-nil' }
  if (block?.validity === 'valid' && block.partSet !== null) {
    return { name: 'precommit-value', blockId: block.blockId }
  }
  if (!prevotes.hasTwoThirdsAny || state.prevoteTimeoutRound === state.round) return null
  return { name: 'schedule-prevote-timeout' }
}

function latePolkaRule(state: ConsensusState): Rule | null {
  const polka = blockOf(prevoteMaj23(state, state.round))
  if (polka === null || state.validRound === state.round) return null
  const isValid = isHere(state, polka) && knownBlock(state, polka)?.validity === 'valid'
  return isValid ? { name: 'update-valid-value', blockId: polka } : null
}

function anyPrecommitsRule(state: ConsensusState): Rule | null {
  if (state.precommitTimeoutRound === state.round) return null
  const { precommits } = votesOf(state, state.round)
  return precommits.hasTwoThirdsAny ? { name: 'schedule-precommit-timeout' } : null
}

function isProposalHere(state: ConsensusState): boolean {
  return state.proposal !== null && isHere(state, state.proposal.blockId)
}

function isHere(state: ConsensusState, blockId: BlockId): boolean {
  return (knownBlock(state, blockId)?.partSet ?? null) !== null
}

function updateValidValue(turn: Turn, blockId: BlockId): void {
  change(turn, { validValue: blockId, validRound: turn.state.round })
  showValidBlock(turn, blockId)
}

// Peers that learn of the polka send the parts of this block, whatever was proposed.
function showValidBlock(turn: Turn, blockId: BlockId): void {
  collect(turn, blockId)
  emit(turn, { kind: 'announce-valid-block' })
}

function decide(turn: Turn, blockId: BlockId): void {
  const { height, commitRound } = turn.state
  const partSet = knownBlock(turn.state, blockId)?.partSet ?? null
  assert(partSet !== null, 'a decision needs the block')
  const { precommits } = votesOf(turn.state, commitRound)
  change(turn, { decision: { round: commitRound, blockId } })
  emit(turn, { kind: 'decide', height, round: commitRound, blockId, partSet, precommits })
}
