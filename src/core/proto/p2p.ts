// Handshake and packets between peers on the wire (p2p/conn.proto, p2p/types.proto).

import { EMPTY_BYTES } from '../bytes/index.ts'
import { NO_PUBLIC_KEY, readPublicKey, requirePublicKey, writePublicKey } from './crypto.ts'
import type { Mutable } from './mutable.ts'
import type { AuthSigMessage, NodeInfo, Packet, ProtocolVersion } from './peer-messages.ts'
import { Reader } from './reader.ts'
import { encodeMessage } from './writer.ts'
import type { Writer } from './writer.ts'

const EMPTY_NODE_INFO: NodeInfo = {
  protocolVersion: { p2p: 0n, block: 0n, app: 0n },
  nodeId: '',
  listenAddress: '',
  network: '',
  version: '',
  channels: EMPTY_BYTES,
  moniker: '',
  txIndex: '',
  rpcAddress: '',
}

function writeAuthSig(writer: Writer, message: AuthSigMessage): void {
  writer.bytes(0x12, message.sig)
  writer.message(0x0a, writePublicKey, message.pubKey)
}

/** Wire: p2p/conn.proto AuthSigMessage. */
export function encodeAuthSigMessage(message: AuthSigMessage): Uint8Array {
  return encodeMessage(writeAuthSig, message)
}

/** @throws ProtoError on malformed bytes or a key of no known kind. */
export function decodeAuthSigMessage(bytes: Uint8Array): AuthSigMessage {
  const reader = new Reader(bytes)
  let pubKey = NO_PUBLIC_KEY
  let sig = EMPTY_BYTES
  while (reader.pos < reader.end) {
    const tag = reader.tag()
    if (tag === 0x0a) pubKey = reader.message(readPublicKey, pubKey)
    else if (tag === 0x12) sig = reader.view()
    else reader.skip(tag, 2)
  }
  return { pubKey: requirePublicKey(reader, pubKey), sig }
}

function readProtocolVersion(reader: Reader, base: ProtocolVersion): ProtocolVersion {
  let { p2p, block, app } = base
  while (reader.pos < reader.end) {
    const tag = reader.tag()
    if (tag === 0x08) p2p = reader.uint64()
    else if (tag === 0x10) block = reader.uint64()
    else if (tag === 0x18) app = reader.uint64()
    else reader.skip(tag, 3)
  }
  return { p2p, block, app }
}

function writeProtocolVersion(writer: Writer, version: ProtocolVersion): void {
  writer.uint64(0x18, version.app)
  writer.uint64(0x10, version.block)
  writer.uint64(0x08, version.p2p)
}

/** DefaultNodeInfoOther, whose two fields stand directly in NodeInfo here. */
function readOther(reader: Reader, base: Mutable<NodeInfo>): Mutable<NodeInfo> {
  while (reader.pos < reader.end) {
    const tag = reader.tag()
    if (tag === 0x0a) base.txIndex = reader.string()
    else if (tag === 0x12) base.rpcAddress = reader.string()
    else reader.skip(tag, 2)
  }
  return base
}

function writeOther(writer: Writer, info: NodeInfo): void {
  writer.string(0x12, info.rpcAddress)
  writer.string(0x0a, info.txIndex)
}

function writeNodeInfo(writer: Writer, info: NodeInfo): void {
  writer.message(0x42, writeOther, info)
  writer.string(0x3a, info.moniker)
  writer.bytes(0x32, info.channels)
  writer.string(0x2a, info.version)
  writer.string(0x22, info.network)
  writer.string(0x1a, info.listenAddress)
  writer.string(0x12, info.nodeId)
  writer.message(0x0a, writeProtocolVersion, info.protocolVersion)
}

/** Wire: p2p/types.proto DefaultNodeInfo. */
export function encodeNodeInfo(info: NodeInfo): Uint8Array {
  return encodeMessage(writeNodeInfo, info)
}

/** @throws ProtoError on malformed bytes. */
export function decodeNodeInfo(bytes: Uint8Array): NodeInfo {
  const reader = new Reader(bytes)
  const info: Mutable<NodeInfo> = { ...EMPTY_NODE_INFO }
  while (reader.pos < reader.end) {
    const tag = reader.tag()
    switch (tag) {
      case 0x0a:
        info.protocolVersion = reader.message(readProtocolVersion, info.protocolVersion)
        break
      case 0x12:
        info.nodeId = reader.string()
        break
      case 0x1a:
        info.listenAddress = reader.string()
        break
      case 0x22:
        info.network = reader.string()
        break
      case 0x2a:
        info.version = reader.string()
        break
      case 0x32:
        info.channels = reader.view()
        break
      case 0x3a:
        info.moniker = reader.string()
        break
      case 0x42:
        reader.message(readOther, info)
        break
      default:
        reader.skip(tag, 8)
    }
  }
  return info
}

/** A message without fields. */
function readNothing<T>(reader: Reader, base: T): T {
  while (reader.pos < reader.end) reader.skip(reader.tag(), 0)
  return base
}

function readPacketMsg(reader: Reader): Packet {
  let channelId = 0
  let eof = false
  let data = EMPTY_BYTES
  while (reader.pos < reader.end) {
    const tag = reader.tag()
    if (tag === 0x08) channelId = reader.int32()
    else if (tag === 0x10) eof = reader.bool()
    else if (tag === 0x1a) data = reader.view()
    else reader.skip(tag, 3)
  }
  return { kind: 'msg', channelId, eof, data }
}

function writePacketBody(writer: Writer, packet: Packet): void {
  if (packet.kind !== 'msg') return
  writer.bytes(0x1a, packet.data)
  writer.bool(0x10, packet.eof)
  writer.int32(0x08, packet.channelId)
}

const PACKET_TAG = { ping: 0x0a, pong: 0x12, msg: 0x1a } as const

function writePacket(writer: Writer, packet: Packet): void {
  writer.message(PACKET_TAG[packet.kind], writePacketBody, packet)
}

/** Wire: p2p/conn.proto Packet, without the length prefix that it has in the stream. */
export function encodePacket(packet: Packet): Uint8Array {
  return encodeMessage(writePacket, packet)
}

/** @throws ProtoError on malformed bytes or a packet of no known kind. */
export function decodePacket(bytes: Uint8Array): Packet {
  const reader = new Reader(bytes)
  let packet: Packet | null = null
  while (reader.pos < reader.end) {
    const tag = reader.tag()
    if (tag === 0x0a) packet = reader.message(readNothing, { kind: 'ping' } as const)
    else if (tag === 0x12) packet = reader.message(readNothing, { kind: 'pong' } as const)
    else if (tag === 0x1a) packet = reader.message(readPacketMsg, packet)
    else reader.skip(tag, 3)
  }
  if (packet === null) throw reader.fail('PROTO_MISSING', 'packet of no known kind')
  return packet
}
