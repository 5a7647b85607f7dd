// Why a connection was refused or ended, as data, and what follows: log level, penalty and metric
// label.

import { CONN_PENALTIES, formatConnError } from '../conn/index.ts'
import type { ConnError } from '../conn/index.ts'

/** The step of the handshake that took too long. */
export type HandshakeStep = 'hello' | 'auth' | 'node-info'

/** The end of a connection, or of an attempt at one. */
export type PeerError =
  | { readonly code: 'P2P_DIAL_FAILED'; readonly reason: string }
  | { readonly code: 'P2P_HANDSHAKE_TIMEOUT'; readonly step: HandshakeStep }
  /** Too many strangers were shaking hands at once; the oldest silent one makes room. */
  | { readonly code: 'P2P_CROWDED' }
  | { readonly code: 'P2P_SELF' }
  | { readonly code: 'P2P_WRONG_ID'; readonly expected: string; readonly actual: string }
  | { readonly code: 'P2P_BANNED'; readonly remainingMs: number }
  | { readonly code: 'P2P_DUPLICATE' }
  /** Both sides dialled at once, and this is the connection that both give up. */
  | { readonly code: 'P2P_REPLACED' }
  | { readonly code: 'P2P_TOO_MANY_INBOUND'; readonly limit: number }
  | { readonly code: 'P2P_BAD_NODE_INFO'; readonly reason: string }
  | {
      readonly code: 'P2P_INCOMPATIBLE'
      readonly field: 'network' | 'block version' | 'channels'
      readonly ours: string
      readonly theirs: string
    }
  | { readonly code: 'P2P_CONN'; readonly error: ConnError }
  /** A message that no decoder takes. */
  | { readonly code: 'P2P_BAD_MESSAGE'; readonly channelId: number; readonly reason: string }
  /** A reactor judged that the peer broke the rules of its protocol. */
  | { readonly code: 'P2P_VIOLATION'; readonly reason: string }
  /** A reactor or an operator has no more use for the peer, which did nothing wrong. */
  | { readonly code: 'P2P_DISMISSED'; readonly reason: string }
  | { readonly code: 'P2P_WRITE_STALLED'; readonly timeoutMs: number }
  | { readonly code: 'P2P_CLOSED'; readonly reason: string }
  | { readonly code: 'P2P_STOPPED' }

/** What follows from an error. */
export interface PeerErrorRule {
  readonly level: 'debug' | 'info' | 'warn'
  /** Kept away for a while by its id, or free to return at once. */
  readonly penalty: 'ban' | 'none'
}

const QUIET: PeerErrorRule = { level: 'debug', penalty: 'none' }
const NOTED: PeerErrorRule = { level: 'info', penalty: 'none' }
const MISCONFIGURED: PeerErrorRule = { level: 'warn', penalty: 'none' }
const HOSTILE: PeerErrorRule = { level: 'warn', penalty: 'ban' }

const RULES: Readonly<Record<Exclude<PeerError['code'], 'P2P_CONN'>, PeerErrorRule>> = {
  P2P_DIAL_FAILED: NOTED,
  P2P_HANDSHAKE_TIMEOUT: NOTED,
  P2P_CROWDED: QUIET,
  P2P_SELF: MISCONFIGURED,
  P2P_WRONG_ID: MISCONFIGURED,
  P2P_BANNED: QUIET,
  P2P_DUPLICATE: QUIET,
  P2P_REPLACED: QUIET,
  P2P_TOO_MANY_INBOUND: QUIET,
  P2P_BAD_NODE_INFO: MISCONFIGURED,
  P2P_INCOMPATIBLE: MISCONFIGURED,
  P2P_BAD_MESSAGE: HOSTILE,
  P2P_VIOLATION: HOSTILE,
  P2P_DISMISSED: NOTED,
  P2P_WRITE_STALLED: NOTED,
  P2P_CLOSED: NOTED,
  P2P_STOPPED: NOTED,
}

/**
 * The level of the log line about an error and the penalty for the peer. The code is the metric
 * label.
 */
export function ruleOf(error: PeerError): PeerErrorRule {
  if (error.code !== 'P2P_CONN') return RULES[error.code]
  return CONN_PENALTIES[error.error.code] === 'ban' ? HOSTILE : NOTED
}

/** The most telling code: that of the connection's fault when there is one. */
export function codeOf(error: PeerError): string {
  return error.code === 'P2P_CONN' ? error.error.code : error.code
}

/** The error in words. */
export function formatPeerError(error: PeerError): string {
  switch (error.code) {
    case 'P2P_DIAL_FAILED':
    case 'P2P_BAD_NODE_INFO':
    case 'P2P_VIOLATION':
    case 'P2P_DISMISSED':
    case 'P2P_CLOSED':
      return error.reason
    case 'P2P_BAD_MESSAGE':
      return `channel 0x${error.channelId.toString(16)}: ${error.reason}`
    case 'P2P_CONN':
      return formatConnError(error.error)
    case 'P2P_WRONG_ID':
      return `dialled ${error.expected} and reached ${error.actual}`
    case 'P2P_INCOMPATIBLE':
      return `${error.field}: ours ${error.ours}, theirs ${error.theirs}`
    default:
      return formatShort(error)
  }
}

function formatShort(error: PeerError): string {
  switch (error.code) {
    case 'P2P_HANDSHAKE_TIMEOUT':
      return `the handshake took too long at ${error.step}`
    case 'P2P_CROWDED':
      return 'too many handshakes at once'
    case 'P2P_SELF':
      return 'this is our own node id'
    case 'P2P_BANNED':
      return `banned for another ${Math.ceil(error.remainingMs / 1000)} s`
    case 'P2P_DUPLICATE':
      return 'already connected'
    case 'P2P_REPLACED':
      return 'replaced by the connection dialled the other way'
    case 'P2P_TOO_MANY_INBOUND':
      return `${error.limit} inbound peers are enough`
    case 'P2P_WRITE_STALLED':
      return `nothing was read for ${error.timeoutMs} ms`
    default:
      return 'the node stops'
  }
}
