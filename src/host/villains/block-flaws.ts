// Blocks that are valid but for one thing.

import { toUtf8 } from '../../core/bytes/index.ts'
import {
  ABSENT_COMMIT_SIG,
  BlockIdFlag,
  hashCommit,
  hashEvidence,
  hashTxs,
} from '../../core/types/index.ts'
import type { Block, Commit, CommitSig, Header } from '../../core/types/index.ts'
import { EVIDENCE_FLAWS, STANDING_FLAWS } from './false-evidence.ts'
import type { EvidenceFlaw } from './false-evidence.ts'
import type { Stage } from './stage.ts'

/** One way to break a block. Where it needs a last commit, it leaves the first block as it is. */
export interface BlockFlaw {
  readonly name: string
  readonly spoil: (block: Block, stage: Stage) => Block
}

const HOUR_NS = 3_600_000_000_000n
/** A larger block is claimed, never built: it would only cost time. */
const MAX_BUILT_BYTES = 1 << 20

const wrongHash = (hash: Uint8Array, { crypto }: Stage): Uint8Array => crypto.sha256(hash)

const withHeader = (block: Block, change: Partial<Header>): Block => ({
  ...block,
  header: { ...block.header, ...change },
})

const hashFlaw = (
  field:
    | 'lastCommitHash'
    | 'dataHash'
    | 'validatorsHash'
    | 'nextValidatorsHash'
    | 'consensusHash'
    | 'appHash'
    | 'lastResultsHash'
    | 'evidenceHash',
): BlockFlaw => ({
  name: field,
  spoil: (block, stage) => {
    const change: Partial<Header> = { [field]: wrongHash(block.header[field], stage) }
    return withHeader(block, change)
  },
})

const withTxs = (block: Block, txs: readonly Uint8Array[], { crypto }: Stage): Block =>
  withHeader({ ...block, txs }, { dataHash: hashTxs(crypto, txs) })

const withCommit = (block: Block, lastCommit: Commit, { crypto }: Stage): Block =>
  withHeader({ ...block, lastCommit }, { lastCommitHash: hashCommit(crypto, lastCommit) })

// Changes one of the signatures for the block; the hash in the header fits the change.
const commitFlaw = (name: string, spoil: (signature: CommitSig) => CommitSig): BlockFlaw => ({
  name,
  spoil: (block, stage) => {
    const signatures = block.lastCommit?.signatures ?? []
    const isFor = ({ blockIdFlag }: CommitSig): boolean => blockIdFlag === BlockIdFlag.commit
    const places = signatures.flatMap((each, at) => (isFor(each) ? [at] : []))
    const at = places[stage.draw(Math.max(1, places.length))]
    const old = at === undefined ? undefined : signatures[at]
    if (block.lastCommit === null || at === undefined || old === undefined) return block
    const changed = signatures.with(at, spoil(old))
    return withCommit(block, { ...block.lastCommit, signatures: changed }, stage)
  },
})

const flipped = (bytes: Uint8Array): Uint8Array => bytes.map((byte, i) => (i === 0 ? ~byte : byte))

// The evidence is of the height before, as the freshest in a block is.
const evidenceFlaw = ({ name, make }: EvidenceFlaw): BlockFlaw => ({
  name,
  spoil: (block, stage) => {
    const { height, lastBlockId } = block.header
    const last = stage.notes.find(lastBlockId)?.block.header
    if (last === undefined) return block
    const evidence = [...make(stage, { height: height - 1n, time: last.time })]
    const evidenceHash = hashEvidence(stage.crypto, evidence)
    return withHeader({ ...block, evidence }, { evidenceHash })
  },
})

function oversize(block: Block, stage: Stage): Block {
  const { maxBytes } = stage.genesis.consensusParams.block
  const size = maxBytes < 0n || maxBytes > MAX_BUILT_BYTES ? null : Number(maxBytes) + 1
  return size === null ? block : withTxs(block, [toUtf8(`size=${'x'.repeat(size)}`)], stage)
}

/** Every rule of header and data that a proposer can break. */
export const BLOCK_FLAWS: readonly BlockFlaw[] = [
  {
    name: 'version',
    spoil: (block) => {
      const { version } = block.header
      return withHeader(block, { version: { ...version, block: version.block + 1n } })
    },
  },
  {
    name: 'appVersion',
    spoil: (block) => {
      const { version } = block.header
      return withHeader(block, { version: { ...version, app: version.app + 1n } })
    },
  },
  { name: 'chainId', spoil: (block) => withHeader(block, { chainId: `${block.header.chainId}x` }) },
  { name: 'height', spoil: (block) => withHeader(block, { height: block.header.height + 1n }) },
  { name: 'early', spoil: (block) => withHeader(block, { time: block.header.time - HOUR_NS }) },
  { name: 'late', spoil: (block) => withHeader(block, { time: block.header.time + HOUR_NS }) },
  {
    name: 'a-nanosecond',
    spoil: (block) => withHeader(block, { time: block.header.time + 1n }),
  },
  {
    name: 'lastBlockId',
    spoil: (block, { crypto }) => {
      const hash = crypto.sha256(block.header.lastBlockId.hash)
      return withHeader(block, { lastBlockId: { hash, partSetHeader: { total: 1, hash } } })
    },
  },
  hashFlaw('lastCommitHash'),
  hashFlaw('dataHash'),
  hashFlaw('validatorsHash'),
  hashFlaw('nextValidatorsHash'),
  hashFlaw('consensusHash'),
  hashFlaw('appHash'),
  hashFlaw('lastResultsHash'),
  hashFlaw('evidenceHash'),
  {
    name: 'stranger',
    spoil: (block, stage) => withHeader(block, { proposerAddress: flipped(stage.address) }),
  },
  {
    name: 'hidden-tx',
    spoil: (block) => ({ ...block, txs: [...block.txs, toUtf8('hidden=tx')] }),
  },
  commitFlaw('commit-signature', (old) => ({ ...old, signature: flipped(old.signature) })),
  commitFlaw('commit-time', (old) => ({ ...old, timestamp: old.timestamp + 1n })),
  commitFlaw('commit-address', (old) => ({
    ...old,
    validatorAddress: flipped(old.validatorAddress),
  })),
  {
    name: 'commit-too-small',
    spoil: (block, stage) => {
      const { lastCommit } = block
      if (lastCommit === null) return block
      const signatures = lastCommit.signatures.map((each, i) =>
        i % 2 === 0 ? ABSENT_COMMIT_SIG : each,
      )
      return withCommit(block, { ...lastCommit, signatures }, stage)
    },
  },
  ...[...EVIDENCE_FLAWS, ...STANDING_FLAWS].map(evidenceFlaw),
  { name: 'oversize', spoil: oversize },
]
