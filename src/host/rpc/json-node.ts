// The node and its peers as JSON: node info, status, connections.

import type { BlockMeta, NodeInfo, PublicKey } from '../../core/proto/index.ts'
import { EMPTY_BYTES } from '../../core/bytes/index.ts'
import type { RpcChannelStatus, RpcFlow, RpcPeer } from './environment.ts'
import { publicKeyJson } from './json-chain.ts'
import { jsonHex, jsonInt64, jsonList, jsonString, jsonTime } from './json-text.ts'

/** What a node says about itself. */
export function nodeInfoJson(info: NodeInfo): string {
  const { p2p, block, app } = info.protocolVersion
  return (
    `{"protocol_version":{"p2p":${jsonInt64(p2p)},"block":${jsonInt64(block)}` +
    `,"app":${jsonInt64(app)}}` +
    `,"id":${jsonString(info.nodeId)},"listen_addr":${jsonString(info.listenAddress)}` +
    `,"network":${jsonString(info.network)},"version":${jsonString(info.version)}` +
    `,"channels":${jsonHex(info.channels)},"moniker":${jsonString(info.moniker)}` +
    `,"other":{"tx_index":${jsonString(info.txIndex)}` +
    `,"rpc_address":${jsonString(info.rpcAddress)}}}`
  )
}

/** What `status` shows beside the node info. */
export interface StatusParts {
  readonly earliest: BlockMeta | null
  readonly latest: BlockMeta | null
  readonly latestHeight: bigint
  readonly catchingUp: boolean
  readonly address: Uint8Array
  readonly pubKey: PublicKey
  readonly votingPower: bigint
}

/** What `status` answers. */
export function statusJson(info: NodeInfo, parts: StatusParts): string {
  const { earliest, latest } = parts
  return (
    `{"node_info":${nodeInfoJson(info)},"sync_info":{` +
    blockPointJson('latest', latest, parts.latestHeight) +
    `,${blockPointJson('earliest', earliest, earliest?.header.height ?? 0n)}` +
    `,"catching_up":${parts.catchingUp}}` +
    `,"validator_info":{"address":${jsonHex(parts.address)}` +
    `,"pub_key":${publicKeyJson(parts.pubKey)}` +
    `,"voting_power":${jsonInt64(parts.votingPower)}}}`
  )
}

/** The time of a block that is not there is 1970, not the zero time, as in CometBFT. */
function blockPointJson(name: string, meta: BlockMeta | null, height: bigint): string {
  return (
    `"${name}_block_hash":${jsonHex(meta?.blockId.hash ?? EMPTY_BYTES)}` +
    `,"${name}_app_hash":${jsonHex(meta?.header.appHash ?? EMPTY_BYTES)}` +
    `,"${name}_block_height":${jsonInt64(height)}` +
    `,"${name}_block_time":${jsonTime(meta?.header.time ?? 0n)}`
  )
}

/** What `net_info` answers. CometBFT prints its listener without the address, and so do we. */
export function netInfoJson(isListening: boolean, peers: readonly RpcPeer[]): string {
  return (
    `{"listening":${isListening},"listeners":["Listener(@)"],"n_peers":${jsonInt64(peers.length)}` +
    `,"peers":${jsonList(peers, peerJson)}}`
  )
}

function peerJson(peer: RpcPeer): string {
  return (
    `{"node_info":${nodeInfoJson(peer.nodeInfo)},"is_outbound":${peer.outbound}` +
    `,"connection_status":{"Duration":${jsonInt64(peer.duration)}` +
    `,"SendMonitor":${flowJson(peer.sent)},"RecvMonitor":${flowJson(peer.received)}` +
    `,"Channels":${jsonList(peer.channels, channelJson)}},"remote_ip":${jsonString(peer.remoteIp)}}`
  )
}

function flowJson(flow: RpcFlow): string {
  return (
    `{"Start":${jsonTime(flow.start)},"Bytes":${jsonInt64(flow.bytes)}` +
    `,"Samples":${jsonInt64(flow.samples)},"InstRate":${jsonInt64(flow.instRate)}` +
    `,"CurRate":${jsonInt64(flow.curRate)},"AvgRate":${jsonInt64(flow.avgRate)}` +
    `,"PeakRate":${jsonInt64(flow.peakRate)},"BytesRem":"0"` +
    `,"Duration":${jsonInt64(flow.duration)},"Idle":${jsonInt64(flow.idle)}` +
    `,"TimeRem":"0","Progress":0,"Active":${flow.active}}`
  )
}

function channelJson(channel: RpcChannelStatus): string {
  return (
    `{"ID":${channel.id},"SendQueueCapacity":${jsonInt64(channel.sendQueueCapacity)}` +
    `,"SendQueueSize":${jsonInt64(channel.sendQueueSize)}` +
    `,"Priority":${jsonInt64(channel.priority)}` +
    `,"RecentlySent":${jsonInt64(channel.recentlySent)}}`
  )
}
