// What a run tells whoever watches, one plain record an event.

/** What happened. */
export type SimEventKind =
  | 'start'
  | 'propose'
  | 'prevote'
  | 'precommit'
  | 'decide'
  | 'round'
  | 'height'
  | 'wait'
  | 'timeout'
  | 'send'
  | 'deliver'
  | 'drop'
  | 'partition'
  | 'heal'
  | 'crash'
  | 'restart'
  | 'pause'
  | 'resume'
  | 'disk-fault'
  | 'skew'
  | 'power'
  | 'params'
  | 'halt'
  | 'peer-dropped'
  | 'healed'
  | 'violation'

/** One line of a trace. */
export interface SimEvent {
  /** Virtual time since the start of the run. */
  readonly atMs: number
  /** The node it happened to; -1 for the whole world. */
  readonly node: number
  readonly height: bigint
  readonly round: number
  /** The step of that node's consensus, empty while it is down. */
  readonly step: string
  readonly kind: SimEventKind
  /** The lines of Algorithm 1 (arXiv:1807.04938) at work, such as `L22-L27`. */
  readonly line?: string
  /** For humans: a vote's value, a message's kind and its receiver, the reason of a halt. */
  readonly detail: string
}
