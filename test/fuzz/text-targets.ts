// Targets for everything that is read from text: JSON, JSON-RPC, URIs, queries, addresses, times.

import {
  formatTime,
  fromHex,
  fromUtf8,
  parseTime,
  toHex,
  toUtf8,
} from '../../src/core/bytes/index.ts'
import { fromBase64, toBase64 } from '../../src/core/bytes/index.ts'
import { proposedTwice, votedTwice } from '../../src/core/fault-proof/evidence.fixture.ts'
import { DEFAULT_SLASHING_POLICY, parseSlashingPolicy } from '../../src/core/types/index.ts'
import {
  CanonicalError,
  decodeAppTx,
  decodeCanonical,
  encodeAppTx,
  encodeCanonical,
} from '../../src/host/abci/index.ts'
import { parseValidatorTx } from '../../src/host/abci/readers.fixture.ts'
import { selectValue } from '../../src/host/abci/readers.fixture.ts'
import { Query } from '../../src/host/events/index.ts'
import { parsePeerAddress } from '../../src/host/p2p/index.ts'
import { splitHostPort } from '../../src/host/p2p/index.ts'
import { parseEvidence } from '../../src/host/rpc/index.ts'
import { checkJson, evidenceJson, JsonSyntaxError } from '../../src/host/rpc/readers.fixture.ts'
import { parseRequests, parseSocketRequest } from '../../src/host/rpc/readers.fixture.ts'
import {
  argumentsOfJson,
  argumentsOfUri,
  ParameterError,
} from '../../src/host/rpc/readers.fixture.ts'
import type { ParameterKind } from '../../src/host/rpc/readers.fixture.ts'
import { cleanedPath, parseQuery } from '../../src/host/rpc/readers.fixture.ts'
import { parseDurationMs } from '../../src/node/assembly/readers.fixture.ts'
import { parseLogLevel } from '../../src/node/platform/index.ts'
import type { Dice } from './dice.ts'
import { makeJson, makePlain, makeWord } from './make-json.ts'
import { mutateBytes } from './mutate-bytes.ts'
import { mutateText } from './mutate-text.ts'
import { promise, takeWith } from './target.ts'
import type { Codec, Target } from './target.ts'
import { sameValue } from './values.ts'

/** Texts are held in two bytes a character, or in objects with a few cells a token. */
const CELLS_PER_BYTE = 16

/** A reader of text that answers a value, or throws what `isRefusal` knows. */
interface TextReader<T> {
  readonly name: string
  readonly share?: number
  readonly make: (dice: Dice) => string
  readonly read: (text: string) => T
  readonly write?: (value: T) => string
  readonly isRefusal?: (error: unknown) => boolean
  readonly mutate?: Target['mutate']
  /** What is true of every value that is read. */
  readonly check?: (value: T) => void
}

/** What a reader throws here for its answer that says no. */
class Refused extends Error {}

/** The value of an answer that may be null or a failed result. */
function accepted<T>(value: T | null): T {
  if (value === null) throw new Refused()
  return value
}

function valueOf<T>(result: { ok: true; value: T } | { ok: false; error: string }): T {
  if (result.ok) return result.value
  promise(typeof result.error === 'string' && result.error !== '', 'a refusal says why')
  throw new Refused()
}

function textTarget<T>(reader: TextReader<T>): Target {
  const { name, read, write, check, isRefusal = () => false } = reader
  const codec: Codec<T> = {
    decode: (input) => read(fromUtf8(input)),
    encode: write === undefined ? null : (value) => toUtf8(write(value)),
    isRefusal: (error) => error instanceof Refused || isRefusal(error),
    cellsPerByte: CELLS_PER_BYTE,
    ...(check === undefined ? {} : { check }),
  }
  return {
    name,
    share: reader.share ?? 10,
    make: (dice) => toUtf8(reader.make(dice)),
    mutate: reader.mutate ?? mutateText,
    take: (input) => takeWith(codec, input),
  }
}

const canonical: readonly Target[] = [
  textTarget({
    name: 'decodeCanonical',
    share: 20,
    make: (dice) => encodeCanonical(makePlain(dice, 4)),
    read: decodeCanonical,
    write: (value) => encodeCanonical(value, 'as-is'),
    isRefusal: (error) => error instanceof CanonicalError,
  }),
  textTarget({
    name: 'decodeAppTx',
    share: 15,
    make: (dice) => fromUtf8(encodeAppTx(makePlain(dice, 3))),
    read: (text) => {
      const given = toUtf8(text)
      const value = valueOf(decodeAppTx<unknown>(given, undefined))
      promise(sameValue(encodeAppTx(value), given), 'a transaction has one form')
      return value
    },
    write: (value) => fromUtf8(encodeAppTx(value)),
  }),
  textTarget({
    name: 'selectValue',
    make: (dice) => JSON.stringify([dice.pick(['a', 'b', 'items']), dice.below(3)]),
    read: (text) => {
      const state = { a: [1, 2, { b: 'x' }], items: new Map<unknown, unknown>([['k', 1]]) }
      return valueOf(selectValue(state, text)) ?? 'does not exist'
    },
  }),
  textTarget({
    name: 'parseValidatorTx',
    make: (dice) => `val=ed25519!${toBase64(dice.bytes(32))}!${dice.below(1000)}`,
    read: (text) => accepted(parseValidatorTx(toUtf8(text))),
    check: ({ pubKey, power }) => {
      promise(power >= 0n && power < 2n ** 63n, `power ${power}`)
      promise(pubKey.bytes.length === (pubKey.type === 'ed25519' ? 32 : 33), 'a key is whole')
    },
    write: ({ pubKey, power }) => `val=${pubKey.type}!${toBase64(pubKey.bytes)}!${power}`,
  }),
]

/** Of each kind a text that is one: among texts drawn for nine of them hardly ever all fit. */
const FITTING = new Map<ParameterKind, string>([
  ['int64', '"5"'],
  ['optional-int64', '"5"'],
  ['optional-int', '"5"'],
  ['uint', '"5"'],
  ['bool', 'true'],
  ['string', '"text"'],
  ['bytes', '"AAEC"'],
  ['tx', '"AAEC"'],
  ['hex', '"0aff"'],
])
const KINDS: readonly ParameterKind[] = [...FITTING.keys()]
const PARAMETERS = KINDS.map((kind) => [kind, kind] as const)

const ofParameter = (error: unknown): boolean =>
  error instanceof ParameterError && error.message !== ''
const PARAMETER_TEXTS: readonly string[] = [
  '"5"',
  '"-9223372036854775808"',
  'true',
  '"text"',
  '"AAEC"',
  '"0aff"',
  'null',
  '[1,2,3]',
  '0x0aff',
  '5',
  '""',
]

const rpc: readonly Target[] = [
  textTarget({
    name: 'checkJson',
    share: 20,
    make: (dice) => makeJson(dice, 4),
    read: (text) => {
      const checked = checkJson(text)
      // What we take, JSON.parse takes; only numbers beyond a double are another value there.
      JSON.parse(checked)
      return checked
    },
    write: (checked) => checked,
    isRefusal: (error) => error instanceof JsonSyntaxError,
  }),
  textTarget({
    name: 'parseEvidence',
    make: (dice) => evidenceJson(dice.pick([votedTwice(), proposedTwice()])),
    read: (text) => valueOf(parseEvidence(text)),
  }),
  textTarget({
    name: 'parseRequests',
    share: 20,
    make: makeRequestBody,
    read: (text) => {
      const requests = valueOf(parseRequests(text, 10))
      promise(requests.length <= 11, 'a batch is cut off')
      for (const request of requests) if (request !== null) JSON.parse(request.id)
      return requests
    },
  }),
  textTarget({
    name: 'parseSocketRequest',
    make: makeRequestBody,
    read: (text) => valueOf(parseSocketRequest(text)),
  }),
  textTarget({
    name: 'argumentsOfJson',
    share: 15,
    make: (dice) => {
      const values = dice.oneIn(2)
        ? [...FITTING.values()]
        : KINDS.map(() => dice.pick(PARAMETER_TEXTS))
      if (dice.oneIn(2)) return `[${values.join(',')}]`
      return `{${KINDS.map((kind, i) => `"${kind}":${values[i]}`).join(',')}}`
    },
    read: (text) => argumentsOfJson(PARAMETERS, checkJson(text)),
    isRefusal: (error) => ofParameter(error) || error instanceof JsonSyntaxError,
  }),
  textTarget({
    name: 'argumentsOfUri',
    share: 15,
    make: (dice) => KINDS.map((kind) => `${kind}=${dice.pick(PARAMETER_TEXTS)}`).join('&'),
    read: (text) => {
      const values = parseQuery(text)
      return argumentsOfUri(PARAMETERS, (name) => values.get(name) ?? '')
    },
    isRefusal: ofParameter,
  }),
  textTarget({
    name: 'cleanedPath',
    make: (dice) => `/${makeWord(dice)}/../${makeWord(dice)}`,
    read: (text) => {
      const clean = accepted(cleanedPath(text))
      promise(clean.startsWith('/'), 'a clean path begins at the root')
      return clean
    },
  }),
  textTarget({
    name: 'Query.parse',
    share: 15,
    make: makeQuery,
    read: (text) => {
      const query = valueOf(Query.parse(text))
      query.matches(
        new Map([
          ['tm.event', ['Tx']],
          ['a.b', ['8atom', '2020-01-01T00:00:00Z']],
        ]),
      )
      return query.conditions
    },
  }),
]

/** The value of a JSON text, -0 as 0, which is all the same to a policy; or a refusal. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text, (_, value: unknown) => (Object.is(value, -0) ? 0 : value))
  } catch {
    throw new Refused()
  }
}

/** A result whose error names a field and a reason. */
function fieldsOf<T>(
  result: { ok: true; value: T } | { ok: false; error: { field: string; reason: string } },
): T {
  if (result.ok) return result.value
  promise(result.error.reason !== '', 'a refusal says why')
  throw new Refused()
}

const policies: readonly Target[] = [
  textTarget({
    name: 'parseSlashingPolicy',
    make: (dice) => {
      const [equivocation, downtime] = [
        DEFAULT_SLASHING_POLICY.equivocation,
        DEFAULT_SLASHING_POLICY.downtime,
      ]
      return JSON.stringify(
        dice.pick([{}, { equivocation }, { downtime }, DEFAULT_SLASHING_POLICY]),
      )
    },
    read: (text) => fieldsOf(parseSlashingPolicy(jsonOf(text))),
    write: (policy) => JSON.stringify(policy),
    check: (policy) => {
      for (const { fraction, jailBlocks, tombstone } of Object.values(policy)) {
        promise(fraction[0] >= 0 && fraction[1] >= fraction[0], 'a part is at most the whole')
        promise(jailBlocks >= 0 && typeof tombstone === 'boolean', 'a penalty is whole')
      }
    },
  }),
]

const small: readonly Target[] = [
  textTarget({
    name: 'parsePeerAddress',
    make: (dice) => `${toHex(dice.bytes(20))}@${dice.pick(['host', '[::1]', '10.0.0.1'])}:26656`,
    read: (text) => valueOf(parsePeerAddress(text)),
    write: ({ id, address }) => `${id}@${address}`,
  }),
  textTarget({
    name: 'splitHostPort',
    make: (dice) => `${dice.pick(['host', '[::1]', '[fe80::1%eth0]'])}:${dice.below(70_000)}`,
    read: (text) => accepted(splitHostPort(text)),
    check: ({ host, port }) => {
      promise(host !== '' && port >= 0 && port <= 65_535, `port ${port} of ${host}`)
    },
    write: ({ host, port }) => (host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`),
  }),
  textTarget({
    name: 'parseTime',
    make: (dice) => formatTime(BigInt(dice.word()) * BigInt(dice.word())),
    read: (text) => accepted(parseTime(text)),
    write: formatTime,
  }),
  textTarget({
    name: 'parseDurationMs',
    make: (dice) =>
      `${dice.below(100)}h${dice.below(100)}.5m${dice.below(9)}${dice.pick(['s', 'us'])}`,
    read: (text) => {
      const ms = accepted(parseDurationMs(text))
      promise(ms >= 0 && Number.isFinite(ms), 'a duration is a number')
      return ms
    },
  }),
  textTarget({
    name: 'parseLogLevel',
    make: (dice) => dice.pick(['info', 'p2p:debug,*:error', 'none', 'consensus:info']),
    read: (text) => {
      const level = parseLogLevel(text)
      return valueOf(level)
    },
  }),
  textTarget({
    name: 'fromHex',
    share: 5,
    make: (dice) => toHex(dice.bytes(dice.below(40))),
    read: (text) => accepted(fromHex(text)),
    write: toHex,
  }),
  textTarget({
    name: 'fromBase64',
    share: 5,
    make: (dice) => toBase64(dice.bytes(dice.below(40))),
    read: (text) => accepted(fromBase64(text)),
    write: toBase64,
  }),
  textTarget({
    name: 'fromUtf8',
    share: 5,
    mutate: mutateBytes,
    make: makeWord,
    read: (text) => {
      const bytes = toUtf8(text)
      promise(fromUtf8(bytes) === text, 'text from bytes gives the bytes back')
      if (text.length === 0) throw new Refused()
      return text
    },
    write: (text) => text,
  }),
]

function makeRequestBody(dice: Dice): string {
  const one = (): string => {
    const method = dice.pick(['block', 'status', 'abci_query', 'tx_search'])
    const id = dice.pick(['1', '"x"', '-1', '1.5', 'null', '[1,{"a":2}]'])
    return `{"jsonrpc":"2.0","id":${id},"method":"${method}","params":${makeJson(dice, 2)}}`
  }
  return dice.oneIn(3) ? `[${one()},${one()}, ${one()}]` : one()
}

function makeQuery(dice: Dice): string {
  const condition = (): string => {
    const tag = dice.pick(['tm.event', 'tx.height', 'transfer.amount', 'a-b.c_d'])
    return dice.pick([
      `${tag}='Tx'`,
      `${tag} > 5`,
      `${tag} <= 10.25`,
      `${tag} CONTAINS 'x'`,
      `${tag} EXISTS`,
      `${tag} >= TIME 2013-05-03T14:45:00Z`,
      `${tag} = DATE 2013-05-03`,
    ])
  }
  return dice.oneIn(2) ? condition() : `${condition()} AND ${condition()}`
}

/** Every reader of text. */
export const TEXT_TARGETS: readonly Target[] = [...canonical, ...rpc, ...policies, ...small]
