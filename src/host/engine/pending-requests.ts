// During replay: which of the effects asked for have not been answered by a later record.
import type { Effect, Input } from '../../core/consensus/index.ts'
import { blockIdKey, VoteType } from '../../core/types/index.ts'

const TYPE_OF = {
  prevote: VoteType.prevote,
  precommit: VoteType.precommit,
  proposal: 'proposal',
} as const

/**
 * Collects requests and strikes them out as their answers are replayed. What is left at the end was
 * under way at the crash and is performed then: signing again gives the same signature, because the
 * sign state was durable first. Announcements are not repeated, peers are told the step afresh.
 */
export class PendingRequests {
  readonly #open = new Map<string, Effect>()

  /** Takes one replayed input, and the effects it led to. */
  note(input: Input, effects: readonly Effect[]): void {
    for (const key of answeredBy(input)) this.#open.delete(key)
    // A new height or round makes older timers stale; the transition ignores them in any case.
    for (const effect of effects) {
      const key = requestKey(effect)
      if (key !== null) this.#open.set(key, effect)
    }
  }

  /** The unanswered requests, in the order in which they were made. */
  take(): readonly Effect[] {
    return [...this.#open.values()]
  }
}

function requestKey(effect: Effect): string | null {
  switch (effect.kind) {
    case 'schedule-timeout':
      return `timeout ${effect.timeout.step}`
    case 'wait-for-txs':
      return effect.kind
    case 'build-block':
      return `build ${effect.round}`
    case 'validate-block':
      return `validate ${blockIdKey(effect.blockId)}`
    case 'sign-proposal':
      return `sign proposal ${effect.round}`
    case 'sign-vote':
      return `sign ${effect.type} ${effect.round}`
    case 'decide':
      return effect.kind
    default:
      return null
  }
}

function answeredBy(input: Input): readonly string[] {
  switch (input.kind) {
    case 'timeout':
      return [`timeout ${input.timeout.step}`]
    case 'txs-available':
      return ['wait-for-txs']
    case 'block-built':
      return [`build ${input.round}`]
    case 'block-validity':
      return [`validate ${blockIdKey(input.blockId)}`]
    case 'signed-proposal':
      return [`sign proposal ${input.proposal.round}`]
    case 'signed-vote':
      return [`sign ${input.vote.type} ${input.vote.round}`]
    case 'sign-refused':
      return [`sign ${TYPE_OF[input.what]} ${input.round}`]
    default:
      return []
  }
}
