// What applications answer as JSON. The same message has two forms: complete, and with its zero
// members left out.

import { EMPTY_BYTES } from '../../core/bytes/index.ts'
import type {
  ConsensusParamsUpdate,
  Event,
  EventAttribute,
  ExecTxResult,
  FinalizeBlockResponse,
  ProofOp,
  ValidatorUpdate,
} from '../../core/proto/index.ts'
import type { CheckTxResponse, InfoResponse, QueryResponse } from '../abci/index.ts'
import {
  jsonBase64,
  jsonBytes,
  jsonInt64,
  jsonList,
  jsonListOrNull,
  jsonMembers,
  jsonString,
} from './json-text.ts'

/** The result of a transaction or of its check, complete: every member is there. */
export function txResultJson(result: ExecTxResult | CheckTxResponse): string {
  return (
    `{"code":${result.code},"data":${jsonBytes(result.data)},"log":${jsonString(result.log)}` +
    `,"info":${jsonString(result.info)},"gas_wanted":${jsonInt64(result.gasWanted)}` +
    `,"gas_used":${jsonInt64(result.gasUsed)},"events":${jsonList(result.events, wholeEventJson)}` +
    `,"codespace":${jsonString(result.codespace)}}`
  )
}

/** The result of a transaction as a Tx event carries it: zero members are left out. */
export function sparseTxResultJson(result: ExecTxResult): string {
  return jsonMembers([
    ['code', result.code === 0 ? null : String(result.code)],
    ['data', result.data.length === 0 ? null : jsonBase64(result.data)],
    ['log', textOrNull(result.log)],
    ['info', textOrNull(result.info)],
    ['gas_wanted', integerOrNull(result.gasWanted)],
    ['gas_used', integerOrNull(result.gasUsed)],
    ['events', result.events.length === 0 ? null : jsonList(result.events, eventJson)],
    ['codespace', textOrNull(result.codespace)],
  ])
}

function textOrNull(text: string): string | null {
  return text === '' ? null : jsonString(text)
}

function integerOrNull(value: bigint): string | null {
  return value === 0n ? null : jsonInt64(value)
}

function attributeJson(attribute: EventAttribute): string {
  const { key, value, index } = attribute
  return `{"key":${jsonString(key)},"value":${jsonString(value)},"index":${index}}`
}

function wholeEventJson(event: Event): string {
  const attributes = jsonList(event.attributes, attributeJson)
  return `{"type":${jsonString(event.type)},"attributes":${attributes}}`
}

/** An event outside of a transaction's complete result: an empty type or list is left out. */
export function eventJson(event: Event): string {
  const { type, attributes } = event
  return jsonMembers([
    ['type', textOrNull(type)],
    ['attributes', attributes.length === 0 ? null : jsonList(attributes, attributeJson)],
  ])
}

const KEY_SUMS: Readonly<Record<ValidatorUpdate['pubKey']['type'], readonly [string, string]>> = {
  ed25519: ['tendermint.crypto.PublicKey_Ed25519', 'ed25519'],
  secp256k1: ['tendermint.crypto.PublicKey_Secp256K1', 'secp256k1'],
}

function validatorUpdateJson(update: ValidatorUpdate): string {
  const [type, member] = KEY_SUMS[update.pubKey.type]
  const value = `{"${member}":${jsonBase64(update.pubKey.bytes)}}`
  return jsonMembers([
    ['pub_key', `{"Sum":{"type":"${type}","value":${value}}}`],
    ['power', integerOrNull(update.power)],
  ])
}

/** A change of parameters: absent groups and zero members are left out. */
function paramsUpdateJson(update: ConsensusParamsUpdate): string {
  const { block, evidence, validator, version, abci } = update
  const types = validator?.pubKeyTypes ?? []
  return jsonMembers([
    [
      'block',
      block === undefined ? null : sparse({ max_bytes: block.maxBytes, max_gas: block.maxGas }),
    ],
    ['evidence', evidence === undefined ? null : evidenceParamsJson(evidence)],
    [
      'validator',
      validator === undefined
        ? null
        : jsonMembers([['pub_key_types', types.length === 0 ? null : jsonList(types, jsonString)]]),
    ],
    ['version', version === undefined ? null : sparse({ app: version.app })],
    [
      'abci',
      abci === undefined
        ? null
        : sparse({ vote_extensions_enable_height: abci.voteExtensionsEnableHeight }),
    ],
  ])
}

function sparse(members: Readonly<Record<string, bigint>>): string {
  return jsonMembers(Object.entries(members).map(([name, value]) => [name, integerOrNull(value)]))
}

/** The duration is the one member that stays when it is zero. */
function evidenceParamsJson(evidence: NonNullable<ConsensusParamsUpdate['evidence']>): string {
  return jsonMembers([
    ['max_age_num_blocks', integerOrNull(evidence.maxAgeNumBlocks)],
    ['max_age_duration', jsonInt64(evidence.maxAgeDuration)],
    ['max_bytes', integerOrNull(evidence.maxBytes)],
  ])
}

/** What `block_results` answers. */
export function blockResultsJson(height: bigint, response: FinalizeBlockResponse): string {
  const { consensusParamUpdates } = response
  const params = consensusParamUpdates === null ? 'null' : paramsUpdateJson(consensusParamUpdates)
  return (
    `{"height":${jsonInt64(height)}` +
    `,"txs_results":${jsonListOrNull(response.txResults, txResultJson)}` +
    `,"finalize_block_events":${jsonListOrNull(response.events, eventJson)}` +
    `,"validator_updates":${jsonListOrNull(response.validatorUpdates, validatorUpdateJson)}` +
    `,"consensus_param_updates":${params},"app_hash":${jsonBytes(response.appHash)}}`
  )
}

/** The application's answer to a block as a NewBlock event carries it. */
export function finalizeBlockJson(response: FinalizeBlockResponse): string {
  const { events, txResults, validatorUpdates, consensusParamUpdates, appHash } = response
  const params = consensusParamUpdates === null ? null : paramsUpdateJson(consensusParamUpdates)
  return jsonMembers([
    ['events', events.length === 0 ? null : jsonList(events, eventJson)],
    ['tx_results', txResults.length === 0 ? null : jsonList(txResults, txResultJson)],
    ['validator_updates', jsonListOrNull(validatorUpdates, validatorUpdateJson)],
    ['consensus_param_updates', params],
    ['app_hash', appHash.length === 0 ? null : jsonBase64(appHash)],
  ])
}

/** What `abci_info` answers. */
export function infoJson(info: InfoResponse): string {
  const appHash = info.lastBlockAppHash
  const response = jsonMembers([
    ['data', textOrNull(info.data)],
    ['version', textOrNull(info.version)],
    ['app_version', integerOrNull(info.appVersion)],
    ['last_block_height', integerOrNull(info.lastBlockHeight)],
    ['last_block_app_hash', appHash.length === 0 ? null : jsonBase64(appHash)],
  ])
  return `{"response":${response}}`
}

function proofOpJson(op: ProofOp): string {
  return `{"type":${jsonString(op.type)},"key":${jsonBytes(op.key)},"data":${jsonBytes(op.data)}}`
}

/** What `abci_query` answers. */
export function queryJson(response: QueryResponse): string {
  const { proofOps } = response
  const proof = proofOps === null ? 'null' : `{"ops":${jsonList(proofOps, proofOpJson)}}`
  return (
    `{"response":{"code":${response.code},"log":${jsonString(response.log)}` +
    `,"info":${jsonString(response.info)},"index":${jsonInt64(response.index)}` +
    `,"key":${jsonBytes(response.key)},"value":${jsonBytes(response.value ?? EMPTY_BYTES)}` +
    `,"proofOps":${proof},"height":${jsonInt64(response.height)}` +
    `,"codespace":${jsonString(response.codespace)}}}`
  )
}
