// What an engine is made of, and whom it tells its news.
import type { ChainState } from '../../core/chain/index.ts'
import type { TimeoutConfig } from '../../core/consensus/index.ts'
import type { Crypto } from '../../core/crypto/index.ts'
import type {
  Header,
  PartSetHeader,
  Proposal,
  ValidatorSet,
  Vote,
  VoteSet,
} from '../../core/types/index.ts'
import type { EventBus } from '../events/index.ts'
import type { BlockExecutor } from '../execution/index.ts'
import type { Mempool } from '../mempool/index.ts'
import type { Clock, Logger } from '../ports/index.ts'
import type { Signer } from '../privval/index.ts'
import type { WriteAheadLog } from '../wal/index.ts'

/** How the engine keeps time and when it makes blocks. */
export interface EngineConfig {
  readonly timeouts: TimeoutConfig
  readonly skipTimeoutCommit: boolean
  readonly createEmptyBlocks: boolean
  /** With empty blocks off: the longest wait for a transaction; 0 waits for ever. */
  readonly createEmptyBlocksIntervalMs: number
}

/** Who looks for faults in what the message pool lets in; all calls are synchronous. */
export interface FaultObserver {
  /** A height begins; the validators as they stand in its round 0. */
  enterHeight(height: bigint, validatorSet: ValidatorSet): void
  /** A verified vote, ours or another's, of this height or late. */
  onVote(vote: Vote): void
  /** Both are verified. */
  onConflictingVotes(first: Vote, second: Vote): void
  /** Both are verified. */
  onTwoProposals(first: Proposal, second: Proposal): void
}

/** What the engine is made of. */
export interface EngineOptions {
  readonly config: EngineConfig
  readonly crypto: Crypto
  readonly clock: Clock
  readonly logger: Logger
  readonly wal: WriteAheadLog
  /** Null on a node that only follows. */
  readonly signer: Signer | null
  readonly executor: BlockExecutor
  readonly mempool: Mempool
  readonly faults: FaultObserver
  readonly eventBus: EventBus
  /** The state after the last stored block, the application level with it. */
  readonly chainState: ChainState
  /** The precommits that decided the last stored block; null at the initial height. */
  readonly lastPrecommits: VoteSet | null
  /** The last stored block's header; null at the initial height. */
  readonly lastHeader: Header | null
  /** Called once when the engine cannot go on; the node must stop. */
  readonly onHalt: (error: Error) => void
}

/** Who passes the engine's news on to peers; all calls are synchronous and must not call back. */
export interface EngineListener {
  /** Height, round or step changed. */
  onStep(): void
  /** The part set that we collect was settled by votes. */
  onValidBlock(): void
  onVoteAdded(vote: Vote, own: boolean): void
  onPartAdded(header: PartSetHeader, index: number): void
  onProposal(proposal: Proposal, own: boolean): void
}
