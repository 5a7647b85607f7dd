// The messages of the wire as a table, written down from the protocol and not from our decoders.

/** What a field holds: a scalar, a time, or a message of the table. */
export type FieldType =
  | 'bool'
  | 'int32'
  | 'uint32'
  | 'int64'
  | 'uint64'
  | 'bytes'
  | 'time'
  | 'duration'
  | 'bits-of-votes'
  | 'bits-of-parts'
  | 'raw-block'
  | keyof typeof SCHEMA

/**
 * How often a field stands: once and left out when it is zero or absent; `always` even then; `many`
 * times; or it must be there.
 */
export type Presence = 'once' | 'always' | 'many' | 'needed'

/** One field by its number. */
export type FieldSpec = readonly [number: number, type: string, presence?: Presence]

/** A message: its fields, or the members of a oneof of which the last one counts. */
export interface MessageSpec {
  readonly fields: readonly FieldSpec[]
  readonly isOneof?: boolean
  /** What is missing in a member counts only if no later member takes its place. */
  readonly isJudgedLate?: boolean
  /** Members that count only when none of the others is there; they are not looked into before. */
  readonly fallbacks?: readonly FieldSpec[]
  /** Most elements of each list. */
  readonly most?: number
}

const plain = (...fields: readonly FieldSpec[]): MessageSpec => ({ fields })
const oneof = (...fields: readonly FieldSpec[]): MessageSpec => ({ fields, isOneof: true })
const bytesFields = (from: number, to: number): FieldSpec[] =>
  Array.from({ length: to - from + 1 }, (_, i) => [from + i, 'bytes'] as const)

const SIGNATURE: readonly FieldSpec[] = [
  [1, 'int32'],
  [2, 'bytes'],
  [3, 'time'],
  [4, 'bytes'],
]
const PLACE: readonly FieldSpec[] = [
  [1, 'int64'],
  [2, 'int32'],
]
const PARAMS: readonly FieldSpec[] = [
  [1, 'BlockParams'],
  [2, 'EvidenceParams'],
  [3, 'ValidatorParams'],
  [4, 'VersionParams'],
  [5, 'AbciParams'],
]

/** Every message that has a decoder, and those inside them. */
export const SCHEMA = {
  PublicKey: oneof([1, 'bytes'], [2, 'bytes']),
  PartSetHeader: plain([1, 'uint32'], [2, 'bytes']),
  BlockId: plain([1, 'bytes'], [2, 'PartSetHeader', 'always']),
  Vote: plain(
    [1, 'int32'],
    [2, 'int64'],
    [3, 'int32'],
    [4, 'BlockId', 'always'],
    [5, 'time'],
    [6, 'bytes'],
    [7, 'int32'],
    [8, 'bytes'],
    [9, 'bytes'],
    [10, 'bytes'],
  ),
  Proposal: plain(
    [1, 'int32'],
    [2, 'int64'],
    [3, 'int32'],
    [4, 'int32'],
    [5, 'BlockId', 'always'],
    [6, 'time'],
    [7, 'bytes'],
  ),
  MerkleProof: {
    fields: [
      [1, 'int64'],
      [2, 'int64'],
      [3, 'bytes'],
      [4, 'bytes', 'many'],
    ],
    most: 100,
  },
  Part: plain([1, 'uint32'], [2, 'bytes'], [3, 'MerkleProof', 'always']),
  ConsensusVersion: plain([1, 'uint64'], [2, 'uint64']),
  Header: plain(
    [1, 'ConsensusVersion', 'always'],
    [2, 'bytes'],
    [3, 'int64'],
    [4, 'time'],
    [5, 'BlockId', 'always'],
    ...bytesFields(6, 14),
  ),
  CommitSig: plain(...SIGNATURE),
  Commit: plain(...PLACE, [3, 'BlockId', 'always'], [4, 'CommitSig', 'many']),
  ExtendedCommitSig: plain(...SIGNATURE, [5, 'bytes'], [6, 'bytes']),
  ExtendedCommit: plain(...PLACE, [3, 'BlockId', 'always'], [4, 'ExtendedCommitSig', 'many']),
  Validator: plain([1, 'bytes'], [2, 'PublicKey', 'always'], [3, 'int64'], [4, 'int64']),
  ValidatorSet: plain([1, 'Validator', 'many'], [2, 'Validator'], [3, 'int64']),
  SignedHeader: plain([1, 'Header'], [2, 'Commit']),
  LightBlock: plain([1, 'SignedHeader'], [2, 'ValidatorSet']),
  DuplicateVoteEvidence: plain(
    [1, 'Vote', 'needed'],
    [2, 'Vote', 'needed'],
    [3, 'int64'],
    [4, 'int64'],
    [5, 'time'],
  ),
  LightClientAttackEvidence: plain(
    [1, 'LightBlock', 'needed'],
    [2, 'int64'],
    [3, 'Validator', 'many'],
    [4, 'int64'],
    [5, 'time'],
  ),
  DoubleProposalEvidence: plain(
    [1, 'bytes'],
    [2, 'Proposal', 'needed'],
    [3, 'Proposal', 'needed'],
    [4, 'int64'],
    [5, 'int64'],
    [6, 'time'],
  ),
  DowntimeEvidence: plain(
    [1, 'bytes'],
    [2, 'int64'],
    [3, 'int64'],
    [4, 'uint32'],
    [5, 'int64'],
    [6, 'int64'],
    [7, 'time'],
  ),
  Evidence: {
    ...oneof([1, 'DuplicateVoteEvidence'], [2, 'LightClientAttackEvidence']),
    isJudgedLate: true,
    fallbacks: [
      [101, 'DoubleProposalEvidence'],
      [102, 'DowntimeEvidence'],
    ],
  },
  EvidenceList: plain([1, 'Evidence', 'many']),
  Data: plain([1, 'bytes', 'many']),
  Block: plain(
    [1, 'Header', 'always'],
    [2, 'Data', 'always'],
    [3, 'EvidenceList', 'always'],
    [4, 'Commit'],
  ),
  BlockMeta: plain([1, 'BlockId', 'always'], [2, 'int64'], [3, 'Header', 'always'], [4, 'int64']),
  ProofOp: plain([1, 'bytes'], [2, 'bytes'], [3, 'bytes']),
  ProofOps: plain([1, 'ProofOp', 'many']),
  BlockParams: plain([1, 'int64'], [2, 'int64']),
  EvidenceParams: plain([1, 'int64'], [2, 'duration'], [3, 'int64']),
  ValidatorParams: plain([1, 'bytes', 'many']),
  VersionParams: plain([1, 'uint64']),
  AbciParams: plain([1, 'int64']),
  ConsensusParamsUpdate: plain(...PARAMS),
  // As a whole it has all groups.
  ConsensusParams: plain(...PARAMS.map(([number, type]) => [number, type, 'always'] as const)),
  BytesValue: plain([1, 'bytes']),
  AuthSigMessage: plain([1, 'PublicKey', 'always'], [2, 'bytes']),
  ProtocolVersion: plain([1, 'uint64'], [2, 'uint64'], [3, 'uint64']),
  NodeInfoOther: plain([1, 'bytes'], [2, 'bytes']),
  NodeInfo: plain([1, 'ProtocolVersion', 'always'], ...bytesFields(2, 7), [
    8,
    'NodeInfoOther',
    'always',
  ]),
  Empty: plain(),
  PacketMsg: plain([1, 'int32'], [2, 'bool'], [3, 'bytes']),
  Packet: oneof([1, 'Empty'], [2, 'Empty'], [3, 'PacketMsg']),
  Txs: oneof([1, 'Data']),
  NewRoundStep: plain(...PLACE, [3, 'uint32'], [4, 'int64'], [5, 'int32']),
  NewValidBlock: plain(...PLACE, [3, 'PartSetHeader', 'always'], [4, 'bits-of-parts'], [5, 'bool']),
  ProposalMessage: plain([1, 'Proposal', 'always']),
  ProposalPol: plain(...PLACE, [3, 'bits-of-votes', 'always']),
  BlockPart: plain(...PLACE, [3, 'Part', 'always']),
  VoteMessage: plain([1, 'Vote', 'needed']),
  HasVote: plain(...PLACE, [3, 'int32'], [4, 'int32']),
  VoteSetMaj23: plain(...PLACE, [3, 'int32'], [4, 'BlockId', 'always']),
  VoteSetBits: plain(
    ...PLACE,
    [3, 'int32'],
    [4, 'BlockId', 'always'],
    [5, 'bits-of-votes', 'always'],
  ),
  ConsensusMessage: oneof(
    [1, 'NewRoundStep'],
    [2, 'NewValidBlock'],
    [3, 'ProposalMessage'],
    [4, 'ProposalPol'],
    [5, 'BlockPart'],
    [6, 'VoteMessage'],
    [7, 'HasVote'],
    [8, 'VoteSetMaj23'],
    [9, 'VoteSetBits'],
  ),
  AHeight: plain([1, 'int64']),
  HeightAndBase: plain([1, 'int64'], [2, 'int64']),
  BlockResponse: plain([1, 'raw-block', 'needed'], [2, 'ExtendedCommit']),
  BlocksyncMessage: oneof(
    [1, 'AHeight'],
    [2, 'AHeight'],
    [3, 'BlockResponse'],
    [4, 'Empty'],
    [5, 'HeightAndBase'],
  ),
  EventAttribute: plain([1, 'bytes'], [2, 'bytes'], [3, 'bool']),
  Event: plain([1, 'bytes'], [2, 'EventAttribute', 'many']),
  ExecTxResult: plain(
    [1, 'uint32'],
    [2, 'bytes'],
    [3, 'bytes'],
    [4, 'bytes'],
    [5, 'int64'],
    [6, 'int64'],
    [7, 'Event', 'many'],
    [8, 'bytes'],
  ),
  ValidatorUpdate: plain([1, 'PublicKey', 'always'], [2, 'int64']),
  FinalizeBlockResponse: plain(
    [1, 'Event', 'many'],
    [2, 'ExecTxResult', 'many'],
    [3, 'ValidatorUpdate', 'many'],
    [4, 'ConsensusParamsUpdate'],
    [5, 'bytes'],
  ),
} as const satisfies Readonly<Record<string, MessageSpec>>
