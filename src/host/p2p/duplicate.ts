// Two connections with one peer: which of them stays, so that both sides decide alike without
// talking about it.

/** A connection as far as the decision needs it. */
export interface Rivals {
  readonly ownId: string
  readonly peerId: string
  /** Whether we dialled the connection that exists. */
  readonly existingIsOutbound: boolean
  /** Whether we dialled the one that has just finished its handshake. */
  readonly newIsOutbound: boolean
}

/**
 * The connection dialled by the smaller id stays: both sides come to that whichever handshake they
 * saw finish first. Of two dialled from the same side the existing one stays; if it is dead, the
 * probe that follows will show it.
 */
export function resolveDuplicate(rivals: Rivals): 'keep-existing' | 'take-new' {
  const shouldBeOutbound = rivals.ownId < rivals.peerId
  const isNewBetter = rivals.newIsOutbound === shouldBeOutbound
  const isExistingBetter = rivals.existingIsOutbound === shouldBeOutbound
  return isNewBetter && !isExistingBetter ? 'take-new' : 'keep-existing'
}
