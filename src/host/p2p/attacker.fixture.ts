// A peer without manners: shakes hands like a node, then sends whatever a test wants.

import { EMPTY_BYTES, concatBytes } from '../../core/bytes/index.ts'
import { encodeDelimited, encodeNodeInfo } from '../../core/proto/index.ts'
import type { NodeInfo } from '../../core/proto/index.ts'
import { nativeChannelCrypto, nativeCrypto } from '../../node/platform/index.ts'
import { SecretConnection } from '../conn/index.ts'
import { MemoryRandom } from '../memory/index.ts'
import type { Stream } from '../ports/index.ts'
import { dialStream, idOf, makeNodeInfo, seedOf } from './world.fixture.ts'
import type { Node, World } from './world.fixture.ts'

/** One connection of an attacker. */
export interface Attacker {
  readonly id: string
  readonly stream: Stream
  readonly connection: SecretConnection
  /** Bytes the victim has sent inside the secret connection. */
  receivedBytes: number
  closedBecause: string | null
}

/** What an attacker does differently from the start. */
export interface AttackPlan {
  readonly nodeInfo?: Partial<NodeInfo>
  /** Instead of the NodeInfo. */
  readonly instead?: Uint8Array
  /** In the same frame as the NodeInfo. */
  readonly behind?: Uint8Array
}

/** Dials the victim and does everything up to its own NodeInfo. */
export async function attack(
  world: World,
  victim: Node,
  number: number,
  plan: AttackPlan = {},
): Promise<Attacker> {
  const stream = await dialStream(world, victim)
  const nodeInfo = makeNodeInfo({
    id: idOf(number),
    listenAddress: 'tcp://10.0.0.66:1',
    channels: Uint8Array.of(0x20, 0x30, 0x40),
  })
  const connection: SecretConnection = new SecretConnection(
    {
      crypto: nativeCrypto,
      channelCrypto: nativeChannelCrypto,
      nodeKeySeed: seedOf(number),
      ephemeralSeed: new MemoryRandom(number).bytes(32),
    },
    {
      write: (bytes) => void stream.write(bytes),
      onOpen: () => {
        const honest = encodeDelimited(encodeNodeInfo({ ...nodeInfo, ...plan.nodeInfo }))
        connection.write(concatBytes(plan.instead ?? honest, plan.behind ?? EMPTY_BYTES))
        return null
      },
      onData: (data) => {
        attacker.receivedBytes += data.length
        return null
      },
    },
  )
  const attacker: Attacker = {
    id: idOf(number),
    stream,
    connection,
    receivedBytes: 0,
    closedBecause: null,
  }
  stream.onClose((reason) => (attacker.closedBecause = reason))
  connection.start()
  stream.onData((bytes) => void connection.receive(bytes))
  return attacker
}
