// Targets for what stands between a socket and a message: prefixes, frames, packets, handshake.

import { equalBytes } from '../../src/core/bytes/index.ts'
import {
  decodeBytesValue,
  decodePacket,
  encodeAuthSigMessage,
  encodeBytesValue,
  encodeDelimited,
  encodeNodeInfo,
  encodePacket,
  readUvarint,
  tryDecode,
} from '../../src/core/proto/index.ts'
import type { NodeInfo } from '../../src/core/proto/index.ts'
import {
  CONN_PENALTIES,
  deriveSessionKeys,
  formatConnError,
  MAX_PACKET_SIZE,
  MConnection,
  SecretConnection,
} from '../../src/host/conn/index.ts'
import type { ChannelDescriptor, ConnError } from '../../src/host/conn/index.ts'
import { FrameOpener, FrameSealer } from '../../src/host/conn/readers.fixture.ts'
import { MemoryClock } from '../../src/host/memory/index.ts'
import {
  compareNodeInfo,
  MAX_NODE_INFO_SIZE,
  validateNodeInfo,
} from '../../src/host/p2p/readers.fixture.ts'
import { idOf, makeNodeInfo } from '../../src/host/p2p/world.fixture.ts'
import { nativeChannelCrypto, nativeCrypto } from '../../src/node/platform/index.ts'
import type { Dice } from './dice.ts'
import { glue, mutateBytes } from './mutate-bytes.ts'
import { mutateProto } from './mutate-proto.ts'
import { promise } from './target.ts'
import type { Target } from './target.ts'
import { decodeNodeInfo } from '../../src/core/proto/index.ts'
import { sameValue } from './values.ts'

const CHANNELS: readonly ChannelDescriptor[] = [
  { id: 0x00, priority: 1, recvMessageCapacity: 100, sendQueueBytes: 1000 },
  { id: 0x20, priority: 6, recvMessageCapacity: 3000, sendQueueBytes: 1000 },
  { id: 0x30, priority: 5, recvMessageCapacity: 100_000, sendQueueBytes: 1000 },
]
const MEMORY = { send: 10_000, receive: 6000, large: 0 }

/** What a connection said: the messages, and the fault it ended with. */
interface Heard {
  readonly messages: readonly (readonly [channelId: number, message: Uint8Array])[]
  readonly fault: ConnError['code'] | null
}

function checkFault(error: ConnError): ConnError['code'] {
  promise(error.code in CONN_PENALTIES, `the fault ${error.code} has a penalty`)
  promise(formatConnError(error) !== '', 'a fault has words')
  return error.code
}

/** Pieces of lengths that follow from the input. */
function cut(input: Uint8Array): Uint8Array[] {
  const pieces: Uint8Array[] = []
  let state = input.length + (input[0] ?? 0)
  for (let at = 0; at < input.length;) {
    state = (state * 73 + 41) % 257
    const size = 1 + (state % (state % 3 === 0 ? 2 : 60))
    pieces.push(input.subarray(at, at + size))
    at += size
  }
  return pieces
}

function hear(pieces: readonly Uint8Array[]): Heard {
  const messages: (readonly [number, Uint8Array])[] = []
  const connection = new MConnection({
    channels: CHANNELS,
    clock: new MemoryClock(),
    memoryLimits: MEMORY,
    onMessage: (channelId, message) => messages.push([channelId, message]),
    onPending: () => undefined,
    onTimeout: () => undefined,
  })
  let fault: ConnError['code'] | null = null
  for (const piece of pieces) {
    const error = connection.receive(piece)
    promise(connection.heldBytes <= MEMORY.receive, `${connection.heldBytes} bytes are held`)
    if (error === null) continue
    fault = checkFault(error)
    break
  }
  connection.stop()
  promise(connection.heldBytes === 0, 'a stopped connection holds nothing')
  return { messages, fault }
}

/** What a connection must say: packets cut by their prefixes, joined by channel. */
function expected(input: Uint8Array): Heard {
  const messages: (readonly [number, Uint8Array])[] = []
  const unfinished = new Map<number, Uint8Array>()
  for (let at = 0; at < input.length;) {
    const size = prefixAt(input, at)
    if (size === 'oversized') return { messages, fault: 'CONN_OVERSIZED_PACKET' }
    if (size === null || size.next + size.value > input.length) break
    const decoded = tryDecode(decodePacket, input.subarray(size.next, size.next + size.value))
    at = size.next + size.value
    if (!decoded.ok) return { messages, fault: 'CONN_BAD_PACKET' }
    const packet = decoded.value
    if (packet.kind !== 'msg') continue
    const { channelId, data, eof } = packet
    const channel = CHANNELS.find(({ id }) => id === channelId)
    if (channel === undefined) return { messages, fault: 'CONN_UNKNOWN_CHANNEL' }
    const whole = glue(unfinished.get(channelId) ?? new Uint8Array(0), data)
    if (whole.length > channel.recvMessageCapacity) {
      return { messages, fault: 'CONN_OVERSIZED_MESSAGE' }
    }
    if (eof) messages.push([channelId, whole])
    unfinished.set(channelId, eof ? new Uint8Array(0) : whole)
  }
  return { messages, fault: null }
}

function prefixAt(input: Uint8Array, at: number): ReturnType<typeof readUvarint> | 'oversized' {
  let value = 0
  for (let i = 0; ; i++) {
    const byte = input[at + i]
    if (byte === undefined) return null
    // Five bytes hold any length; more are refused although the value could be small.
    if (i === 5) return 'oversized'
    value += (byte & 127) * 128 ** i
    if (value > MAX_PACKET_SIZE) return 'oversized'
    if (byte < 128) return { value, next: at + i + 1 }
  }
}

function takePackets(input: Uint8Array): boolean {
  const heard = hear([input])
  const inPieces = hear(cut(input))
  promise(sameValue(heard, inPieces), 'how a stream is cut changes nothing')
  const wanted = expected(input)
  // How buffers grow is the connection's own; that it has bounds is tested above.
  if (heard.fault === 'CONN_REASSEMBLY_FULL') return false
  promise(heard.fault === wanted.fault, `fault ${heard.fault}, expected ${wanted.fault}`)
  promise(sameValue(heard.messages, wanted.messages), 'messages are joined of their packets')
  return heard.fault === null
}

/** Around what a channel and a packet may have. */
const SIZES = [0, 1, 5, 20, 50, 51, 99, 100, 101, 200, 1000, 1023, 1024]

/** A message of a few thousand bytes, to the byte around what its channel takes. */
function makeLong(dice: Dice): Uint8Array {
  const channelId = dice.pick([0x20, 0x30])
  const size = dice.pick([2999, 3000, 3001, 4096, 4097, 6000])
  const packets: Uint8Array[] = []
  for (let left = size; left > 0; left -= 1000) {
    const data = new Uint8Array(Math.min(1000, left)).fill(left)
    const eof = left <= 1000 && !dice.oneIn(3)
    packets.push(encodeDelimited(encodePacket({ kind: 'msg', channelId, eof, data })))
  }
  return glue(...packets)
}

function makePackets(dice: Dice): Uint8Array {
  if (dice.oneIn(5)) return makeLong(dice)
  const packets = Array.from({ length: 1 + dice.below(8) }, () => {
    const channelId = dice.pick([0x00, 0x20, 0x20, 0x30, 0x30])
    const data = dice.bytes(dice.pick(SIZES))
    const kind = dice.pick(['ping', 'pong', 'msg', 'msg', 'msg', 'msg'] as const)
    const packet = kind === 'msg' ? { kind, channelId, eof: dice.oneIn(2), data: data } : { kind }
    return encodeDelimited(encodePacket(packet))
  })
  return glue(...packets)
}

/** One packet of a stream is damaged by its structure, or the stream by its bytes. */
function mutatePackets(corpus: readonly Uint8Array[], dice: Dice): Uint8Array {
  if (dice.oneIn(3)) return mutateBytes(corpus, dice)
  const stream = dice.pick(corpus)
  const packets: Uint8Array[] = []
  for (let at = 0; at < stream.length;) {
    const size = readUvarint(stream, at)
    if (size === null) break
    at = size.next + size.value
    packets.push(stream.subarray(size.next, at))
  }
  const index = dice.below(packets.length)
  packets[index] = mutateProto([packets[index] as Uint8Array], dice)
  if (dice.oneIn(4)) packets.splice(index, 0, ...packets.slice(0, 1 + dice.below(4)))
  return glue(...packets.map(encodeDelimited))
}

const SEED = new Uint8Array(32).fill(9)
const OTHER_SEED = new Uint8Array(32).fill(10)
const OTHER_EPHEMERAL = new Uint8Array(32).fill(11)
const EPHEMERAL = new Uint8Array(32).fill(12)
const OPTIONS = {
  crypto: nativeCrypto,
  channelCrypto: nativeChannelCrypto,
  nodeKeySeed: SEED,
  ephemeralSeed: EPHEMERAL,
}
const ours = nativeChannelCrypto.x25519PublicKey(EPHEMERAL)
const theirs = nativeChannelCrypto.x25519PublicKey(OTHER_EPHEMERAL)
const secret = nativeChannelCrypto.x25519(OTHER_EPHEMERAL, ours)
/** The keys as the other side derives them. */
const keys = deriveSessionKeys(nativeChannelCrypto, secret, theirs, ours)
const HELLO = encodeDelimited(encodeBytesValue(theirs))
const AUTH = encodeDelimited(
  encodeAuthSigMessage({
    pubKey: { type: 'ed25519', bytes: nativeCrypto.publicKeyEd25519(OTHER_SEED) },
    sig: nativeCrypto.signEd25519(OTHER_SEED, keys.challenge),
  }),
)

interface Listener {
  readonly connection: SecretConnection
  readonly data: Uint8Array[]
  isOpen: boolean
}

function listen(): Listener {
  const listener: Listener = {
    connection: new SecretConnection(OPTIONS, {
      write: () => undefined,
      onOpen: () => {
        listener.isOpen = true
        return null
      },
      onData: (bytes) => {
        listener.data.push(bytes.slice())
        return null
      },
    }),
    data: [],
    isOpen: false,
  }
  return listener
}

/** The first bytes: a key or a fault, and nothing is open before its owner has proved itself. */
function takeHello(input: Uint8Array): boolean {
  const { connection, isOpen } = listen()
  const error = connection.receive(input)
  if (error !== null) checkFault(error)
  promise(!isOpen, 'nobody is known by a key exchange alone')
  if (error?.code === 'CONN_ZERO_SECRET') {
    const key = decodeBytesValue(input.subarray(readUvarint(input, 0)?.next ?? 0))
    promise(key.length === 32, 'a key of another length is no key')
  }
  promise((error !== null) === (connection.phase === 'closed'), 'a fault closes')
  promise(connection.receive(input) === null || error === null, 'a closed connection is silent')
  return connection.phase === 'auth'
}

/** What is inside the first frames: only a signature of the challenge opens. */
function takeAuth(input: Uint8Array): boolean {
  const listener = listen()
  listener.connection.receive(HELLO)
  const sealer = new FrameSealer(nativeChannelCrypto, keys.sendKey)
  let error: ConnError | null = null
  for (let at = 0; at === 0 || at < input.length; at += 1024) {
    const piece = input.subarray(at, at + 1024)
    sealer.data.set(piece)
    const sealed = sealer.seal(piece.length)
    promise(sealed !== null, 'the nonces last')
    error = listener.connection.receive(sealed)
    if (error !== null) break
  }
  if (error !== null) checkFault(error)
  promise(!listener.isOpen || holdsAuth(input), 'an altered proof opens nothing')
  return error === null && listener.isOpen
}

/** Whether the input begins with a message that has the one good signature in it. */
function holdsAuth(input: Uint8Array): boolean {
  const text = Buffer.from(input)
  return text.includes(Buffer.from(AUTH.subarray(AUTH.length - 64)))
}

/** A frame: its data, or a fault; never data of a frame that was altered. */
function takeFrame(input: Uint8Array): boolean {
  const opener = new FrameOpener(nativeChannelCrypto, keys.sendKey)
  let isWhole = true
  for (let at = 0; at < input.length;) {
    const { next, data, error } = opener.read(input, at)
    promise(next > at && next <= input.length, 'reading goes on')
    const claimed = claimOf(input, at)
    promise((error !== null) === (claimed === 'a fault'), `${claimed} where ${error?.code} is said`)
    if (error !== null) {
      checkFault(error)
      return false
    }
    promise(data === null || data.length === claimed, `${data?.length} bytes of ${claimed}`)
    promise(data === null || data.length <= 1024, 'a frame has its size')
    promise(data === null || equalBytes(data, PLAIN.subarray(0, data.length)), 'data is authentic')
    isWhole = data !== null
    at = next
  }
  return isWhole
}

/** The length that a sealed frame claims, read without our reader of frames. */
function claimOf(input: Uint8Array, at: number): number | 'a fault' | 'unfinished' {
  const sealed = input.subarray(at, at + SEALED_BYTES)
  if (sealed.length < SEALED_BYTES) return 'unfinished'
  const nonce = new Uint8Array(12)
  nonce[4] = at / SEALED_BYTES
  const plain = nativeChannelCrypto.open(keys.sendKey, nonce, sealed)
  if (plain === null) return 'a fault'
  const length = new DataView(plain.buffer, plain.byteOffset).getUint32(0, true)
  return length > 1024 ? 'a fault' : length
}

const SEALED_BYTES = 1044
const PLAIN = new Uint8Array(1024).fill(0x5a)

function makeFrames(dice: Dice): Uint8Array {
  const sealer = new FrameSealer(nativeChannelCrypto, keys.sendKey)
  sealer.data.set(PLAIN)
  // A length beyond the data area is sealed as well: who has the keys may claim anything.
  const lengths = [0, 1, 500, 1024, 1025, 2 ** 31, 2 ** 32 - 1]
  const frames = Array.from({ length: 1 + dice.below(2) }, () => sealer.seal(dice.pick(lengths)))
  return glue(...frames.filter((frame) => frame !== null))
}

const OUR_INFO = makeNodeInfo({
  id: idOf(1),
  listenAddress: 'tcp://10.0.0.1:26656',
  channels: Uint8Array.of(0x20, 0x21, 0x22, 0x23, 0x30, 0x40),
})
const THEIR_ID = idOf(2)

function makeInfo(dice: Dice): Uint8Array {
  const info: NodeInfo = {
    ...makeNodeInfo({
      id: THEIR_ID,
      listenAddress: dice.pick(['tcp://10.0.0.2:26656', '[::1]:1', 'host:0']),
      channels: dice.pick([OUR_INFO.channels, Uint8Array.of(0x40), Uint8Array.of(0x61, 0x60)]),
    }),
    moniker: dice.pick(['node', 'a b', '~']),
    txIndex: dice.pick(['', 'on', 'off']),
    rpcAddress: dice.pick(['', 'tcp://0.0.0.0:26657']),
  }
  return encodeNodeInfo(info)
}

/** Who is taken for a peer keeps every rule of the list in `validateNodeInfo`. */
function takeInfo(input: Uint8Array): boolean {
  if (input.length > MAX_NODE_INFO_SIZE) return false
  const decoded = tryDecode(decodeNodeInfo, input)
  if (!decoded.ok) return false
  const info = decoded.value
  const reason = validateNodeInfo(info, THEIR_ID)
  if (reason !== null) return false
  promise(info.nodeId === THEIR_ID, 'a peer has the id that it has proved')
  promise(/^[ -~]+$/.test(info.moniker), 'a moniker can be printed')
  promise(info.channels.length <= 16, 'channels are few')
  promise(new Set(info.channels).size === info.channels.length, 'channels differ')
  promise(/:\d{1,5}$/.test(info.listenAddress), 'an address has a port')
  const error = compareNodeInfo(OUR_INFO, info)
  if (error !== null) return false
  promise(info.network === OUR_INFO.network, 'peers are of one network')
  promise(info.protocolVersion.block === 11n, 'peers speak of the same blocks')
  promise(
    info.channels.some((id) => OUR_INFO.channels.includes(id)),
    'peers share a channel',
  )
  return true
}

/** Everything below the level of messages. */
export const CONN_TARGETS: readonly Target[] = [
  { name: 'MConnection', share: 30, make: makePackets, mutate: mutatePackets, take: takePackets },
  { name: 'hello', share: 1, make: () => HELLO, mutate: mutateHello, take: takeHello },
  { name: 'auth', share: 1, make: makeAuth, mutate: mutateAuth, take: takeAuth },
  { name: 'FrameOpener', share: 6, make: makeFrames, mutate: mutateBytes, take: takeFrame },
  { name: 'NodeInfo', share: 10, make: makeInfo, mutate: mutateProto, take: takeInfo },
]

/** Damaged inside its prefix or with it; keys of low order among the valid ones. */
function mutateHello(corpus: readonly Uint8Array[], dice: Dice): Uint8Array {
  if (dice.oneIn(2)) return mutateBytes(corpus, dice)
  if (dice.oneIn(8)) return encodeDelimited(encodeBytesValue(new Uint8Array(32)))
  return encodeDelimited(mutateProto([HELLO.subarray(1)], dice))
}

function makeAuth(dice: Dice): Uint8Array {
  return dice.oneIn(3) ? glue(AUTH, dice.bytes(dice.below(2000))) : AUTH
}

function mutateAuth(corpus: readonly Uint8Array[], dice: Dice): Uint8Array {
  if (dice.oneIn(3)) return mutateBytes(corpus, dice)
  return encodeDelimited(mutateProto([AUTH.subarray(1)], dice))
}
