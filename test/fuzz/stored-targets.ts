// Targets for everything that lies in the databases and in the records of the log.

import { equalBytes, toHex } from '../../src/core/bytes/index.ts'
import { decodeChainState, encodeChainState } from '../../src/core/chain/index.ts'
import type { ChainState } from '../../src/core/chain/index.ts'
import type { Input } from '../../src/core/consensus/index.ts'
import { decodeEvidenceProof, proveEvidence } from '../../src/core/fault-proof/index.ts'
import { KEYED, proposedTwice, votedTwice } from '../../src/core/fault-proof/evidence.fixture.ts'
import { LinkedPast, attackOf, awayOf } from '../../src/core/fault-proof/past.fixture.ts'
import { decodeFinalityProof } from '../../src/core/finality/index.ts'
import { decisionOf, proofOf } from '../../src/core/finality/decisions.fixture.ts'
import { encodeDelimited, readUvarint } from '../../src/core/proto/index.ts'
import { FAMILIES } from '../../src/core/proto/messages.fixture.ts'
import { decodeRecord, encodeRecord, recordHeight } from '../../src/host/engine/readers.fixture.ts'
import type { HeightStart, RecordedInput } from '../../src/host/engine/readers.fixture.ts'
import { TxIndex } from '../../src/host/indexer/index.ts'
import { MemoryKeyValueStore } from '../../src/host/memory/index.ts'
import { ChainFixture, fixtureCrypto } from '../../src/host/store/chain.fixture.ts'
import { BlockStore, StateStore, StoreBatch, StoreError } from '../../src/host/store/index.ts'
import { putValue } from '../../src/host/store/readers.fixture.ts'
import { nativeCrypto } from '../../src/node/platform/index.ts'
import type { Dice } from './dice.ts'
import { glue, mutateBytes } from './mutate-bytes.ts'
import { mutateProto } from './mutate-proto.ts'
import { mutateText } from './mutate-text.ts'
import { promise, takeWith } from './target.ts'
import type { Codec, Target } from './target.ts'
import { sameValue, weigh } from './values.ts'

const CELLS_PER_BYTE = 24
const HEIGHTS = [1n, 2n, 3n] as const
const CHECKSUM_BYTES = 4
const RECORD_HEADER_BYTES = 13

class Refused extends Error {}
const isRefused = (error: unknown): boolean => error instanceof Refused

const states = ((): ChainState[] => {
  const chain = new ChainFixture()
  return [chain.genesisState, ...HEIGHTS.map(() => chain.next().chainState)]
})()

const chainState: Codec<ChainState> = {
  decode: (input) => {
    const decoded = decodeChainState(input)
    if (decoded.ok) return decoded.value
    promise(decoded.error !== '', 'a refusal says why')
    throw new Refused()
  },
  encode: encodeChainState,
  check: ({ validators, nextValidators, lastValidators }) => {
    for (const set of [validators, nextValidators, lastValidators]) {
      if (set === null || set.size === 0) continue
      const addresses = new Set(set.validators.map(({ address }) => toHex(address)))
      promise(addresses.size === set.size, 'no validator stands twice in a set')
      promise(addresses.has(toHex(set.proposer.address)), 'the proposer is one of the set')
      promise(set.totalVotingPower < 2n ** 60n, 'the power of a set is in range')
    }
  },
  isRefusal: isRefused,
  cellsPerByte: CELLS_PER_BYTE,
  baseCells: 600,
}

/** One of the pieces is damaged and the others stay whole. */
function mutatePieces(corpus: readonly Uint8Array[], dice: Dice): Uint8Array {
  if (dice.oneIn(8)) return mutateBytes(corpus, dice)
  const pieces: Uint8Array[] = []
  const bytes = dice.pick(corpus)
  for (let at = 0; at < bytes.length;) {
    const length = readUvarint(bytes, at)
    if (length === null) break
    at = length.next + length.value
    pieces.push(bytes.subarray(length.next, at))
  }
  const index = dice.below(pieces.length)
  const piece = pieces[index] ?? new Uint8Array(0)
  pieces[index] = index === 0 ? mutateText([piece], dice) : mutateProto([piece], dice)
  if (dice.oneIn(12)) pieces.splice(dice.below(pieces.length), 1)
  return glue(...pieces.map(encodeDelimited))
}

/** What an input of the transition is written from; blocks that were built are made anew. */
function recordOf(value: RecordedInput | HeightStart): Uint8Array {
  if (value.kind !== 'height-start') return encodeRecord(value)
  const { height, waitForTxs, immediately } = value
  const start = { kind: 'start-height', height, waitForTxs, immediately } as Input
  return encodeRecord(start)
}

/** A record read again gives the same record; parts of a built block are compared by bytes. */
function takeRecord(input: Uint8Array): boolean {
  const value = decodeRecord(nativeCrypto, input)
  if (value === null) return false
  promise(recordHeight(input) !== null, 'a record has a height')
  weigh(value)
  const normal = recordOf(value)
  const again = decodeRecord(nativeCrypto, normal)
  promise(again !== null && again.kind === value.kind, 'a record is read again')
  promise(equalBytes(recordOf(again), normal), 'a record has a normal form')
  const isBuilt = value.kind === 'block-built' && value.block !== null
  promise(isBuilt || sameValue(value, again), 'a record keeps its value')
  return true
}

const BODIES = new Map(FAMILIES.map((family) => [family.name, family]))

function makeRecord(dice: Dice): Uint8Array {
  const kind = dice.below(12)
  const header = glue(Uint8Array.of(kind), dice.bytes(12))
  // Half of the heights and rounds are small ones.
  if (dice.oneIn(2)) header.fill(0, 1, 12)
  const names = ['ConsensusMessage', 'BlockId', 'Block'] as const
  const name = kind < 5 ? names[0] : kind === 6 ? names[2] : names[1]
  const body = BODIES.get(name)?.encode(dice) ?? new Uint8Array(0)
  const flags = Uint8Array.of(dice.below(5), dice.below(2))
  if (kind === 7) return glue(header, flags.subarray(0, 1), body)
  return glue(header, kind < 5 || kind === 6 ? body : flags)
}

/** The header stays mostly as it is. */
function mutateRecord(corpus: readonly Uint8Array[], dice: Dice): Uint8Array {
  if (dice.oneIn(4)) return mutateBytes(corpus, dice)
  const bytes = dice.pick(corpus)
  const body = mutateProto([bytes.subarray(RECORD_HEADER_BYTES)], dice)
  return glue(bytes.subarray(0, RECORD_HEADER_BYTES), body)
}

type Pair = readonly [key: Uint8Array, value: Uint8Array]

/** A chain of three blocks as it is stored, and every pair of it. */
async function storeChain(): Promise<{ store: MemoryKeyValueStore; pairs: Pair[] }> {
  const store = new MemoryKeyValueStore()
  const [blocks, stateStore, index] = [
    await BlockStore.open(store),
    new StateStore(store),
    new TxIndex(store),
  ]
  const chain = new ChainFixture()
  await stateStore.saveChainState(chain.genesisState)
  for (const height of HEIGHTS) {
    const { stored, response, chainState: state } = chain.next()
    const batch = new StoreBatch(store)
    blocks.putBlock(batch, stored)
    stateStore.putResults(batch, height, response)
    stateStore.putChainState(batch, state)
    const hashes = stored.block.txs.map((tx) => fixtureCrypto.sha256(tx))
    batch.add(await index.operations({ height, hashes, results: response.txResults }))
    await batch.commit()
  }
  const pairs: Pair[] = []
  for await (const pair of store.iterate({ limit: 1000 })) pairs.push(pair)
  return { store, pairs }
}

const storing = storeChain()
/** Every pair of a stored chain of three blocks. */
export const STORED_PAIRS: readonly Pair[] = (await storing).pairs
const { store: chainStore } = await storing

/** Keys of the index hold values without a checksum. */
function isIndex(key: Uint8Array): boolean {
  return key[0] === 0x78
}

/** First byte: which pair; then the value without its checksum. */
function makeStored(dice: Dice): Uint8Array {
  const index = dice.below(STORED_PAIRS.length)
  const [key, value] = STORED_PAIRS[index] as Pair
  return glue(Uint8Array.of(index), isIndex(key) ? value : value.subarray(CHECKSUM_BYTES))
}

function mutateStored(corpus: readonly Uint8Array[], dice: Dice): Uint8Array {
  const bytes = dice.pick(corpus)
  const body = bytes.subarray(1)
  const changed = dice.oneIn(4) ? mutateBytes([body], dice) : mutateProto([body], dice)
  return glue(bytes.subarray(0, 1), changed)
}

/** With one value changed, everything that is stored is read, or called corrupt. */
async function takeStored(input: Uint8Array): Promise<boolean> {
  const [index = 0] = input
  const pair = STORED_PAIRS[index % STORED_PAIRS.length] as Pair
  const [key] = pair
  const body = input.subarray(1)
  const put = isIndex(key) ? { put: [key, body] as const } : putValue(key, body)
  await chainStore.batch([put], { sync: false })
  try {
    await readAll()
    return true
  } catch (error) {
    if (error instanceof StoreError && error.code === 'STORE_CORRUPT') return false
    throw error
  } finally {
    await chainStore.batch([{ put: pair }], { sync: false })
  }
}

async function readAll(): Promise<void> {
  const blocks = await BlockStore.open(chainStore)
  const state = new StateStore(chainStore)
  const index = new TxIndex(chainStore)
  await state.loadChainState()
  for (const height of HEIGHTS) {
    const block = await blocks.loadBlock(height)
    const part = await blocks.loadPart(height, 0)
    const meta = await blocks.loadBlockMeta(height)
    if (meta !== null) await blocks.loadBlockMetaByHash(meta.blockId.hash)
    await blocks.loadCommit(height)
    await blocks.loadSeenCommit(height)
    await state.loadValidators(height)
    await state.loadParams(height)
    await state.loadResults(height)
    const hashes = await index.atHeight(height)
    for (const hash of hashes.slice(0, 3)) await index.find(hash)
    promise(part === null || part.bytes.length <= 65_536 + 8192, 'a part is no larger than stored')
    promise(block === null || typeof block === 'object', 'a block is a block')
  }
}

const FINALITY_PREFIX_BYTES = 5
const proofs = [2n, 3n].map((height) => proofOf(decisionOf(height)).bytes)

const past = new LinkedPast(5n, { absentAt: [2n, 3n] })
const fork = decisionOf(4n, { keyed: KEYED, before: past.decision(3n), header: { time: 1n } })
const offences = [
  votedTwice(),
  proposedTwice(),
  awayOf(past, [1n, 4n], 2),
  attackOf(past, fork, [4n, 0, 1, 2, 3]),
  attackOf(past, fork, [2n, 0, 1, 2, 3]),
]
const accusations = offences.map((evidence) => {
  const ground = { chainId: 'test-chain', validatorSet: KEYED.validatorSet, history: past }
  const proof = proveEvidence(evidence, ground, nativeCrypto)
  promise(proof.ok, proof.ok ? '' : proof.error)
  return proof.value.bytes
})

type Decoded = ReturnType<typeof decodeFinalityProof> | ReturnType<typeof decodeEvidenceProof>

/** A proof has one encoding: what is accepted is that, to the last byte. */
function takeProof(input: Uint8Array, decoded: Decoded): boolean {
  if (!decoded.ok) {
    promise(decoded.error.reason !== '', 'a refusal says why')
    return false
  }
  promise(equalBytes(decoded.value.bytes, input), 'a proof keeps its bytes')
  return true
}

function mutateProof(corpus: readonly Uint8Array[], dice: Dice): Uint8Array {
  if (dice.oneIn(4)) return mutateBytes(corpus, dice)
  const bytes = dice.pick(corpus)
  const inner = mutateProto([bytes.subarray(FINALITY_PREFIX_BYTES)], dice)
  return glue(bytes.subarray(0, FINALITY_PREFIX_BYTES), inner)
}

/** Of version 2 what stands behind the prefix is a message, of version 1 none. */
function mutateAccusation(corpus: readonly Uint8Array[], dice: Dice): Uint8Array {
  const messages = corpus.filter((bytes) => bytes[FINALITY_PREFIX_BYTES - 1] === 2)
  const isOne = messages.length > 0 && dice.oneIn(2)
  return isOne ? mutateProof(messages, dice) : mutateBytes(corpus, dice)
}

/** Every value of the databases and every record of the engine. */
export const STORED_TARGETS: readonly Target[] = [
  {
    name: 'decodeChainState',
    share: 8,
    make: (dice) => encodeChainState(dice.pick(states)),
    mutate: mutatePieces,
    take: (input) => takeWith(chainState, input),
  },
  { name: 'decodeRecord', share: 14, make: makeRecord, mutate: mutateRecord, take: takeRecord },
  {
    name: 'decodeFinalityProof',
    share: 2,
    make: (dice) => dice.pick(proofs),
    mutate: mutateProof,
    take: (input) => takeProof(input, decodeFinalityProof(input, nativeCrypto)),
  },
  {
    name: 'decodeEvidenceProof',
    share: 4,
    make: (dice) => dice.pick(accusations),
    mutate: mutateAccusation,
    take: (input) => takeProof(input, decodeEvidenceProof(input, nativeCrypto)),
  },
  { name: 'BlockStore', share: 3, make: makeStored, mutate: mutateStored, take: takeStored },
]
