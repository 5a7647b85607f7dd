// A target for each channel of a replica that runs: a refusal ends the sender and nothing else.

import { BitArray } from '../../src/core/bytes/index.ts'
import {
  decodeBlocksyncMessage,
  decodeConsensusMessage,
  decodeEvidenceList,
  decodeTxs,
  encodeBlocksyncMessage,
  encodeConsensusMessage,
  encodeEvidenceList,
  encodeTxs,
  tryDecode,
} from '../../src/core/proto/index.ts'
import type { BlocksyncMessage, ConsensusWireMessage } from '../../src/core/proto/index.ts'
import { FAMILIES } from '../../src/core/proto/messages.fixture.ts'
import { NIL_BLOCK_ID, proposalSignBytes } from '../../src/core/types/index.ts'
import type { BlockId, Proposal, Vote } from '../../src/core/types/index.ts'
import type { Peer } from '../../src/host/p2p/index.ts'
import { signingSeedOf } from '../../src/host/replica/cluster.fixture.ts'
import { nativeCrypto } from '../../src/node/platform/index.ts'
import type { Dice } from './dice.ts'
import { LiveReplica, TRAITOR } from './live-replica.ts'
import { glue } from './mutate-bytes.ts'
import { mutateProto } from './mutate-proto.ts'
import { promise } from './target.ts'
import type { Target } from './target.ts'

/** Inputs between two turns of the loop, and what then passes of time. */
const INPUTS_PER_TURN = 20
const MS_PER_TURN = 4

type Maker = (live: LiveReplica, dice: Dice) => ConsensusWireMessage

function someBlockId(dice: Dice): BlockId {
  if (dice.oneIn(3)) return NIL_BLOCK_ID
  const hash = new Uint8Array(32).fill(dice.below(3))
  return { hash, partSetHeader: { total: 1 + dice.below(3), hash } }
}

function someBits(dice: Dice, size: number): BitArray {
  return BitArray.fromBools(Array.from({ length: size }, () => dice.oneIn(2)))
}

/** Here and now, or a little off. */
function place({ node }: LiveReplica, dice: Dice): { height: bigint; round: number } {
  const { height, round } = node.replica.engine.state
  const offset = dice.pick([0n, 0n, 0n, 0n, -1n, 1n])
  return { height: height + offset, round: Math.max(0, round + dice.pick([0, 0, 0, 1, 2, -1])) }
}

const STATE: readonly Maker[] = [
  (live, dice) => {
    const at = place(live, dice)
    return {
      kind: 'new-round-step',
      ...at,
      step: dice.pick([1, 3, 4, 6, 8]),
      secondsSinceStartTime: 0n,
      lastCommitRound: at.height <= 1n ? -1 : 0,
    }
  },
  (live, dice) => {
    const { partSetHeader } = someBlockId(dice)
    const header =
      partSetHeader.total === 0 ? { total: 1, hash: new Uint8Array(32) } : partSetHeader
    return {
      kind: 'new-valid-block',
      ...place(live, dice),
      blockPartSetHeader: header,
      blockParts: someBits(dice, header.total),
      isCommit: dice.oneIn(2),
    }
  },
  (live, dice) => ({
    kind: 'has-vote',
    ...place(live, dice),
    type: dice.pick([1, 2]),
    index: dice.below(4),
  }),
  (live, dice) => ({
    kind: 'vote-set-maj23',
    ...place(live, dice),
    type: dice.pick([1, 2]),
    blockId: someBlockId(dice),
  }),
]

const DATA: readonly Maker[] = [
  (live, dice) => ({ kind: 'proposal', proposal: signedProposal(live, dice) }),
  (live, dice) => {
    const { height, round } = place(live, dice)
    return { kind: 'proposal-pol', height, proposalPolRound: round, proposalPol: someBits(dice, 4) }
  },
  (live, dice) => {
    const { proposalParts } = live.node.replica.engine.state
    const bytes = dice.bytes(1 + dice.below(200))
    const leafHash = nativeCrypto.sha256(glue(Uint8Array.of(0), bytes))
    const made = { index: 0, bytes, proof: { total: 1n, index: 0n, leafHash, aunts: [] } }
    const part = (dice.oneIn(2) ? proposalParts?.get(0) : null) ?? made
    return { kind: 'block-part', ...place(live, dice), part }
  },
]

const VOTE: readonly Maker[] = [
  (live, dice) => {
    const type = dice.pick([1, 2])
    const vote = live.voteOf(TRAITOR, { ...place(live, dice), type, blockId: someBlockId(dice) })
    return { kind: 'vote', vote }
  },
]

const BITS: readonly Maker[] = [
  (live, dice) => ({
    kind: 'vote-set-bits',
    ...place(live, dice),
    type: dice.pick([1, 2]),
    blockId: someBlockId(dice),
    votes: someBits(dice, 4),
  }),
]

function signedProposal(live: LiveReplica, dice: Dice): Proposal {
  const proposal: Proposal = {
    type: 32,
    ...place(live, dice),
    polRound: dice.pick([-1, -1, 0]),
    blockId: {
      hash: new Uint8Array(32).fill(1),
      partSetHeader: { total: 1, hash: new Uint8Array(32).fill(2) },
    },
    timestamp: live.cluster.clock.now(),
    signature: new Uint8Array(0),
  }
  const signBytes = proposalSignBytes(live.cluster.genesis.chainId, proposal)
  return { ...proposal, signature: nativeCrypto.signEd25519(signingSeedOf(TRAITOR), signBytes) }
}

/** Messages of a channel, and a few of others, which must not come here. */
function ofMakers(makers: readonly Maker[]): (live: LiveReplica, dice: Dice) => Uint8Array {
  return (live, dice) => {
    const from = dice.oneIn(8) ? dice.pick([STATE, DATA, VOTE, BITS]) : makers
    return encodeConsensusMessage(dice.pick(from)(live, dice))
  }
}

function makeTxs(_: LiveReplica, dice: Dice): Uint8Array {
  const tx = (): Uint8Array => Buffer.from(`${dice.pick(['k', 'é', 'a:b'])}${dice.below(99)}=v`)
  return encodeTxs(Array.from({ length: 1 + dice.below(4) }, tx))
}

const blocksync = FAMILIES.find(({ name }) => name === 'BlocksyncMessage')

function makeBlocksync(_: LiveReplica, dice: Dice): Uint8Array {
  const height = BigInt(dice.below(4))
  const messages: readonly BlocksyncMessage[] = [
    { kind: 'block-request', height },
    { kind: 'status-request' },
    { kind: 'status-response', height, base: 1n },
    { kind: 'no-block-response', height },
  ]
  if (dice.oneIn(6)) return blocksync?.encode(dice) ?? new Uint8Array(0)
  return encodeBlocksyncMessage(dice.pick(messages))
}

const STATE_KINDS = ['new-round-step', 'new-valid-block', 'has-vote', 'vote-set-maj23']
const KINDS: ReadonlyMap<number, readonly string[]> = new Map([
  [0x20, STATE_KINDS],
  [0x21, ['proposal', 'proposal-pol', 'block-part']],
  [0x22, ['vote']],
  [0x23, ['vote-set-bits']],
])

const ofEvidence = FAMILIES.find(({ name }) => name === 'EvidenceList')

/** Two votes of the traitor for one moment that was decided, or evidence of any form. */
function makeEvidence(live: LiveReplica, dice: Dice): Uint8Array {
  if (dice.oneIn(4)) return ofEvidence?.encode(dice) ?? new Uint8Array(0)
  const { chainState } = live.node.replica.engine
  const at = { type: dice.pick([1, 2]), height: chainState.lastBlockHeight, round: dice.below(3) }
  const [voteA, voteB] = [1, 2].map((number) => {
    const hash = new Uint8Array(32).fill(number)
    return live.voteOf(TRAITOR, { ...at, blockId: { hash, partSetHeader: { total: 1, hash } } })
  }) as [Vote, Vote]
  const { totalVotingPower, validators } = chainState.validators
  const validatorPower = validators[voteA.validatorIndex]?.votingPower ?? 0n
  const timestamp = chainState.lastBlockTime
  const powers = { totalVotingPower, validatorPower }
  return encodeEvidenceList([{ kind: 'duplicate-vote', voteA, voteB, ...powers, timestamp }])
}

/** Whether a message keeps the form of its channel, whatever it means. */
function isLawful(channelId: number, input: Uint8Array): boolean {
  const kinds = KINDS.get(channelId)
  if (kinds === undefined) return isLawfulElsewhere(channelId, input)
  const decoded = tryDecode(decodeConsensusMessage, input)
  if (!decoded.ok || !kinds.includes(decoded.value.kind)) return false
  const message = decoded.value
  if ('height' in message && message.height < 0n) return false
  if ('round' in message && message.round < 0) return false
  if ('type' in message && message.type !== 1 && message.type !== 2) return false
  switch (message.kind) {
    case 'new-round-step':
      return message.height >= 1n && message.step >= 1 && message.step <= 8
    case 'new-valid-block': {
      const { total, hash } = message.blockPartSetHeader
      return total >= 1 && total === message.blockParts.size && hash.length === 32
    }
    case 'has-vote':
      return message.index >= 0
    case 'proposal':
      return message.proposal.blockId.partSetHeader.total <= 1601
    case 'proposal-pol':
      return message.proposalPolRound >= 0 && message.proposalPol.size > 0
    default:
      return true
  }
}

function isLawfulElsewhere(channelId: number, input: Uint8Array): boolean {
  if (channelId === 0x30) {
    const txs = tryDecode(decodeTxs, input)
    return txs.ok && txs.value.length > 0 && txs.value.every((tx) => tx.length > 0)
  }
  if (channelId === 0x38) return tryDecode(decodeEvidenceList, input).ok
  const message = tryDecode(decodeBlocksyncMessage, input)
  if (!message.ok || message.value.kind === 'block-response') return false
  return message.value.kind !== 'block-request' || message.value.height >= 0n
}

/** The replica of this channel's inputs, a fresh one for each seed. */
class Siege {
  #live: LiveReplica | null = null
  #attackers = 100
  #attacker: Peer | null = null
  #inputs = 0

  get live(): LiveReplica {
    if (this.#live === null) throw new Error('the replica was not started')
    return this.#live
  }

  async prepare(): Promise<void> {
    await this.#live?.stop()
    this.#live = await LiveReplica.start()
    this.#attackers = 100
    this.#attacker = null
    this.#inputs = 0
    await this.#live.decide()
    await this.#live.decide()
  }

  async take(channelId: number, input: Uint8Array): Promise<boolean> {
    const { live } = this
    const { gate } = live
    const attacker = this.#attacker ?? this.#join()
    const isKept = gate.deliver(attacker, channelId, input)
    promise(!isKept || isLawful(channelId, input), 'a peer that breaks the form is dropped')
    if (!isKept) this.#attacker = null
    if (++this.#inputs % INPUTS_PER_TURN === 0) await live.pass(MS_PER_TURN)
    // Deferred work may have ended it as well.
    if (gate.peer(attacker.id) === null) this.#attacker = null
    return isKept
  }

  #join(): Peer {
    const { gate, node } = this.live
    this.#attacker = gate.join(++this.#attackers)
    const { height } = node.replica.engine.state
    const step = { step: 3, secondsSinceStartTime: 0n, lastCommitRound: height <= 1n ? -1 : 0 }
    // Every second one says where it is, and so is told more.
    if (this.#attackers % 2 === 0) {
      const message = encodeConsensusMessage({ kind: 'new-round-step', height, round: 0, ...step })
      promise(gate.deliver(this.#attacker, 0x20, message), 'a step is taken')
    }
    return this.#attacker
  }

  /** After all inputs the node decides as before. */
  async settle(): Promise<void> {
    await this.live.decide()
    await this.live.decide()
    const { mempool } = this.live.node.replica
    promise(mempool.size <= 5000, 'the mempool has its bound')
    await this.live.stop()
    this.#live = null
  }
}

function channelTarget(
  channelId: number,
  share: number,
  make: (live: LiveReplica, dice: Dice) => Uint8Array,
): Target {
  const siege = new Siege()
  return {
    name: `channel-0x${channelId.toString(16)}`,
    share,
    isStateful: true,
    prepare: () => siege.prepare(),
    make: (dice) => make(siege.live, dice),
    mutate: mutateProto,
    take: (input) => siege.take(channelId, input),
    settle: () => siege.settle(),
  }
}

/** Every channel of a replica. */
export const REPLICA_TARGETS: readonly Target[] = [
  channelTarget(0x20, 10, ofMakers(STATE)),
  channelTarget(0x21, 10, ofMakers(DATA)),
  channelTarget(0x22, 10, ofMakers(VOTE)),
  channelTarget(0x23, 8, ofMakers(BITS)),
  channelTarget(0x30, 8, makeTxs),
  channelTarget(0x38, 6, makeEvidence),
  channelTarget(0x40, 8, makeBlocksync),
]
