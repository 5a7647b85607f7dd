// The type of a message while its fields are being read.

/** The same fields without `readonly`: decoders fill a copy and hand it out as the message. */
export type Mutable<T> = { -readonly [K in keyof T]: T[K] }

/**
 * A list that a message being read may add to. An empty one may be a shared constant; a filled one
 * was filled by the same read, when the message came in several pieces. It goes on with that list:
 * a copy for each piece would make the work quadratic.
 */
export function listOf<T>(base: readonly T[]): T[] {
  return base.length === 0 ? [] : (base as T[])
}
