// The switches that a whole chain sets once, in its genesis file, and no node on its own.

/**
 * How validators lock: as CometBFT up to 0.40 does, or as the paper says. Never mixed (faults.md
 * 0.1).
 */
export type LockRule = 'comet-legacy' | 'paper'

/** Whose timestamps make the block time (wire.md 2.7). */
export type MedianTimeRule = 'non-absent' | 'commit-only'

/**
 * The block version of a network follows from its lock rule, so that nodes of different rules
 * cannot even connect: mixed rules fork a chain with one faulty validator of four.
 */
export const BLOCK_VERSION: Readonly<Record<LockRule, bigint>> = {
  'comet-legacy': 11n,
  paper: 111n,
}
