// A network of validators inside one process: the same node as ever, with stores and sockets in
// memory.
import type { Genesis } from '../../core/types/index.ts'
import { defaultConsensusParams } from '../../core/types/index.ts'
import { DefinedApplication, slashingPolicyOf } from '../../host/abci/index.ts'
import type { App } from '../../host/abci/index.ts'
import {
  MemoryFiles,
  MemoryKeyValueStore,
  MemoryNetwork,
  silentLogger,
} from '../../host/memory/index.ts'
import { peerIdOf } from '../../host/p2p/index.ts'
import type { Network } from '../../host/ports/index.ts'
import { generateFileSigner } from '../../host/privval/index.ts'
import type { FileSigner } from '../../host/privval/index.ts'
import { Replica } from '../../host/replica/index.ts'
import { PROTOCOL_LINE } from '../assembly/index.ts'
import { nativeChannelCrypto, nativeCrypto, systemClock, systemRandom } from '../platform/index.ts'
import { QuadrilleError } from './errors.ts'
import { ReplicaHandle } from './node-handle.ts'
import type { NodeHandle } from './node-handle.ts'

/** How a network is made. */
export interface DevnetOptions {
  /** 1 to 100; four, the default, go on when one of them fails. */
  readonly validators?: number
}

/** A running network. `await using` stops it. */
export interface Devnet<S, T> extends AsyncDisposable {
  readonly nodes: readonly NodeHandle<S, T>[]
  stop(): Promise<void>
}

const MOST_VALIDATORS = 100
const HOST = 'devnet'
const PORT = 26656

/**
 * A block follows a transaction at once; without any, one a second shows that the network lives.
 */
const TIMES = {
  timeouts: {
    proposeMs: 1000,
    proposeDeltaMs: 500,
    prevoteMs: 500,
    prevoteDeltaMs: 500,
    precommitMs: 500,
    precommitDeltaMs: 500,
    commitMs: 0,
    maxMs: 10_000,
  },
  skipTimeoutCommit: false,
  createEmptyBlocks: false,
  createEmptyBlocksIntervalMs: 1000,
} as const

/** A validator before it runs. */
interface Member {
  readonly files: MemoryFiles
  readonly signer: FileSigner
  readonly nodeKeySeed: Uint8Array
  readonly network: Network
  readonly address: string
}

/**
 * Starts validators that replicate the application; resolves when they take part. Rejects with
 * {@link QuadrilleError} `DEVNET_VALIDATORS` for a number of validators that cannot be.
 */
export async function devnet<S, T>(
  app: App<S, T>,
  options: DevnetOptions = {},
): Promise<Devnet<S, T>> {
  const { validators = 4 } = options
  if (!Number.isInteger(validators) || validators < 1 || validators > MOST_VALIDATORS) {
    const reason = `validators: expected 1 to ${MOST_VALIDATORS}, got ${validators}`
    throw new QuadrilleError('DEVNET_VALIDATORS', reason)
  }
  const network = new MemoryNetwork(systemClock)
  const indexes = Array.from({ length: validators }, (_, index) => index)
  const members = await Promise.all(indexes.map((index) => makeMember(network, index)))
  const genesis = genesisOf(app, members)
  const replicas: Replica[] = []
  const nodes: NodeHandle<S, T>[] = []
  for (const index of indexes) {
    const application = await DefinedApplication.open(app, { crypto: nativeCrypto, store: null })
    const replica = await openReplica({ genesis, members, index, application })
    replicas.push(replica)
    nodes.push(new ReplicaHandle(app, application, replica))
  }
  await Promise.all(replicas.map((replica) => replica.start()))
  const stop = async (): Promise<void> => {
    await Promise.all(nodes.map((node) => node.stop()))
  }
  return { nodes, stop, [Symbol.asyncDispose]: stop }
}

async function makeMember(network: MemoryNetwork, index: number): Promise<Member> {
  const files = new MemoryFiles()
  const nodeKeySeed = systemRandom.bytes(32)
  const host = `${HOST}${index}`
  await files.makeDirectory('/node')
  const signer = await generateFileSigner({
    files,
    crypto: nativeCrypto,
    random: systemRandom,
    keyPath: '/node/priv_validator_key.json',
    statePath: '/node/priv_validator_state.json',
  })
  const id = peerIdOf(nativeCrypto, nativeCrypto.publicKeyEd25519(nodeKeySeed))
  const address = `${id}@${host}:${PORT}`
  return { files, signer, nodeKeySeed, network: network.host(host), address }
}

function genesisOf<S, T>(app: App<S, T>, members: readonly Member[]): Genesis {
  const slashing = slashingPolicyOf(app)
  return {
    genesisTime: systemClock.now(),
    chainId: `devnet-${app.name}`.slice(0, 50),
    initialHeight: 1n,
    consensusParams: defaultConsensusParams,
    validators: members.map(({ signer }, index) => ({
      address: signer.address,
      pubKey: signer.pubKey,
      power: 10n,
      name: `node${index}`,
    })),
    appHash: new Uint8Array(0),
    appStateJson: '',
    lockRule: 'comet-legacy',
    medianTimeRule: 'non-absent',
    evidenceRule: 'all',
    ...(slashing === null ? {} : { slashing }),
  }
}

function openReplica(given: {
  readonly genesis: Genesis
  readonly members: readonly Member[]
  readonly index: number
  readonly application: Parameters<typeof Replica.open>[0]['application']
}): Promise<Replica> {
  const { genesis, members, index, application } = given
  const member = members[index]
  if (member === undefined) throw new RangeError(`no member ${index}`)
  const others = members.filter((each) => each !== member)
  return Replica.open({
    ports: {
      clock: systemClock,
      random: systemRandom,
      logger: silentLogger,
      crypto: nativeCrypto,
      channelCrypto: nativeChannelCrypto,
      network: member.network,
      files: member.files,
      store: new MemoryKeyValueStore(),
    },
    genesis,
    application,
    signer: member.signer,
    nodeKeySeed: member.nodeKeySeed,
    moniker: `node${index}`,
    version: PROTOCOL_LINE,
    engine: TIMES,
    mempool: {},
    p2p: { listenAddress: `${HOST}${index}:${PORT}`, maxInbound: MOST_VALIDATORS },
    externalAddress: null,
    persistentPeers: others.map(({ address }) => address),
    rpcAddress: '',
    indexTxs: false,
    doubleSignCheckHeight: 0,
    walPath: '/wal',
  })
}
