// The events that a node publishes, typed by kind; the kinds are CometBFT's event names.

import type {
  Block,
  BlockId,
  Event,
  Evidence,
  ExecTxResult,
  FinalizeBlockResponse,
  Header,
  ValidatorUpdate,
  Vote,
} from '../../core/proto/index.ts'

/** Height, round and step of consensus; `step` is CometBFT's name, such as `RoundStepPropose`. */
export interface RoundStepEvent {
  readonly height: bigint
  readonly round: number
  readonly step: string
}

/** A transaction of a committed block with its result. `hash` is its SHA-256. */
export interface TxEvent {
  readonly kind: 'Tx'
  readonly height: bigint
  readonly index: number
  readonly tx: Uint8Array
  readonly hash: Uint8Array
  readonly result: ExecTxResult
}

/**
 * A committed block with everything the application answered. `round` is the round of its commit.
 */
export interface NewBlockEvent {
  readonly kind: 'NewBlock'
  readonly block: Block
  readonly blockId: BlockId
  readonly round: number
  readonly response: FinalizeBlockResponse
}

/**
 * A fault that this node detected, or learnt of by evidence that it verified, whether or not blocks
 * of the chain carry it; once. CometBFT has no such event.
 */
export interface FaultEvent {
  readonly kind: 'Fault'
  readonly height: bigint
  /** `equivocation`, `double-proposal`, `downtime`, `light-client-attack` or `amnesia`. */
  readonly fault: string
  /** Addresses of the accused. */
  readonly validators: readonly Uint8Array[]
  /** Who did what, for people. */
  readonly text: string
  /** False for a suspicion, for which nobody is to be punished. */
  readonly isProved: boolean
  /** The proof; null for amnesia, which has no form that others verify. */
  readonly evidence: Evidence | null
}

/**
 * Everything that can be subscribed to. Order at a height: NewBlock, NewBlockHeader,
 * NewBlockEvents, NewEvidence, Tx, ValidatorSetUpdates.
 */
export type ChainEvent =
  | NewBlockEvent
  | { readonly kind: 'NewBlockHeader'; readonly header: Header }
  | {
      readonly kind: 'NewBlockEvents'
      readonly height: bigint
      readonly events: readonly Event[]
      readonly numTxs: bigint
    }
  | { readonly kind: 'NewEvidence'; readonly height: bigint; readonly evidence: Evidence }
  | TxEvent
  | {
      readonly kind: 'ValidatorSetUpdates'
      readonly height: bigint
      readonly validatorUpdates: readonly ValidatorUpdate[]
    }
  | { readonly kind: 'Vote'; readonly vote: Vote }
  | ({ readonly kind: 'NewRoundStep' | 'Polka' | 'Lock' | 'ValidBlock' } & RoundStepEvent)
  | ({
      readonly kind: 'NewRound'
      readonly proposer: { readonly address: Uint8Array; readonly index: number }
    } & RoundStepEvent)
  | FaultEvent
  | ({ readonly kind: 'CompleteProposal'; readonly blockId: BlockId } & RoundStepEvent)

/** The name of an event, the value of the reserved key `tm.event`. */
export type ChainEventKind = ChainEvent['kind']
