// Headers, commits and validators from the JSON of the routes `commit` and `validators`.

import type {
  BlockId,
  Commit,
  CommitSig,
  Header,
  PublicKey,
  Validator,
} from '../../core/types/index.ts'
import type { AnswerFields } from './answer-fields.ts'

/** A header. */
export function readHeader(fields: AnswerFields): Header {
  const version = fields.object('version')
  return {
    version: { block: version.int64('block'), app: version.int64('app') },
    chainId: fields.string('chain_id'),
    height: fields.int64('height'),
    time: fields.time('time'),
    lastBlockId: readBlockId(fields.object('last_block_id')),
    lastCommitHash: fields.hex('last_commit_hash'),
    dataHash: fields.hex('data_hash'),
    validatorsHash: fields.hex('validators_hash'),
    nextValidatorsHash: fields.hex('next_validators_hash'),
    consensusHash: fields.hex('consensus_hash'),
    appHash: fields.hex('app_hash'),
    lastResultsHash: fields.hex('last_results_hash'),
    evidenceHash: fields.hex('evidence_hash'),
    proposerAddress: fields.hex('proposer_address'),
  }
}

/** A commit. */
export function readCommit(fields: AnswerFields): Commit {
  return {
    height: fields.int64('height'),
    round: fields.int32('round'),
    blockId: readBlockId(fields.object('block_id')),
    signatures: fields.objects('signatures').map(readCommitSig),
  }
}

/** A validator with its priority, which no proof holds. */
export function readValidator(fields: AnswerFields): Validator {
  return {
    address: fields.hex('address'),
    pubKey: readPublicKey(fields.object('pub_key')),
    votingPower: fields.int64('voting_power'),
    proposerPriority: 0n,
  }
}

function readBlockId(fields: AnswerFields): BlockId {
  const parts = fields.object('parts')
  return {
    hash: fields.hex('hash'),
    partSetHeader: { total: parts.int32('total'), hash: parts.hex('hash') },
  }
}

function readCommitSig(fields: AnswerFields): CommitSig {
  return {
    blockIdFlag: fields.int32('block_id_flag'),
    validatorAddress: fields.hex('validator_address'),
    timestamp: fields.time('timestamp'),
    signature: fields.base64('signature'),
  }
}

const KEY_TYPES: Readonly<Record<string, PublicKey['type']>> = {
  'tendermint/PubKeyEd25519': 'ed25519',
  'tendermint/PubKeySecp256k1': 'secp256k1',
}

function readPublicKey(fields: AnswerFields): PublicKey {
  const name = fields.string('type')
  const type = Object.hasOwn(KEY_TYPES, name) ? KEY_TYPES[name] : undefined
  if (type === undefined) throw fields.wrong('type', 'no known kind of key')
  return { type, bytes: fields.base64('value') }
}
