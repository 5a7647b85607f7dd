// What a simulated run is made of, as plain data: printable, comparable, replayable.

import type { TimeoutConfig } from '../../core/consensus/index.ts'
import type { EvidenceRule, LockRule } from '../../core/types/index.ts'

/** Smallest and largest of a draw in whole milliseconds, both inclusive. */
export type RangeMs = readonly [least: number, most: number]

/** Smallest and largest of a draw in bytes, both inclusive. */
export type RangeBytes = readonly [least: number, most: number]

/** What the network does to whole messages. Fractions are between 0 and 1. */
export interface NetworkPlan {
  readonly latencyMs: RangeMs
  /** Messages that never arrive. */
  readonly loss: number
  /** Messages that arrive twice. */
  readonly duplicate: number
  /** Messages that others of the same connection may overtake. */
  readonly reorder: number
  /** What becomes of messages that meet a partition: kept until it heals, or lost. */
  readonly whenCut: 'hold' | 'drop'
  /** How long after a loss the connection is found broken, and between two attempts to make one. */
  readonly reconnectMs: RangeMs
  /** Bytes on their way to one peer; beyond it nothing more is taken until some have arrived. */
  readonly queueBytes: number
}

/** How disks behave. Fractions are between 0 and 1. */
export interface DiskPlan {
  readonly syncMs: RangeMs
  /** Unsynced changes that survive a crash. */
  readonly kept: number
  /** Surviving writes that are cut short. */
  readonly torn: number
}

/** Of so many heights a validator must have signed so many, or it was down. */
export interface DowntimePlan {
  readonly window: number
  readonly minSigned: number
}

/** Evidence that is older by both counts is for no block any more. */
export interface EvidenceAgePlan {
  readonly blocks: number
  readonly ms: number
}

/** Consensus parameters. */
export interface ParamsPlan {
  readonly blockBytes: number
  readonly evidenceAge: EvidenceAgePlan
}

/** A validator that lies. */
export interface ByzantinePlan {
  readonly index: number
  /** One of the names of `VILLAINS`. */
  readonly villain: string
  /** Honest below this height. */
  readonly fromHeight?: number
}

/** Something that happens at a moment of virtual time. */
export type ScriptEvent = { readonly atMs: number } & ScriptAction

/** What can be done to a world; nodes are named by index. */
export type ScriptAction =
  /**
   * Nodes of different groups cannot reach each other; a node of no group is alone. One way: only
   * messages from an earlier group to a later one are cut.
   */
  | {
      readonly do: 'partition'
      readonly groups: readonly (readonly number[])[]
      readonly oneWay?: boolean
    }
  /** Ends the partition. */
  | { readonly do: 'heal' }
  /**
   * Power loss; with `steps`, in the middle of the disk's work, just before its n-th step from now.
   */
  | { readonly do: 'crash'; readonly node: number; readonly steps?: number }
  /** Starts a node that is down on what is on its disk. */
  | { readonly do: 'restart'; readonly node: number }
  /** The process stands still: nothing fires, arriving messages wait. */
  | { readonly do: 'pause'; readonly node: number }
  | { readonly do: 'resume'; readonly node: number }
  /** The next operation of that kind fails, or one bit of the log is turned over. */
  | { readonly do: 'disk-fault'; readonly node: number; readonly fault: DiskFault }
  /** The wall clock jumps by so much. */
  | { readonly do: 'skew'; readonly node: number; readonly byMs: number }
  /** A client asks for another voting power of a validator; 0 takes it out. */
  | { readonly do: 'power'; readonly node: number; readonly power: number }
  /** A client asks for other consensus parameters. */
  | { readonly do: 'params'; readonly params: ParamsPlan }

/** What can go wrong with a disk. */
export type DiskFault = 'fail-sync' | 'fail-write' | 'bit-flip'

/** One run, completely: the same plan gives the same events on every machine. */
export interface Plan {
  /** Draws everything that the plan leaves open: latencies, losses, which writes survive. */
  readonly seed: number
  readonly validators: number
  /** Voting power by index, in whole numbers; who has 0 is no validator when the chain begins. */
  readonly powers: readonly number[]
  /**
   * The run ends once every node of the healed core has these, or every honest node that runs when
   * it is never healed; 0 runs to `maxMs`.
   */
  readonly heights: number
  readonly maxMs: number
  /** From here on a connected core of honest nodes does not fail any more. */
  readonly healMs: number
  readonly lockRule: LockRule
  /** Which evidence blocks carry. */
  readonly evidenceRule: EvidenceRule
  readonly downtime: DowntimePlan
  readonly evidenceAge: EvidenceAgePlan
  /** `cheap`: keyed hashes in place of signatures, which nobody can forge within the simulator. */
  readonly crypto: 'cheap' | 'ed25519'
  readonly times: TimeoutConfig
  /** A height begins as soon as all have precommitted the one before, its commit time not over. */
  readonly skipTimeoutCommit: boolean
  readonly network: NetworkPlan
  readonly disk: DiskPlan
  /** How far the wall clock of each node is off. */
  readonly skewMs: readonly number[]
  readonly txsPerSecond: number
  /** What transactions are filled up to; those of a smaller draw are as short as can be. */
  readonly txBytes: RangeBytes
  readonly byzantine: readonly ByzantinePlan[]
  readonly script: readonly ScriptEvent[]
}
