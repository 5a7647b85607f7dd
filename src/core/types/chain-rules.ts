// The switches that a whole chain sets once, in its genesis file, and no node on its own.

/**
 * How validators lock: as CometBFT up to 0.40 does, or as the paper says. Never mixed (faults.md
 * 0.1).
 */
export type LockRule = 'comet-legacy' | 'paper'

/** Whose timestamps make the block time (wire.md 2.7). */
export type MedianTimeRule = 'non-absent' | 'commit-only'

/**
 * Which evidence blocks may carry: the two kinds that CometBFT knows, or double proposals and
 * downtime too.
 */
export type EvidenceRule = 'comet' | 'all'

/** The switches that decide whether two nodes can be of one network. */
export interface NetworkRules {
  readonly lockRule: LockRule
  readonly evidenceRule: EvidenceRule
}

const BLOCK_VERSIONS: Readonly<Record<LockRule, Readonly<Record<EvidenceRule, bigint>>>> = {
  'comet-legacy': { comet: 11n, all: 211n },
  paper: { comet: 111n, all: 311n },
}

const KNOWN_VERSIONS = new Set(Object.values(BLOCK_VERSIONS).flatMap((row) => Object.values(row)))

/**
 * The block version of a network follows from its rules, so that nodes of different rules cannot
 * even connect: mixed lock rules fork a chain with one faulty validator of four, and a node that
 * does not know a kind of evidence refuses the blocks that carry it.
 */
export const blockVersionOf = ({ lockRule, evidenceRule }: NetworkRules): bigint =>
  BLOCK_VERSIONS[lockRule][evidenceRule]

/** True for the block version of any rules. */
export const isBlockVersion = (version: bigint): boolean => KNOWN_VERSIONS.has(version)
