// What rpc sees of a replica: the reads it asks for, from the rooms that have them.
import { ZERO_TIME } from '../../core/bytes/index.ts'
import type { Time } from '../../core/bytes/index.ts'
import { EMPTY_PART_SET_HEADER, formatGenesis, VoteType } from '../../core/types/index.ts'
import type { PublicKey } from '../../core/types/index.ts'
import type { Link } from '../gossip/index.ts'
import type { Peer } from '../p2p/index.ts'
import type { Clock } from '../ports/index.ts'
import type {
  RpcEnvironment,
  RpcFlow,
  RpcIndexedTx,
  RpcPeer,
  RpcPeerRound,
  RpcSubmission,
} from '../rpc/index.ts'
import { infoRequestOf } from './foundation.ts'
import type { Replica } from './replica.ts'

const NS_PER_MS = 1_000_000

/** The rpc environment of a replica; `validatorPubKey` may belong to a key that never signs. */
export function rpcEnvironmentOf(replica: Replica, validatorPubKey: PublicKey): RpcEnvironment {
  const { options, blockStore, stateStore, mempool, application, engine } = replica
  const { clock, crypto, logger } = options.ports
  return {
    clock,
    crypto,
    logger: logger.child('rpc'),
    genesisText: formatGenesis(options.genesis),
    blocks: blockStore,
    states: stateStore,
    txIndex: replica.txIndex === null ? null : { findTx: findTx(replica), txsAt: txsAt(replica) },
    mempool: {
      get size() {
        return mempool.size
      },
      get sizeBytes() {
        return mempool.sizeBytes
      },
      submit: (tx) => submitTo(replica, tx),
      list: (limit) => mempool.reapMaxTxs(limit),
    },
    evidence: {
      submit: async (evidence) => {
        const answer = await replica.evidence.add(evidence, 'rpc')
        return 'reason' in answer ? answer.reason : null
      },
    },
    application: {
      info: () => application.info(infoRequestOf(options)),
      query: (request) => application.query(request),
      checkTx: (tx) => application.checkTx({ tx, kind: 'new' }),
    },
    events: replica.eventBus,
    validatorPubKey,
    nodeInfo: () => replica.nodeInfo(),
    isCatchingUp: () => replica.isCatchingUp(),
    isListening: () => true,
    peers: () => peersOf(replica, clock),
    consensus: () => ({
      state: engine.state,
      startTime: timeOf(clock, engine.startedAtMs),
      commitTime: engine.decidedAtMs === null ? ZERO_TIME : timeOf(clock, engine.decidedAtMs),
      blockOf: (blockId) => engine.blockOf(blockId),
    }),
  }
}

function submitTo(replica: Replica, tx: Uint8Array): RpcSubmission | Promise<RpcSubmission> {
  const checked = replica.mempool.checkTx(tx)
  return checked instanceof Promise ? checked.then(submissionOf) : submissionOf(checked)
}

function submissionOf(result: Awaited<ReturnType<Replica['mempool']['checkTx']>>): RpcSubmission {
  return result.ok
    ? { kind: 'checked', response: result.value }
    : { kind: 'refused', reason: result.error.reason }
}

function findTx(replica: Replica): (hash: Uint8Array) => Promise<RpcIndexedTx | null> {
  return async (hash) => {
    const place = (await replica.txIndex?.find(hash)) ?? null
    if (place === null) return null
    const txs = await txsAt(replica)(place.height)
    return txs[place.index] ?? null
  }
}

function txsAt(replica: Replica): (height: bigint) => Promise<readonly RpcIndexedTx[]> {
  return async (height) => {
    const block = await replica.blockStore.loadBlock(height)
    const results = await replica.stateStore.loadResults(height)
    if (block === null || results === null) return []
    return block.txs.flatMap((tx, index) => {
      const result = results.txResults[index]
      return result === undefined ? [] : [{ height, index, tx, result }]
    })
  }
}

// A moment of the monotonic clock as wall time, for display only.
function timeOf(clock: Clock, monotonicMs: number): Time {
  return clock.now() - BigInt(Math.round((clock.monotonicMs() - monotonicMs) * NS_PER_MS))
}

function peersOf(replica: Replica, clock: Clock): RpcPeer[] {
  const links = new Map(replica.gossip.links().map((link) => [link.peer.id, link]))
  return replica.switch.peers().map((peer) => peerOf(peer, links.get(peer.id), clock))
}

function peerOf(peer: Peer, link: Link | undefined, clock: Clock): RpcPeer {
  const stats = peer.stats()
  const duration = BigInt(Math.round(stats.durationMs * NS_PER_MS))
  const start = clock.now() - duration
  return {
    nodeInfo: peer.nodeInfo,
    outbound: peer.outbound,
    remoteIp: peer.remoteIp,
    nodeAddress: `${peer.id}@${peer.remoteAddress}`,
    duration,
    sent: flowOf(stats.bytesSent, start, duration),
    received: flowOf(stats.bytesReceived, start, duration),
    channels: stats.channels.map((channel) => ({
      id: channel.id,
      sendQueueCapacity: channel.sendQueueBytes,
      sendQueueSize: channel.queuedMessages,
      priority: channel.priority,
      recentlySent: BigInt(Math.round(channel.recentlySent)),
    })),
    round: link === undefined ? null : roundOf(link, start),
  }
}

function flowOf(bytes: number, start: Time, duration: bigint): RpcFlow {
  const seconds = Number(duration) / 1e9
  const average = seconds > 0 ? BigInt(Math.round(bytes / seconds)) : 0n
  return {
    start,
    bytes: BigInt(bytes),
    samples: 0n,
    instRate: average,
    curRate: average,
    avgRate: average,
    peakRate: average,
    duration,
    idle: 0n,
    active: true,
  }
}

function roundOf({ known }: Link, startTime: Time): RpcPeerRound | null {
  if (known.height === 0n) return null
  return {
    height: known.height,
    round: known.round,
    step: known.step,
    startTime,
    proposal: known.hasProposal,
    proposalBlockId: known.partsHeader ?? EMPTY_PART_SET_HEADER,
    proposalParts: known.parts,
    polRound: known.polRound,
    pol: known.polRound < 0 ? null : known.knownVotes(known.polRound, VoteType.prevote),
    prevotes: known.knownVotes(known.round, VoteType.prevote),
    precommits: known.knownVotes(known.round, VoteType.precommit),
    lastCommitRound: known.lastCommitRound,
    lastCommit: known.knownLastCommit,
    catchupCommitRound: -1,
    catchupCommit: null,
    votesReceived: 0n,
    blockPartsReceived: 0n,
  }
}
