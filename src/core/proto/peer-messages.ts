// The data of messages between peers: handshake, packets, consensus gossip, transactions, block
// sync.

import type { BitArray } from '../bytes/index.ts'
import type {
  Block,
  BlockId,
  ExtendedCommit,
  Part,
  PartSetHeader,
  Proposal,
  PublicKey,
  Vote,
} from './chain-messages.ts'

/** Proof of who speaks on a secret connection (Wire: p2p/conn.proto AuthSigMessage). */
export interface AuthSigMessage {
  readonly pubKey: PublicKey
  readonly sig: Uint8Array
}

/** Wire: p2p/types.proto ProtocolVersion. */
export interface ProtocolVersion {
  readonly p2p: bigint
  readonly block: bigint
  readonly app: bigint
}

/** What a node says about itself after the handshake (Wire: p2p/types.proto DefaultNodeInfo). */
export interface NodeInfo {
  readonly protocolVersion: ProtocolVersion
  readonly nodeId: string
  readonly listenAddress: string
  readonly network: string
  readonly version: string
  /** One byte per channel. */
  readonly channels: Uint8Array
  readonly moniker: string
  readonly txIndex: string
  readonly rpcAddress: string
}

/** One unit of the multiplexed connection (Wire: p2p/conn.proto Packet). */
export type Packet =
  | { readonly kind: 'ping' }
  | { readonly kind: 'pong' }
  | {
      readonly kind: 'msg'
      readonly channelId: number
      readonly eof: boolean
      readonly data: Uint8Array
    }

/** Every message of channels 0x20 to 0x23 (Wire: consensus/types.proto Message). */
export type ConsensusWireMessage =
  | NewRoundStepMessage
  | NewValidBlockMessage
  | ProposalMessage
  | ProposalPolMessage
  | BlockPartMessage
  | VoteMessage
  | HasVoteMessage
  | VoteSetMaj23Message
  | VoteSetBitsMessage

/** Where the sender is; `lastCommitRound` is -1 at the initial height. */
export interface NewRoundStepMessage {
  readonly kind: 'new-round-step'
  readonly height: bigint
  readonly round: number
  readonly step: number
  readonly secondsSinceStartTime: bigint
  readonly lastCommitRound: number
}

/** The sender has seen +2/3 for a block and says which of its parts it has. */
export interface NewValidBlockMessage {
  readonly kind: 'new-valid-block'
  readonly height: bigint
  readonly round: number
  readonly blockPartSetHeader: PartSetHeader
  readonly blockParts: BitArray
  readonly isCommit: boolean
}

/** A signed proposal. */
export interface ProposalMessage {
  readonly kind: 'proposal'
  readonly proposal: Proposal
}

/** The prevotes the sender has of the round that a proposal points back to. */
export interface ProposalPolMessage {
  readonly kind: 'proposal-pol'
  readonly height: bigint
  readonly proposalPolRound: number
  readonly proposalPol: BitArray
}

/** A part of the proposed block. */
export interface BlockPartMessage {
  readonly kind: 'block-part'
  readonly height: bigint
  readonly round: number
  readonly part: Part
}

/** A signed vote. */
export interface VoteMessage {
  readonly kind: 'vote'
  readonly vote: Vote
}

/** The sender has this vote: no need to send it. */
export interface HasVoteMessage {
  readonly kind: 'has-vote'
  readonly height: bigint
  readonly round: number
  readonly type: number
  readonly index: number
}

/** The sender has seen +2/3 of a kind of vote for this block id. */
export interface VoteSetMaj23Message {
  readonly kind: 'vote-set-maj23'
  readonly height: bigint
  readonly round: number
  readonly type: number
  readonly blockId: BlockId
}

/** Which votes for this block id the sender has. */
export interface VoteSetBitsMessage {
  readonly kind: 'vote-set-bits'
  readonly height: bigint
  readonly round: number
  readonly type: number
  readonly blockId: BlockId
  readonly votes: BitArray
}

/** A decoded block of block sync, with the exact bytes it was decoded from. */
export interface BlockResponseMessage {
  readonly kind: 'block-response'
  readonly block: Block
  /** The encoded block as received: what its parts are cut from. */
  readonly blockBytes: Uint8Array
  /** Present when the chain uses vote extensions. */
  readonly extCommit: ExtendedCommit | null
}

/** Every message of channel 0x40 (Wire: blocksync/types.proto Message). */
export type BlocksyncMessage =
  | { readonly kind: 'block-request'; readonly height: bigint }
  | { readonly kind: 'no-block-response'; readonly height: bigint }
  | BlockResponseMessage
  | { readonly kind: 'status-request' }
  | { readonly kind: 'status-response'; readonly height: bigint; readonly base: bigint }
