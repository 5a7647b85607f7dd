// Reads a recorded event back into the event that was published.

import type { Crypto } from '../../core/crypto/index.ts'
import type { ChainEvent } from '../events/index.ts'
import {
  base64,
  hex,
  list,
  readBlock,
  readBlockId,
  readEvent,
  readEvidence,
  readFinalizeBlock,
  readHeader,
  readPublicKey,
  readTxResult,
  readVote,
} from './recorded-results.fixture.ts'
import type { Json } from './recorded-results.fixture.ts'

/** The kind of an event that was recorded without being published. */
const kindOf = (type: string): string =>
  type.slice('tendermint/event/'.length).replace('RoundState', 'NewRoundStep')

/** The event that a recorded message was written from. */
export function readChainEvent(crypto: Crypto, { data, events: tags }: Json): ChainEvent {
  const { value } = data
  const tag = tags['tm.event'][0] as string
  const kind = tag === 'x' ? kindOf(data.type) : tag
  const { height, round, step } = value
  const place = { height: BigInt(height ?? 0), round, step }
  switch (kind) {
    case 'NewBlock': {
      const block = readBlock(value.block)
      const response = readFinalizeBlock(value.result_finalize_block)
      return { kind, block, blockId: readBlockId(value.block_id), round: 0, response }
    }
    case 'NewBlockHeader':
      return { kind, header: readHeader(value.header) }
    case 'NewBlockEvents':
      return {
        kind,
        height: place.height,
        events: list(value.events, readEvent),
        numTxs: BigInt(value.num_txs),
      }
    case 'NewEvidence':
      return { kind, height: place.height, evidence: readEvidence(value.evidence) }
    case 'Tx': {
      const { TxResult: result } = value
      const tx = base64(result.tx)
      return {
        kind,
        height: BigInt(result.height),
        index: result.index ?? 0,
        tx,
        hash: crypto.sha256(tx),
        result: readTxResult(result.result),
      }
    }
    case 'ValidatorSetUpdates':
      return {
        kind,
        height: place.height,
        validatorUpdates: list(value.validator_updates, (validator) => ({
          pubKey: readPublicKey(validator.pub_key),
          power: BigInt(validator.voting_power),
        })),
      }
    case 'Vote':
      return { kind, vote: readVote(value.Vote) }
    case 'NewRound':
      return {
        kind,
        ...place,
        proposer: { address: hex(value.proposer.address), index: value.proposer.index },
      }
    case 'CompleteProposal':
      return { kind, ...place, blockId: readBlockId(value.block_id) }
    case 'NewRoundStep':
    case 'Polka':
    case 'Lock':
    case 'ValidBlock':
      return { kind, ...place }
    default:
      throw new Error(`an event of kind ${kind}`)
  }
}
