// The genesis file: CometBFT's JSON, and what a chain may say that CometBFT does not know.

import { bytesKey, equalBytes, err, formatTime, ok } from '../bytes/index.ts'
import { toBase64, toHexUpper, toUtf8 } from '../bytes/index.ts'
import type { Result, Time } from '../bytes/index.ts'
import { PUBLIC_KEY_SIZE, addressOf } from '../crypto/index.ts'
import type { Crypto } from '../crypto/index.ts'
import type { ConsensusParams, PublicKey } from '../proto/index.ts'
import type { EvidenceRule, LockRule, MedianTimeRule } from './chain-rules.ts'
import { JsonFields } from './json-fields.ts'
import type { FieldError, FirstError } from './json-fields.ts'
import { textOfMember } from './json-text.ts'
import { MAX_CHAIN_ID_BYTES, MAX_TOTAL_VOTING_POWER } from './limits.ts'
import { defaultConsensusParams, validateConsensusParams } from './params.ts'
import { parseSlashingPolicy } from './slashing-policy.ts'
import type { SlashingPolicy } from './slashing-policy.ts'
import { ValidatorSet } from './validator-set.ts'

/** A validator of the first height. */
export interface GenesisValidator {
  readonly address: Uint8Array
  readonly pubKey: PublicKey
  readonly power: bigint
  readonly name: string
}

/** What all nodes of a chain start from. */
export interface Genesis {
  readonly genesisTime: Time
  readonly chainId: string
  readonly initialHeight: bigint
  readonly consensusParams: ConsensusParams
  /** May be empty: then the application names the validators. */
  readonly validators: readonly GenesisValidator[]
  readonly appHash: Uint8Array
  /** The text of `app_state` exactly as it stands in the file, empty when there is none. */
  readonly appStateJson: string
  readonly lockRule: LockRule
  readonly medianTimeRule: MedianTimeRule
  readonly evidenceRule: EvidenceRule
  /** What faults cost where the application does not say it; absent means the default policy. */
  readonly slashing?: SlashingPolicy
}

/** What a chain may say that CometBFT does not know. */
type Switches = Pick<Genesis, 'lockRule' | 'medianTimeRule' | 'evidenceRule' | 'slashing'>

const KEY_TYPES: Readonly<Record<string, PublicKey['type']>> = {
  'tendermint/PubKeyEd25519': 'ed25519',
  'tendermint/PubKeySecp256k1': 'secp256k1',
}

const readPubKey = (fields: JsonFields): PublicKey => {
  const type = KEY_TYPES[fields.string('type')]
  const bytes = fields.base64('value')
  if (type === undefined) {
    fields.fail('type', `is neither ${Object.keys(KEY_TYPES).join(' nor ')}`)
  }
  const expected = PUBLIC_KEY_SIZE[type ?? 'ed25519']
  if (bytes.length !== expected) fields.fail('value', `has ${bytes.length} bytes, not ${expected}`)
  return { type: type ?? 'ed25519', bytes }
}

const readValidator = (crypto: Crypto, fields: JsonFields): GenesisValidator => {
  const pubKey = readPubKey(fields.object('pub_key'))
  const address = addressOf(crypto, pubKey)
  const given = fields.hex('address')
  if (given.length > 0 && !equalBytes(given, address)) {
    fields.fail('address', `is not that of the key, ${toHexUpper(address)}`)
  }
  const power = fields.int64('power')
  if (power <= 0n) fields.fail('power', 'is not positive')
  if (power > MAX_TOTAL_VOTING_POWER) fields.fail('power', `is above ${MAX_TOTAL_VOTING_POWER}`)
  return { address, pubKey, power, name: fields.string('name') }
}

const readValidators = (crypto: Crypto, genesis: JsonFields): GenesisValidator[] => {
  const places = new Map<string, number>()
  return genesis.objects('validators').map((fields, index) => {
    const validator = readValidator(crypto, fields)
    const key = bytesKey(validator.address)
    const before = places.get(key)
    if (before !== undefined) fields.fail('pub_key', `is that of validators.${before} too`)
    places.set(key, index)
    return validator
  })
}

const readParams = (fields: JsonFields): ConsensusParams => {
  const block = fields.object('block')
  const evidence = fields.object('evidence')
  const params: ConsensusParams = {
    block: { maxBytes: block.int64('max_bytes'), maxGas: block.int64('max_gas') },
    evidence: {
      maxAgeNumBlocks: evidence.int64('max_age_num_blocks'),
      maxAgeDuration: evidence.int64('max_age_duration'),
      maxBytes: evidence.int64('max_bytes'),
    },
    validator: { pubKeyTypes: fields.object('validator').strings('pub_key_types') },
    version: { app: fields.object('version').int64('app') },
    abci: {
      voteExtensionsEnableHeight: fields.object('abci').int64('vote_extensions_enable_height'),
    },
  }
  const wrong = validateConsensusParams(params)
  if (wrong !== null) fields.fail(wrong.field, wrong.reason)
  return params
}

const SWITCHES: readonly string[] = ['lock_rule', 'median_time_rule', 'evidence', 'slashing']

/** One of two words; the first when the field is missing. */
const readSwitch = <T extends string>(
  fields: JsonFields,
  name: string,
  [usual, other]: readonly [T, T],
): T => {
  const value = fields.has(name) ? fields.string(name) : usual
  if (value !== usual && value !== other) fields.fail(name, `is neither ${usual} nor ${other}`)
  return value === other ? other : usual
}

const readSlashing = (fields: JsonFields): Pick<Genesis, 'slashing'> => {
  if (!fields.has('slashing')) return {}
  const parsed = parseSlashingPolicy(fields.json('slashing'))
  if (parsed.ok) return { slashing: parsed.value }
  const { field, reason } = parsed.error
  fields.fail(field === '' ? 'slashing' : `slashing.${field}`, reason)
  return {}
}

const readSwitches = (fields: JsonFields): Switches => {
  // A switch that is not understood decides safety: refuse the file rather than run by other rules.
  for (const name of fields.names()) {
    if (!SWITCHES.includes(name)) fields.fail(name, 'is unknown')
    else if (!fields.has(name)) fields.fail(name, 'is null')
  }
  return {
    lockRule: readSwitch(fields, 'lock_rule', ['comet-legacy', 'paper']),
    medianTimeRule: readSwitch(fields, 'median_time_rule', ['non-absent', 'commit-only']),
    evidenceRule: readSwitch(fields, 'evidence', ['comet', 'all']),
    ...readSlashing(fields),
  }
}

const readGenesis = (crypto: Crypto, fields: JsonFields, text: string): Genesis => {
  const chainId = fields.string('chain_id')
  if (chainId === '') fields.fail('chain_id', 'is empty')
  if (toUtf8(chainId).length > MAX_CHAIN_ID_BYTES) fields.fail('chain_id', 'is too long')
  const initialHeight = fields.int64('initial_height')
  if (initialHeight < 0n) fields.fail('initial_height', 'is negative')
  const hasParams = fields.has('consensus_params')
  return {
    genesisTime: fields.time('genesis_time'),
    chainId,
    initialHeight: initialHeight === 0n ? 1n : initialHeight,
    consensusParams: hasParams
      ? readParams(fields.object('consensus_params'))
      : defaultConsensusParams,
    validators: readValidators(crypto, fields),
    appHash: fields.hex('app_hash'),
    appStateJson: textOfMember(text, 'app_state') ?? '',
    ...readSwitches(fields.object('quadrille')),
  }
}

const parseJson = (text: string): Result<unknown, FieldError> => {
  try {
    return ok(JSON.parse(text))
  } catch (cause) {
    const where = cause instanceof Error ? `: ${cause.message.replace(/\s+/g, ' ')}` : ''
    return err({ field: '', reason: `is not JSON${where}` })
  }
}

/** Reads a genesis file. The error names the first field that is wrong. */
export const parseGenesis = (crypto: Crypto, jsonText: string): Result<Genesis, FieldError> => {
  const parsed = parseJson(jsonText)
  if (!parsed.ok) return parsed
  const first: FirstError = { error: null }
  const genesis = readGenesis(crypto, new JsonFields(parsed.value, '', first), jsonText)
  if (first.error !== null) return err(first.error)
  const made = ValidatorSet.tryMake(crypto, genesisPowers(genesis))
  return made.ok ? ok(genesis) : err({ field: 'validators', reason: made.error })
}

/** The genesis validators as a validator set takes them. */
export const genesisPowers = (
  genesis: Genesis,
): { readonly pubKey: PublicKey; readonly votingPower: bigint }[] =>
  genesis.validators.map(({ pubKey, power }) => ({ pubKey, votingPower: power }))

const jsonOfParams = (params: ConsensusParams): unknown => ({
  block: { max_bytes: `${params.block.maxBytes}`, max_gas: `${params.block.maxGas}` },
  evidence: {
    max_age_num_blocks: `${params.evidence.maxAgeNumBlocks}`,
    max_age_duration: `${params.evidence.maxAgeDuration}`,
    max_bytes: `${params.evidence.maxBytes}`,
  },
  validator: { pub_key_types: params.validator.pubKeyTypes },
  version: { app: `${params.version.app}` },
  abci: { vote_extensions_enable_height: `${params.abci.voteExtensionsEnableHeight}` },
})

const jsonOfValidator = ({ address, pubKey, power, name }: GenesisValidator): unknown => {
  const type = pubKey.type === 'ed25519' ? 'tendermint/PubKeyEd25519' : 'tendermint/PubKeySecp256k1'
  const key = { type, value: toBase64(pubKey.bytes) }
  return { address: toHexUpper(address), pub_key: key, power: `${power}`, name }
}

const jsonOfSwitches = (switches: Switches): Record<string, unknown> => ({
  ...(switches.lockRule === 'comet-legacy' ? {} : { lock_rule: switches.lockRule }),
  ...(switches.medianTimeRule === 'non-absent'
    ? {}
    : { median_time_rule: switches.medianTimeRule }),
  ...(switches.evidenceRule === 'comet' ? {} : { evidence: switches.evidenceRule }),
  ...(switches.slashing === undefined ? {} : { slashing: switches.slashing }),
})

/** The file that {@link parseGenesis} reads back; the application state keeps its exact text. */
export const formatGenesis = (genesis: Genesis): string => {
  const switches = jsonOfSwitches(genesis)
  const { validators } = genesis
  const members: Record<string, unknown> = {
    genesis_time: formatTime(genesis.genesisTime),
    chain_id: genesis.chainId,
    initial_height: `${genesis.initialHeight}`,
    consensus_params: jsonOfParams(genesis.consensusParams),
    ...(validators.length === 0 ? {} : { validators: validators.map(jsonOfValidator) }),
    app_hash: toHexUpper(genesis.appHash),
    ...(Object.keys(switches).length === 0 ? {} : { quadrille: switches }),
  }
  const text = JSON.stringify(members, null, 2)
  if (genesis.appStateJson === '') return `${text}\n`
  return `${text.slice(0, -2)},\n  "app_state": ${genesis.appStateJson}\n}\n`
}
