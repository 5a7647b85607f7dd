// Events as subscribers get them.

import type { ValidatorUpdate } from '../../core/proto/index.ts'
import { addressOf } from '../../core/crypto/index.ts'
import type { Crypto } from '../../core/crypto/index.ts'
import type {
  ChainEvent,
  FaultEvent,
  PublishedEvent,
  RoundStepEvent,
  TxEvent,
} from '../events/index.ts'
import { eventJson, finalizeBlockJson, sparseTxResultJson } from './json-abci.ts'
import {
  blockIdJson,
  blockJson,
  evidenceJson,
  headerJson,
  validatorJson,
  voteJson,
} from './json-chain.ts'
import {
  jsonBase64,
  jsonHex,
  jsonInt64,
  jsonList,
  jsonListOrNull,
  jsonMembers,
  jsonString,
} from './json-text.ts'

/** Writes events, each one once however many subscribers it has. */
export class EventWriter {
  readonly #crypto: Crypto
  readonly #written = new WeakMap<PublishedEvent, string>()

  constructor(crypto: Crypto) {
    this.#crypto = crypto
  }

  /** The result that a subscriber of `query` gets for an event. */
  write(query: string, published: PublishedEvent): string {
    let text = this.#written.get(published)
    if (text === undefined) {
      const data = this.#data(published.event)
      const events = [...published.attributes].map(
        ([key, values]) => `${jsonString(key)}:${jsonList(values, jsonString)}`,
      )
      text = `"data":${data},"events":{${events.join(',')}}}`
      this.#written.set(published, text)
    }
    return `{"query":${jsonString(query)},${text}`
  }

  #data(event: ChainEvent): string {
    switch (event.kind) {
      case 'NewBlock': {
        const result = finalizeBlockJson(event.response)
        return typed(
          'NewBlock',
          `{"block":${blockJson(event.block)},"block_id":${blockIdJson(event.blockId)}` +
            `,"result_finalize_block":${result}}`,
        )
      }
      case 'NewBlockHeader':
        return typed('NewBlockHeader', `{"header":${headerJson(event.header)}}`)
      case 'NewBlockEvents': {
        const events = jsonListOrNull(event.events, eventJson)
        const numTxs = jsonInt64(event.numTxs)
        return typed(
          'NewBlockEvents',
          `{"height":${jsonInt64(event.height)},"events":${events},"num_txs":${numTxs}}`,
        )
      }
      case 'NewEvidence': {
        const evidence = evidenceJson(event.evidence)
        return typed('NewEvidence', `{"height":${jsonInt64(event.height)},"evidence":${evidence}}`)
      }
      case 'Fault':
        return `{"type":"quadrille/event/Fault","value":${faultJson(event)}}`
      case 'Tx':
        return typed('Tx', `{"TxResult":${txEventJson(event)}}`)
      case 'ValidatorSetUpdates': {
        const updates = jsonList(event.validatorUpdates, (update) => this.#update(update))
        return typed('ValidatorSetUpdates', `{"validator_updates":${updates}}`)
      }
      case 'Vote':
        return typed('Vote', `{"Vote":${voteJson(event.vote)}}`)
      case 'NewRound': {
        const { address, index } = event.proposer
        const proposer = `{"address":${jsonHex(address)},"index":${index}}`
        return typed('NewRound', `{${roundStepMembers(event)},"proposer":${proposer}}`)
      }
      case 'CompleteProposal': {
        const blockId = blockIdJson(event.blockId)
        return typed('CompleteProposal', `{${roundStepMembers(event)},"block_id":${blockId}}`)
      }
      case 'NewRoundStep':
      case 'Polka':
      case 'Lock':
      case 'ValidBlock':
        return typed('RoundState', `{${roundStepMembers(event)}}`)
    }
  }

  /** Shown as a validator, whose priority is not known yet. */
  #update(update: ValidatorUpdate): string {
    const { pubKey, power } = update
    const address = addressOf(this.#crypto, pubKey)
    return validatorJson({ address, pubKey, votingPower: power, proposerPriority: 0n })
  }
}

function typed(type: string, value: string): string {
  return `{"type":"tendermint/event/${type}","value":${value}}`
}

function faultJson({ height, fault, validators, text, isProved, evidence }: FaultEvent): string {
  return (
    `{"height":${jsonInt64(height)},"fault":${jsonString(fault)}` +
    `,"validators":${jsonList(validators, jsonHex)},"text":${jsonString(text)}` +
    `,"proved":${isProved},"evidence":${evidence === null ? 'null' : evidenceJson(evidence)}}`
  )
}

function roundStepMembers(event: RoundStepEvent): string {
  const { height, round, step } = event
  return `"height":${jsonInt64(height)},"round":${round},"step":${jsonString(step)}`
}

function txEventJson(event: TxEvent): string {
  return jsonMembers([
    ['height', event.height === 0n ? null : jsonInt64(event.height)],
    ['index', event.index === 0 ? null : String(event.index)],
    ['tx', event.tx.length === 0 ? null : jsonBase64(event.tx)],
    ['result', sparseTxResultJson(event.result)],
  ])
}
