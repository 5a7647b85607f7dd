// Judges what a node says about itself: is it well formed, and can we talk with it.

import { toHex } from '../../core/bytes/index.ts'
import type { NodeInfo } from '../../core/proto/index.ts'
import type { PeerError } from './errors.ts'
import { splitHostPort, withoutScheme } from './peer-address.ts'

/** Bytes of the longest NodeInfo taken. Wire: C:p2p/node_info.go MaxNodeInfoSize. */
export const MAX_NODE_INFO_SIZE = 10_240
const MAX_CHANNELS = 16
const ASCII = /^[\x20-\x7e]+$/

function isAsciiText(text: string): boolean {
  return ASCII.test(text) && text.trim() !== ''
}

/**
 * What is wrong with the form of a NodeInfo, or null. Source: wire.md 2.2.
 * @param id the node id that the secret connection has authenticated
 */
export function validateNodeInfo(nodeInfo: NodeInfo, id: string): string | null {
  if (nodeInfo.nodeId !== id) return 'the node id is not that of the node key'
  const listens = splitHostPort(withoutScheme(nodeInfo.listenAddress))
  if (listens === null) return 'the listen address is not host:port'
  if (nodeInfo.channels.length > MAX_CHANNELS) return `more than ${MAX_CHANNELS} channels`
  if (new Set(nodeInfo.channels).size !== nodeInfo.channels.length) return 'a channel listed twice'
  if (!isAsciiText(nodeInfo.moniker)) return 'the moniker is not printable ASCII text'
  if (nodeInfo.version !== '' && !isAsciiText(nodeInfo.version)) return 'the version is not ASCII'
  if (!['', 'on', 'off'].includes(nodeInfo.txIndex)) return 'tx_index is neither on nor off'
  if (nodeInfo.rpcAddress !== '' && !isAsciiText(nodeInfo.rpcAddress)) {
    return 'the RPC address is not ASCII'
  }
  return null
}

/** Why two nodes cannot be peers, or null. The P2P version is not compared, as in CometBFT. */
export function compareNodeInfo(ours: NodeInfo, theirs: NodeInfo): PeerError | null {
  const blockVersion = theirs.protocolVersion.block
  if (ours.protocolVersion.block !== blockVersion) {
    return incompatible('block version', `${ours.protocolVersion.block}`, `${blockVersion}`)
  }
  if (ours.network !== theirs.network) return incompatible('network', ours.network, theirs.network)
  if (!ours.channels.some((channel) => theirs.channels.includes(channel))) {
    return incompatible('channels', toHex(ours.channels), toHex(theirs.channels))
  }
  return null
}

function incompatible(
  field: 'network' | 'block version' | 'channels',
  ours: string,
  theirs: string,
): PeerError {
  return { code: 'P2P_INCOMPATIBLE', field, ours, theirs }
}
