// A moment of a chain at which a validator signs once.

/** The order of what is signed in one round. */
export const SignStep = { none: 0, proposal: 1, prevote: 2, precommit: 3 } as const
export type SignStep = (typeof SignStep)[keyof typeof SignStep]

/** A moment of a chain at which a validator signs once. */
export interface SignPlace {
  readonly height: bigint
  readonly round: number
  readonly step: number
}

/** Before, at or after: the sign of the difference. */
export function comparePlaces(a: SignPlace, b: SignPlace): number {
  if (a.height !== b.height) return a.height < b.height ? -1 : 1
  return a.round === b.round ? a.step - b.step : a.round - b.round
}
