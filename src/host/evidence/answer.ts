// What becomes of a piece of evidence that is offered to the store.

/**
 * - `added`: proved, new, and pending from now on.
 * - `pending`, `committed`: the offence is known; an altered copy of the evidence is nothing new.
 * - `early`: of a height whose block, or the commit of it, is not here yet; offer it again later.
 * - `unknown`: of a height of which this node keeps nothing, so it cannot tell.
 * - `expired`: too old by both limits; no block may carry it.
 * - `unheard`: not looked at, because its sender offered something invalid before it.
 * - `full`: true or not, so much of this kind waits already that it was not looked at.
 * - `foreign`: of a kind that blocks of this chain do not carry.
 * - `invalid`: it does not prove what it says. Nobody honest sends it.
 */
export type EvidenceAnswer =
  | { readonly kind: 'added' | 'pending' | 'committed' }
  | {
      readonly kind: 'early' | 'unknown' | 'expired' | 'unheard' | 'full' | 'foreign' | 'invalid'
      readonly reason: string
    }

/** The answer to something that nobody honest sends. */
export interface Refusal {
  readonly kind: 'foreign' | 'invalid'
  readonly reason: string
}

/** True when whoever sent the piece is at fault. */
export const isRefusal = (answer: EvidenceAnswer): answer is Refusal =>
  answer.kind === 'invalid' || answer.kind === 'foreign'

/** Where evidence comes from: our own detector, a client, or a peer by its id. */
export type EvidenceOrigin = 'detector' | 'rpc' | (string & {})
