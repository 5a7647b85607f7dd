// The sizes that every node of a network must agree on.

/** Bytes of every block part but the last. */
export const BLOCK_PART_SIZE = 65_536
/** No block is ever larger, whatever the consensus parameters say. */
export const MAX_BLOCK_BYTES = 104_857_600
/** Parts of the largest block, and one to spare. */
export const MAX_BLOCK_PARTS: number = Math.floor(MAX_BLOCK_BYTES / BLOCK_PART_SIZE) + 1
/** UTF-8 bytes of a chain id. */
export const MAX_CHAIN_ID_BYTES = 50
/** Bytes of a signature of an ed25519 or secp256k1 key. */
export const MAX_SIGNATURE_SIZE = 64
/** Votes of one set, and so validators of one chain. */
export const MAX_VOTES = 10_000
/** Largest total voting power: an eighth of the int64 range, so that priorities cannot overflow. */
export const MAX_TOTAL_VOTING_POWER: bigint = (2n ** 63n - 1n) / 8n
/** Heights whose commits may be counted together; all are loaded to verify evidence of downtime. */
export const MAX_DOWNTIME_WINDOW = 10_000
/** Largest encoding of a header. */
export const MAX_HEADER_BYTES = 626n
/** Largest encoding of what a block holds beside header, data, evidence and commit. */
export const MAX_BLOCK_OVERHEAD_BYTES = 11n
/** Largest encoding of a commit without its signatures. */
export const MAX_COMMIT_OVERHEAD_BYTES = 94n
/** Largest encoding of one signature in a commit, with its tag and length. */
export const MAX_COMMIT_SIG_BYTES = 111n

/** Largest encoding of a commit of `count` validators. */
export const maxCommitBytes = (count: number): bigint =>
  MAX_COMMIT_OVERHEAD_BYTES + MAX_COMMIT_SIG_BYTES * BigInt(count)
