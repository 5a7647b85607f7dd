// Targets for every file of a home: keys, sign state, genesis, configuration, and the log.

import { equalBytes, fromUtf8, toUtf8 } from '../../src/core/bytes/index.ts'
import { parseGenesis, formatGenesis, defaultConsensusParams } from '../../src/core/types/index.ts'
import type { Genesis } from '../../src/core/types/index.ts'
import { keyOf } from '../../src/core/types/chain.fixture.ts'
import { MemoryFiles, silentLogger } from '../../src/host/memory/index.ts'
import {
  formatKeyFile,
  FRESH_SIGN_STATE,
  formatSignState,
  loadNodeKey,
  parseKeyFile,
  parseSignState,
  PrivvalError,
} from '../../src/host/privval/index.ts'
import { TIMESTAMP_FIELD, timestampOf } from '../../src/host/privval/readers.fixture.ts'
import { voteSignBytes } from '../../src/core/types/index.ts'
import { decodeVote } from '../../src/core/proto/index.ts'
import { FAMILIES } from '../../src/core/proto/messages.fixture.ts'
import { encodeFrames, FrameKind } from '../../src/host/wal/readers.fixture.ts'
import type { NewFrame } from '../../src/host/wal/readers.fixture.ts'
import {
  encodeHeight,
  makeSegmentStart,
  readSegment,
  segmentName,
} from '../../src/host/wal/readers.fixture.ts'
import { readLog, WalError, WriteAheadLog } from '../../src/host/wal/index.ts'
import { AssemblyError, Config } from '../../src/node/assembly/index.ts'
import { nodeSettings } from '../../src/node/assembly/readers.fixture.ts'
import { nativeCrypto } from '../../src/node/platform/index.ts'
import type { Dice } from './dice.ts'
import { makeJson } from './make-json.ts'
import { glue } from './mutate-bytes.ts'
import { mutateProto } from './mutate-proto.ts'
import { mutateSegment } from './mutate-segment.ts'
import { mutateText } from './mutate-text.ts'
import { promise, takeWith } from './target.ts'
import type { Codec, Target } from './target.ts'

const CELLS_PER_BYTE = 16
const FILE = 'the-file'

/** A `PrivvalError` of one code that names the file and never quotes it. */
function privvalRefusal(code: PrivvalError['code']): Codec<unknown>['isRefusal'] {
  return (error) =>
    error instanceof PrivvalError && error.code === code && error.details.file.includes(FILE)
}

const signState: Codec<ReturnType<typeof parseSignState>> = {
  decode: (input) => parseSignState(FILE, input),
  encode: formatSignState,
  check: ({ height, round, step }) => {
    promise(height >= 0n && height < 2n ** 63n, `height ${height}`)
    promise(round >= 0 && round < 2 ** 31 && step >= 0 && step <= 3, `round ${round}`)
  },
  isRefusal: privvalRefusal('PRIVVAL_STATE_MALFORMED'),
  cellsPerByte: CELLS_PER_BYTE,
}

interface KeyFile {
  readonly address: string
  readonly pub_key: { readonly value: string }
}

const keyFile: Codec<ReturnType<typeof parseKeyFile>> = {
  decode: (input) => parseKeyFile(nativeCrypto, FILE, input),
  encode: ({ seed }) => formatKeyFile(nativeCrypto, seed),
  check: ({ pubKey, address }, input) => {
    // The three fields belong together: the file says nothing else.
    const file = JSON.parse(fromUtf8(input)) as KeyFile
    promise(equalBytes(Buffer.from(file.pub_key.value, 'base64'), pubKey.bytes), 'the public key')
    promise(equalBytes(Buffer.from(file.address, 'hex'), address), 'the address')
  },
  isRefusal: privvalRefusal('PRIVVAL_KEY_MALFORMED'),
  cellsPerByte: CELLS_PER_BYTE,
}

const isKeyRefusal = privvalRefusal('PRIVVAL_KEY_MALFORMED')

async function takeNodeKey(input: Uint8Array): Promise<boolean> {
  const files = new MemoryFiles()
  files.plant(`/${FILE}`, input)
  try {
    const { id } = await loadNodeKey({ files, crypto: nativeCrypto, path: `/${FILE}` })
    promise(/^[0-9a-f]{40}$/.test(id), 'a node key gives a node id')
    return true
  } catch (error) {
    if (isKeyRefusal(error, input)) return false
    throw error
  }
}

class Refused extends Error {}

const genesis: Codec<Genesis> = {
  decode: (input) => {
    const parsed = parseGenesis(nativeCrypto, fromUtf8(input))
    if (parsed.ok) return parsed.value
    promise(parsed.error.reason !== '', 'a refusal says why')
    throw new Refused()
  },
  encode: (value) => toUtf8(formatGenesis(value)),
  check: ({ chainId, initialHeight, validators, consensusParams: { block } }) => {
    const bytes = toUtf8(chainId).length
    promise(bytes > 0 && bytes <= 50, `a chain id of ${bytes} bytes`)
    promise(initialHeight >= 1n && initialHeight < 2n ** 63n, `initial height ${initialHeight}`)
    promise(block.maxBytes === -1n || block.maxBytes > 0n, `blocks of ${block.maxBytes} bytes`)
    for (const { power, address, pubKey } of validators) {
      promise(power > 0n && power < 2n ** 60n, `power ${power}`)
      promise(address.length === 20 && pubKey.bytes.length >= 32, 'a validator has a key')
    }
  },
  isRefusal: (error) => error instanceof Refused,
  cellsPerByte: 2 * CELLS_PER_BYTE,
}

function makeGenesisFile(dice: Dice): Uint8Array {
  const validators = Array.from({ length: dice.below(4) }, (_, i) => {
    const { address, pubKey } = keyOf(i + 1)
    return { address, pubKey, power: BigInt(1 + dice.below(1000)), name: dice.pick(['', 'a', 'é']) }
  })
  return toUtf8(
    formatGenesis({
      genesisTime: BigInt(dice.word()) * 1_000_003n,
      chainId: dice.pick(['test-chain', 'c', 'é'.repeat(25)]),
      initialHeight: dice.pick([1n, 5n, 2n ** 62n]),
      consensusParams: defaultConsensusParams,
      validators,
      appHash: dice.bytes(dice.pick([0, 8, 32])),
      appStateJson: dice.oneIn(2) ? '' : makeJson(dice, 3),
      lockRule: dice.pick(['comet-legacy', 'paper']),
      medianTimeRule: dice.pick(['non-absent', 'commit-only']),
      evidenceRule: dice.pick(['comet', 'all']),
    }),
  )
}

const configFile: Codec<string> = {
  decode: (input) => {
    const config = new Config()
    config.readToml(fromUtf8(input), FILE)
    nodeSettings(config)
    return config.toToml()
  },
  encode: toUtf8,
  isRefusal: (error) => error instanceof AssemblyError && error.message.includes(FILE),
  cellsPerByte: CELLS_PER_BYTE,
  // All settings are there, whatever the file says.
  baseCells: 4000,
}

/** A piece of a whole config.toml, with its table's head. */
function makeConfig(dice: Dice): Uint8Array {
  const [head = '', ...tables] = new Config().toToml().split(/\n(?=\[)/)
  const kept = dice.oneIn(20) ? [head, ...tables] : [dice.pick([head, ...tables])]
  const lines = kept.join('\n').split('\n')
  const text = lines.filter(
    (line) => !line.startsWith('#') && line !== '' && (line.startsWith('[') || !dice.oneIn(3)),
  )
  return toUtf8(`${text.join('\n')}\n`)
}

/** A segment with some records, each known to be durable up to the one before or not at all. */
function makeSegment(dice: Dice): Uint8Array {
  let chain = { sequence: 1, previous: 0 }
  const pieces: Uint8Array[] = []
  const put = (frame: NewFrame): void => {
    const durable = dice.oneIn(2) ? chain.sequence - 1 : 0
    const { bytes, chain: next } = encodeFrames([frame], chain, durable)
    pieces.push(bytes)
    chain = next
  }
  put(makeSegmentStart(1))
  for (let left = dice.below(6); left > 0; left--) {
    if (dice.oneIn(3)) put({ kind: FrameKind.endOfHeight, payload: encodeHeight(BigInt(left)) })
    else put({ kind: FrameKind.input, payload: dice.bytes(dice.below(60)) })
  }
  if (dice.oneIn(3)) pieces.push(new Uint8Array(dice.below(100)))
  return glue(...pieces)
}

/** A segment is read to its first fault; what was read is written to the same bytes. */
function takeSegment(input: Uint8Array): boolean {
  const { frames, end, chain, damage } = readSegment(input, 1, null)
  promise(end <= input.length, 'a reading ends inside the file')
  promise(frames.length * 25 <= input.length, 'records take their headers')
  let again: Uint8Array = new Uint8Array(0)
  for (const [i, { kind, payload, sequence, previous, durable }] of frames.entries()) {
    const before = frames[i - 1]
    promise((kind === FrameKind.segmentStart) === (i === 0), 'a segment starts once')
    promise(kind !== FrameKind.endOfHeight || payload.length === 8, 'a marker holds a height')
    promise(before === undefined || before.sequence + 1 === sequence, 'sequences are without gap')
    promise(before === undefined || before.checksum === previous, 'records are chained')
    const { bytes } = encodeFrames([{ kind, payload }], { sequence, previous }, durable)
    again = glue(again, bytes)
  }
  promise(again.length === end, 'records lie one behind the other')
  for (let i = 0; i < end; i++) promise(again[i] === input[i], 'a record is what was written')
  const last = frames.at(-1)
  promise(last === undefined || chain.previous === last.checksum, 'the chain goes on')
  return damage === null
}

const DIRECTORY = '/wal'

/** A log opens and goes on, or names its corruption; what it held before stays. */
async function takeLog(input: Uint8Array): Promise<boolean> {
  const files = new MemoryFiles()
  files.plant(`${DIRECTORY}/${segmentName(1)}`, input)
  try {
    const before = await readLog(files, DIRECTORY)
    const records = before.segments.flatMap(({ frames }) => frames).length
    const options = { files, path: DIRECTORY, logger: silentLogger, reserveBytes: 0 }
    const log = await WriteAheadLog.open(options)
    log.append(toUtf8('more'))
    await log.close()
    const after = await readLog(files, DIRECTORY)
    const kept = after.segments.flatMap(({ frames }) => frames).length
    promise(after.torn === null, 'a repaired log has no torn tail')
    promise(kept === Math.max(1, records) + 1, `${records} records became ${kept}`)
    return before.torn === null
  } catch (error) {
    if (error instanceof WalError && error.code === 'WAL_CORRUPT') return false
    throw error
  }
}

const voteFamily = FAMILIES.find(({ name }) => name === 'Vote')

/** A state after a vote, or that of a key that never signed. */
function makeSignState(dice: Dice): Uint8Array {
  if (dice.oneIn(3)) return formatSignState(FRESH_SIGN_STATE)
  const vote = decodeVote(voteFamily?.encode(dice) ?? new Uint8Array(0))
  const height = dice.pick([1n, 5n, 2n ** 63n - 1n])
  const [round, type] = [dice.pick([0, 1, 2 ** 31 - 1]), dice.pick([1, 2])]
  const signBytes = voteSignBytes('test-chain', { ...vote, height, round, type })
  const signature = dice.bytes(64)
  return formatSignState({ height, round, step: type + 1, signature, signBytes })
}

/** The time inside sign bytes, or none; never a throw. */
function takeSignBytes(input: Uint8Array): boolean {
  const time = timestampOf(input, TIMESTAMP_FIELD.vote)
  return time !== null
}

/** Every file of a home that is not a database. */
export const FILE_TARGETS: readonly Target[] = [
  {
    name: 'priv_validator_state.json',
    share: 10,
    make: makeSignState,
    mutate: mutateText,
    take: (input) => takeWith(signState, input),
  },
  {
    name: 'priv_validator_key.json',
    share: 3,
    make: (dice) => formatKeyFile(nativeCrypto, dice.bytes(32)),
    mutate: mutateText,
    take: (input) => takeWith(keyFile, input),
  },
  {
    name: 'node_key.json',
    share: 3,
    make: (dice) => formatKeyFile(nativeCrypto, dice.bytes(32)),
    mutate: mutateText,
    take: takeNodeKey,
  },
  {
    name: 'genesis.json',
    share: 6,
    make: makeGenesisFile,
    mutate: mutateText,
    take: (input) => takeWith(genesis, input),
  },
  {
    name: 'config.toml',
    share: 6,
    make: makeConfig,
    mutate: mutateText,
    take: (input) => takeWith(configFile, input),
  },
  {
    name: 'timestampOf',
    share: 10,
    make: (dice) => {
      const vote = decodeVote(voteFamily?.encode(dice) ?? new Uint8Array(0))
      return voteSignBytes('test-chain', vote)
    },
    mutate: mutateProto,
    take: takeSignBytes,
  },
  {
    name: 'readSegment',
    share: 12,
    make: makeSegment,
    mutate: mutateSegment,
    take: takeSegment,
  },
  { name: 'WriteAheadLog', share: 6, make: makeSegment, mutate: mutateSegment, take: takeLog },
]
