// The chain state as stored bytes: a list of length-prefixed pieces, the small values as JSON in
// the first one.

import { EMPTY_BYTES, concatBytes, err, fromUtf8, toUtf8 } from '../bytes/index.ts'
import type { Result } from '../bytes/index.ts'
import {
  decodeBlockId,
  decodeConsensusParams,
  decodeValidatorSet,
  encodeBlockId,
  encodeConsensusParams,
  encodeDelimited,
  encodeValidatorSet,
  readUvarint,
  tryDecode,
} from '../proto/index.ts'
import { ValidatorSet, parseSlashingPolicy } from '../types/index.ts'
import type { ChainState } from './chain-state.ts'

/** Raised when the layout changes, so that an old program refuses a newer state. */
const FORMAT = 1

const PIECES = 8
/** Wide enough for nanoseconds of any year. */
const INTEGER = /^(?:0|-?[1-9][0-9]{0,20})$/

const encodeSet = (set: ValidatorSet | null): Uint8Array => {
  if (set === null || set.size === 0) return EMPTY_BYTES
  let bytes = encodedSets.get(set)
  if (bytes === undefined) {
    const { validators, proposer, totalVotingPower } = set
    bytes = encodeValidatorSet({ validators, proposer, totalVotingPower })
    encodedSets.set(set, bytes)
  }
  return bytes
}

// Sets never change, and each stands in three chain states: next, present and last.
const encodedSets = new WeakMap<ValidatorSet, Uint8Array>()

const decodeSet = (bytes: Uint8Array): ValidatorSet | null => {
  if (bytes.length === 0) return null
  const { validators, proposer } = decodeValidatorSet(bytes)
  const set = ValidatorSet.tryRestore(validators, proposer)
  if (!set.ok) throw new SyntaxError(set.error)
  if (set.value.size === 0) throw new SyntaxError('an empty set takes no bytes')
  return set.value
}

const encodeScalars = (chainState: ChainState): Uint8Array => {
  const { version, chainId, lockRule, medianTimeRule, evidenceRule, slashing } = chainState
  const scalars = {
    format: FORMAT,
    blockVersion: `${version.block}`,
    appVersion: `${version.app}`,
    chainId,
    initialHeight: `${chainState.initialHeight}`,
    lastBlockHeight: `${chainState.lastBlockHeight}`,
    lastBlockTime: `${chainState.lastBlockTime}`,
    lastHeightValidatorsChanged: `${chainState.lastHeightValidatorsChanged}`,
    lastHeightConsensusParamsChanged: `${chainState.lastHeightConsensusParamsChanged}`,
    lockRule,
    medianTimeRule,
    evidenceRule,
    ...(slashing === undefined ? {} : { slashing }),
  }
  return toUtf8(JSON.stringify(scalars))
}

type Scalars = Omit<
  ChainState,
  | 'lastBlockId'
  | 'nextValidators'
  | 'validators'
  | 'lastValidators'
  | 'consensusParams'
  | 'lastResultsHash'
  | 'appHash'
>

const slashingOf = (value: unknown): Pick<ChainState, 'slashing'> => {
  if (value === undefined) return {}
  const policy = parseSlashingPolicy(value)
  if (policy.ok) return { slashing: policy.value }
  throw new SyntaxError(`slashing: ${policy.error.field} ${policy.error.reason}`)
}

/**
 * Throws on anything but what {@link encodeScalars} wrote; the caller turns that into a refusal.
 */
const decodeScalars = (bytes: Uint8Array): Scalars => {
  const values = JSON.parse(fromUtf8(bytes)) as Readonly<Record<string, unknown>> | null
  if (values?.['format'] !== FORMAT) throw new SyntaxError('unknown format')
  const text = (name: string): string => {
    const value = values[name]
    if (typeof value !== 'string') throw new SyntaxError(`${name} is not a text`)
    return value
  }
  const integer = (name: string): bigint => {
    if (!INTEGER.test(text(name))) throw new SyntaxError(`${name} is not an integer`)
    return BigInt(text(name))
  }
  const lockRule = text('lockRule')
  const medianTimeRule = text('medianTimeRule')
  if (lockRule !== 'comet-legacy' && lockRule !== 'paper') {
    throw new SyntaxError('lockRule is unknown')
  }
  if (medianTimeRule !== 'non-absent' && medianTimeRule !== 'commit-only') {
    throw new SyntaxError('medianTimeRule is unknown')
  }
  // States that were stored before there was a choice do not name it.
  const evidenceRule = values['evidenceRule'] === undefined ? 'comet' : text('evidenceRule')
  if (evidenceRule !== 'comet' && evidenceRule !== 'all') {
    throw new SyntaxError('evidenceRule is unknown')
  }
  return {
    version: { block: integer('blockVersion'), app: integer('appVersion') },
    chainId: text('chainId'),
    initialHeight: integer('initialHeight'),
    lastBlockHeight: integer('lastBlockHeight'),
    lastBlockTime: integer('lastBlockTime'),
    lastHeightValidatorsChanged: integer('lastHeightValidatorsChanged'),
    lastHeightConsensusParamsChanged: integer('lastHeightConsensusParamsChanged'),
    lockRule,
    medianTimeRule,
    evidenceRule,
    ...slashingOf(values['slashing']),
  }
}

/** The bytes to store. */
export const encodeChainState = (chainState: ChainState): Uint8Array => {
  const pieces = [
    encodeScalars(chainState),
    encodeBlockId(chainState.lastBlockId),
    encodeSet(chainState.nextValidators),
    encodeSet(chainState.validators),
    encodeSet(chainState.lastValidators),
    encodeConsensusParams(chainState.consensusParams),
    chainState.lastResultsHash,
    chainState.appHash,
  ]
  return concatBytes(...pieces.map(encodeDelimited))
}

const splitPieces = (bytes: Uint8Array): Uint8Array[] => {
  const pieces: Uint8Array[] = []
  let at = 0
  while (pieces.length < PIECES) {
    const length = readUvarint(bytes, at)
    if (length === null) break
    at = length.next + length.value
    if (at > bytes.length) break
    pieces.push(bytes.slice(length.next, at))
  }
  return at === bytes.length ? pieces : []
}

const joinPieces = (pieces: readonly Uint8Array[]): ChainState => {
  const piece = (index: number): Uint8Array => pieces[index] ?? EMPTY_BYTES
  return {
    ...decodeScalars(piece(0)),
    lastBlockId: decodeBlockId(piece(1)),
    nextValidators: decodeSet(piece(2)) ?? ValidatorSet.empty,
    validators: decodeSet(piece(3)) ?? ValidatorSet.empty,
    lastValidators: decodeSet(piece(4)),
    consensusParams: decodeConsensusParams(piece(5)),
    lastResultsHash: piece(6),
    appHash: piece(7),
  }
}

/** Runs a decoder of stored bytes; what is not of our own making becomes a refusal. */
const decodeStored = (bytes: Uint8Array): ChainState => {
  const pieces = splitPieces(bytes)
  if (pieces.length !== PIECES) throw new SyntaxError('pieces are missing')
  return joinPieces(pieces)
}

/** The stored state, or why the bytes are none. */
export const decodeChainState = (bytes: Uint8Array): Result<ChainState, string> => {
  try {
    return tryDecode(decodeStored, bytes)
  } catch (error) {
    // What JSON.parse throws on text that is not JSON, and we on what is not ours.
    if (error instanceof SyntaxError) return err(`chain state: ${error.message}`)
    throw error
  }
}
