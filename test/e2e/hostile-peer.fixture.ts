// A peer that shakes hands as every node does, hears where the node is, and then does as it likes.

import { randomBytes } from 'node:crypto'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { concatBytes } from '../../src/core/bytes/index.ts'
import {
  decodeConsensusMessage,
  encodeDelimited,
  encodeNodeInfo,
  encodePacket,
} from '../../src/core/proto/index.ts'
import type { ConsensusWireMessage } from '../../src/core/proto/index.ts'
import { MConnection, SecretConnection } from '../../src/host/conn/index.ts'
import { peerIdOf } from '../../src/host/p2p/index.ts'
import {
  nativeChannelCrypto,
  nativeCrypto,
  systemClock,
  tcpNetwork,
} from '../../src/node/platform/index.ts'
import type { Stream } from '../../src/host/ports/index.ts'

/** Where the node says it is. */
export type Place = Extract<ConsensusWireMessage, { kind: 'new-round-step' }>

const MIB = 1024 * 1024
const CHANNELS = Uint8Array.of(0x20, 0x21, 0x22, 0x23, 0x30, 0x40)
const NODE_INFO_LENGTH_BYTES = 2
const PACKET_DATA = 1024

/** One connection of an attacker. */
export class HostilePeer {
  /** Resolves with the end of the connection. */
  readonly closed: Promise<string>
  readonly stream: Stream
  readonly #connection: SecretConnection
  readonly #received: MConnection
  #nodeInfo: Uint8Array | null = new Uint8Array(0)
  #place: Place | null = null
  readonly #waiters: ((place: Place) => void)[] = []

  private constructor(stream: Stream, network: string) {
    this.stream = stream
    const nodeKeySeed = new Uint8Array(randomBytes(32))
    const id = peerIdOf(nativeCrypto, nativeCrypto.publicKeyEd25519(nodeKeySeed))
    const ofChannels = [...CHANNELS].map((channel) => ({ id: channel, priority: 1 }))
    this.#received = new MConnection({
      channels: ofChannels.map((each) => ({
        ...each,
        recvMessageCapacity: 100 * MIB,
        sendQueueBytes: MIB,
      })),
      clock: systemClock,
      onMessage: (channelId, message) => this.#hear(channelId, message),
      onPending: () => undefined,
      onTimeout: () => undefined,
    })
    this.#connection = new SecretConnection(
      {
        crypto: nativeCrypto,
        channelCrypto: nativeChannelCrypto,
        nodeKeySeed,
        ephemeralSeed: new Uint8Array(randomBytes(32)),
      },
      {
        write: (bytes) => void stream.write(bytes),
        onOpen: () => {
          const info = {
            protocolVersion: { p2p: 8n, block: 11n, app: 1n },
            nodeId: id,
            listenAddress: 'tcp://127.0.0.1:1',
            network,
            version: '0.38.0',
            channels: CHANNELS,
            moniker: 'hostile',
            txIndex: 'on',
            rpcAddress: '',
          }
          this.#connection.write(encodeDelimited(encodeNodeInfo(info)))
          return null
        },
        onData: (data) => this.#take(data),
      },
    )
    this.closed = new Promise((resolve) => stream.onClose(resolve))
    this.#connection.start()
    stream.onData((bytes) => void this.#connection.receive(bytes))
  }

  /** Connects to a node by its home; resolves once the node has said where it is. */
  static async connect(home: string): Promise<HostilePeer> {
    const genesis = readFileSync(join(home, 'config', 'genesis.json'), 'utf8')
    const network = (JSON.parse(genesis) as { chain_id: string }).chain_id
    const options = { signal: new AbortController().signal, timeoutMs: 3000 }
    const stream = await tcpNetwork.dial(p2pAddressOf(home), options)
    const peer = new HostilePeer(stream, network)
    await peer.nextPlace()
    return peer
  }

  /** The next step that the node announces. */
  nextPlace(): Promise<Place> {
    return new Promise((resolve) => this.#waiters.push(resolve))
  }

  /** The last step that the node announced. */
  get place(): Place {
    if (this.#place === null) throw new Error('the node has not said where it is')
    return this.#place
  }

  /** Sends a whole message on a channel, whatever it is. */
  send(channelId: number, ...messages: readonly Uint8Array[]): void {
    this.#connection.write(concatBytes(...messages.flatMap((each) => packetsOf(channelId, each))))
  }

  /** Sends the beginning of a message that never ends. */
  begin(channelId: number, bytes: number): void {
    const data = new Uint8Array(PACKET_DATA)
    const packet = encodeDelimited(encodePacket({ kind: 'msg', channelId, eof: false, data }))
    const mebibyte = concatBytes(...Array.from({ length: MIB / PACKET_DATA }, () => packet))
    for (let sent = 0; sent < bytes; sent += MIB) this.#connection.write(mebibyte)
  }

  close(): void {
    this.#received.stop()
    this.stream.close()
  }

  #take(data: Uint8Array): null {
    if (this.#nodeInfo === null) {
      this.#received.receive(data)
      return null
    }
    const sofar = concatBytes(this.#nodeInfo, data)
    const size = ((sofar[0] ?? 0) % 128) + ((sofar[1] ?? 0) << 7)
    const end = NODE_INFO_LENGTH_BYTES + size
    this.#nodeInfo = sofar.length < end ? sofar : null
    if (this.#nodeInfo === null) this.#received.receive(sofar.subarray(end))
    return null
  }

  #hear(channelId: number, message: Uint8Array): void {
    if (channelId !== 0x20) return
    const decoded = decodeConsensusMessage(message)
    if (decoded.kind !== 'new-round-step') return
    this.#place = decoded
    for (const waiter of this.#waiters.splice(0)) waiter(decoded)
  }
}

/** Resident memory in bytes of the process that runs on a home. */
export function residentBytes(home: string): number {
  for (const id of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const args = readFileSync(`/proc/${id}/cmdline`, 'utf8').split('\0')
      if (!args.includes(home) || !args.includes('start')) continue
      const kib = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${id}/status`, 'utf8'))?.[1]
      return Number(kib) * 1024
    } catch {
      // Ended while it was looked at.
    }
  }
  throw new Error(`no process runs on ${home}`)
}

function p2pAddressOf(home: string): string {
  const config = readFileSync(join(home, 'config', 'config.toml'), 'utf8')
  const p2p = config.slice(config.indexOf('\n[p2p]'))
  const address = /\nladdr = "tcp:\/\/([^"]+)"/.exec(p2p)?.[1]
  if (address === undefined) throw new Error(`${home} does not listen`)
  return address
}

function packetsOf(channelId: number, message: Uint8Array): Uint8Array[] {
  const count = Math.max(1, Math.ceil(message.length / PACKET_DATA))
  return Array.from({ length: count }, (_, i) => {
    const data = message.subarray(i * PACKET_DATA, (i + 1) * PACKET_DATA)
    return encodeDelimited(encodePacket({ kind: 'msg', channelId, eof: i === count - 1, data }))
  })
}
