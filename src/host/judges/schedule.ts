// The proposer schedule: honest nodes know the validators and whose turn it is as a reference does.

import { equalBytes } from '../../core/bytes/index.ts'
import { VoteType } from '../../core/types/index.ts'
import type { ValidatorSet } from '../../core/types/index.ts'
import type { Ledger } from './ledger.ts'
import type { Bench } from './naive-rotation.ts'
import type { Committed, SignedProposal, SignedVote } from './observation.ts'
import type { Report } from './violation.ts'

/** Compares turns and priorities with those of naive-rotation.ts. */
export class ScheduleJudge {
  readonly #ledger: Ledger
  readonly #report: Report

  constructor(ledger: Ledger, report: Report) {
    this.#ledger = ledger
    this.#report = report
  }

  /** An honest node proposes in its own turn only. */
  onSignedProposal({ node, atMs, proposal }: SignedProposal): void {
    const { height, round } = proposal
    const proposer = this.#ledger.proposerAt(height, round)
    const own = this.#ledger.setting.addresses[node] ?? null
    if (proposer === null || (own !== null && equalBytes(own, proposer))) return
    const turn = this.#ledger.indexOf(proposer)
    this.#blame(node, atMs, `proposes at ${height}/${round}, the turn of node ${turn}`)
  }

  /** An honest node listens to the proposer whose turn it is, and to nobody in its name. */
  onSignedVote({ node, atMs, vote, state }: SignedVote): void {
    const { proposal } = state
    if (vote.type !== VoteType.prevote || proposal === null || state.height !== vote.height) return
    const { height, round } = proposal
    const seats = this.#ledger.benchAt(height)?.seats ?? []
    const proposer = this.#ledger.proposerAt(height, round)
    const seat = seats.find(({ address }) => proposer !== null && equalBytes(address, proposer))
    if (seat === undefined || this.#ledger.notary.signedProposal(seat.pubKey, proposal)) return
    this.#blame(node, atMs, `takes a proposal of ${height}/${round} that its proposer did not sign`)
  }

  /** Every member, power, priority and the first proposer of the height are as they should be. */
  onCommitted({ node, atMs, block, validators }: Committed, bench: Bench): void {
    const flaw = differenceOf(validators, bench)
    if (flaw === null) return
    this.#blame(node, atMs, `has other validators at height ${block.header.height}: ${flaw}`)
  }

  #blame(node: number, atMs: number, what: string): void {
    this.#report({ rule: 'proposer', detail: `node ${node} ${what}`, culprits: [node], atMs })
  }
}

function differenceOf({ validators, proposer }: ValidatorSet, bench: Bench): string | null {
  if (validators.length !== bench.seats.length) return `${validators.length} of them`
  for (const [index, seat] of bench.seats.entries()) {
    const validator = validators[index]
    if (validator === undefined || !equalBytes(validator.address, seat.address)) {
      return `another at place ${index}`
    }
    const { votingPower, proposerPriority } = validator
    if (votingPower !== seat.power) return `power ${votingPower} at place ${index}`
    if (proposerPriority !== seat.priority) {
      return `priority ${proposerPriority} at place ${index}, expected ${seat.priority}`
    }
  }
  return equalBytes(proposer.address, bench.proposer) ? null : 'another proposer'
}
