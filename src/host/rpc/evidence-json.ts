// Reads evidence as clients send it: amino JSON, the form in which blocks show it.

import {
  EMPTY_BYTES,
  ZERO_TIME,
  err,
  fromBase64,
  fromHex,
  ok,
  parseTime,
} from '../../core/bytes/index.ts'
import type { Result, Time } from '../../core/bytes/index.ts'
import type {
  BlockId,
  Commit,
  CommitSig,
  Evidence,
  Header,
  LightBlock,
  Proposal,
  PublicKey,
  ValidatorProto,
  Vote,
} from '../../core/types/index.ts'

/** Thrown inside this file only. */
class Misfit extends Error {
  override readonly name = 'Misfit'
}

/** Entries that a list may have; a block has no more validators. */
const MAX_LIST = 10_000

const INTEGER = /^-?[0-9]{1,19}$/
const MIN_INT64 = -(2n ** 63n)
const MAX_INT64 = 2n ** 63n - 1n

/** The members of an object, read by name; what is missing has Go's zero value. */
class Members {
  readonly #members: Readonly<Record<string, unknown>>
  readonly #path: string

  constructor(value: unknown, path: string) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new Misfit(`${path}: not an object`)
    }
    this.#members = value as Readonly<Record<string, unknown>>
    this.#path = path
  }

  int64(name: string): bigint {
    const value = this.#members[name] ?? '0'
    if (typeof value !== 'string' || !INTEGER.test(value)) {
      throw this.#misfit(name, 'not a number inside a string')
    }
    const number = BigInt(value)
    if (number < MIN_INT64 || number > MAX_INT64) throw this.#misfit(name, 'not of 64 bits')
    return number
  }

  int32(name: string): number {
    const value = this.#members[name] ?? 0
    if (typeof value === 'number' && (value | 0) === value) return value
    throw this.#misfit(name, 'not a whole number of 32 bits')
  }

  text(name: string): string {
    const value = this.#members[name] ?? ''
    if (typeof value === 'string') return value
    throw this.#misfit(name, 'not a string')
  }

  hex(name: string): Uint8Array {
    const text = this.text(name)
    if (text === '') return EMPTY_BYTES
    return fromHex(text) ?? this.#refuse(name, 'not hexadecimal')
  }

  base64(name: string): Uint8Array {
    const text = this.text(name)
    if (text === '') return EMPTY_BYTES
    return fromBase64(text) ?? this.#refuse(name, 'not base64')
  }

  time(name: string): Time {
    if (this.#members[name] === undefined) return ZERO_TIME
    return parseTime(this.text(name)) ?? this.#refuse(name, 'not a time')
  }

  part(name: string): Members {
    return new Members(this.#members[name] ?? {}, `${this.#path}.${name}`)
  }

  partOrNull(name: string): Members | null {
    return (this.#members[name] ?? null) === null ? null : this.part(name)
  }

  list(name: string): Members[] {
    const value = this.#members[name] ?? []
    if (!Array.isArray(value)) throw this.#misfit(name, 'not a list')
    if (value.length > MAX_LIST) throw this.#misfit(name, `more than ${MAX_LIST} entries`)
    return value.map((item, i) => new Members(item, `${this.#path}.${name}[${i}]`))
  }

  #refuse(name: string, reason: string): never {
    throw this.#misfit(name, reason)
  }

  #misfit(name: string, reason: string): Misfit {
    return new Misfit(`${this.#path}.${name}: ${reason}`)
  }
}

function blockIdOf(json: Members): BlockId {
  const parts = json.part('parts')
  const partSetHeader = { total: parts.int32('total'), hash: parts.hex('hash') }
  return { hash: json.hex('hash'), partSetHeader }
}

function voteOf(json: Members): Vote {
  return {
    type: json.int32('type'),
    height: json.int64('height'),
    round: json.int32('round'),
    blockId: blockIdOf(json.part('block_id')),
    timestamp: json.time('timestamp'),
    validatorAddress: json.hex('validator_address'),
    validatorIndex: json.int32('validator_index'),
    signature: json.base64('signature'),
    extension: json.base64('extension'),
    extensionSignature: json.base64('extension_signature'),
  }
}

function proposalOf(json: Members): Proposal {
  return {
    type: json.int32('Type'),
    height: json.int64('height'),
    round: json.int32('round'),
    polRound: json.int32('pol_round'),
    blockId: blockIdOf(json.part('block_id')),
    timestamp: json.time('timestamp'),
    signature: json.base64('signature'),
  }
}

function headerOf(json: Members): Header {
  const version = json.part('version')
  return {
    version: { block: version.int64('block'), app: version.int64('app') },
    chainId: json.text('chain_id'),
    height: json.int64('height'),
    time: json.time('time'),
    lastBlockId: blockIdOf(json.part('last_block_id')),
    lastCommitHash: json.hex('last_commit_hash'),
    dataHash: json.hex('data_hash'),
    validatorsHash: json.hex('validators_hash'),
    nextValidatorsHash: json.hex('next_validators_hash'),
    consensusHash: json.hex('consensus_hash'),
    appHash: json.hex('app_hash'),
    lastResultsHash: json.hex('last_results_hash'),
    evidenceHash: json.hex('evidence_hash'),
    proposerAddress: json.hex('proposer_address'),
  }
}

const commitSigOf = (json: Members): CommitSig => ({
  blockIdFlag: json.int32('block_id_flag'),
  validatorAddress: json.hex('validator_address'),
  timestamp: json.time('timestamp'),
  signature: json.base64('signature'),
})

function commitOf(json: Members): Commit {
  return {
    height: json.int64('height'),
    round: json.int32('round'),
    blockId: blockIdOf(json.part('block_id')),
    signatures: json.list('signatures').map(commitSigOf),
  }
}

const KEY_TYPES: Readonly<Record<string, PublicKey['type']>> = {
  'tendermint/PubKeyEd25519': 'ed25519',
  'tendermint/PubKeySecp256k1': 'secp256k1',
}

function validatorOf(json: Members): ValidatorProto {
  const key = json.part('pub_key')
  const type = KEY_TYPES[key.text('type')]
  if (type === undefined) throw new Misfit(`a key of unknown type ${key.text('type')}`)
  return {
    address: json.hex('address'),
    pubKey: { type, bytes: key.base64('value') },
    votingPower: json.int64('voting_power'),
    proposerPriority: json.int64('proposer_priority'),
  }
}

function lightBlockOf(json: Members): LightBlock {
  const signed = json.partOrNull('signed_header')
  const set = json.partOrNull('validator_set')
  const [header, commit] = [signed?.partOrNull('header'), signed?.partOrNull('commit')]
  const proposer = set?.partOrNull('proposer') ?? null
  return {
    signedHeader:
      signed === null
        ? null
        : { header: header ? headerOf(header) : null, commit: commit ? commitOf(commit) : null },
    validatorSet:
      set === null
        ? null
        : {
            validators: set.list('validators').map(validatorOf),
            proposer: proposer === null ? null : validatorOf(proposer),
            totalVotingPower: 0n,
          },
  }
}

function evidenceOf(type: string, json: Members): Evidence {
  const totalVotingPower = json.int64('TotalVotingPower')
  const rest = { totalVotingPower, timestamp: json.time('Timestamp') }
  const validatorPower = json.int64('ValidatorPower')
  switch (type) {
    case 'tendermint/DuplicateVoteEvidence': {
      const votes = { voteA: voteOf(json.part('vote_a')), voteB: voteOf(json.part('vote_b')) }
      return { kind: 'duplicate-vote', ...votes, validatorPower, ...rest }
    }
    case 'tendermint/LightClientAttackEvidence':
      return {
        kind: 'light-client-attack',
        conflictingBlock: lightBlockOf(json.part('ConflictingBlock')),
        commonHeight: json.int64('CommonHeight'),
        byzantineValidators: json.list('ByzantineValidators').map(validatorOf),
        ...rest,
      }
    case 'quadrille/DoubleProposalEvidence': {
      const [proposalA, proposalB] = [json.part('proposal_a'), json.part('proposal_b')].map(
        proposalOf,
      ) as [Proposal, Proposal]
      const validatorAddress = json.hex('validator_address')
      const accused = { validatorAddress, validatorPower, ...rest }
      return { kind: 'double-proposal', proposalA, proposalB, ...accused }
    }
    case 'quadrille/DowntimeEvidence':
      return {
        kind: 'downtime',
        validatorAddress: json.hex('validator_address'),
        windowStart: json.int64('window_start'),
        windowEnd: json.int64('window_end'),
        missed: json.int32('missed'),
        validatorPower,
        ...rest,
      }
    default:
      throw new Misfit(`unknown type of evidence ${JSON.stringify(type)}`)
  }
}

/** Evidence in JSON with its registered type name; the error says what does not fit. */
export function parseEvidence(json: string): Result<Evidence, string> {
  try {
    const outer = new Members(JSON.parse(json) as unknown, 'evidence')
    return ok(evidenceOf(outer.text('type'), outer.part('value')))
  } catch (error) {
    if (error instanceof Misfit || error instanceof SyntaxError) return err(error.message)
    throw error
  }
}
