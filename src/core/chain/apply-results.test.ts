// The chain state after blocks: when changes act, what is refused, and what is stored.

import { describe, expect, test } from 'vitest'
import { EMPTY_BYTES, toHex } from '../bytes/index.ts'
import { nobleCrypto as crypto } from '../crypto/index.ts'
import type { ConsensusParamsUpdate, ValidatorUpdate } from '../proto/index.ts'
import { keyOf, setOfPowers } from '../types/chain.fixture.ts'
import {
  DEFAULT_SLASHING_POLICY,
  ValidatorSet,
  defaultConsensusParams,
  hashConsensusParams,
  hashResults,
  makeBlockId,
} from '../types/index.ts'
import { RESPONSE, TestChain, genesisOf } from './chain.fixture.ts'
import {
  applyInitialAnswer,
  applyResults,
  decodeChainState,
  encodeChainState,
  makeGenesisState,
  maxDataBytes,
  validateBlockRules,
} from './index.ts'
import type { ChainState } from './index.ts'

const EMPTY_ROOT = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'

const powersOf = (set: ValidatorSet): bigint[] => set.validators.map((v) => v.votingPower)

describe('genesis state', () => {
  const keyed = setOfPowers(40n, 30n, 20n, 10n)
  const genesis = genesisOf(keyed, { initialHeight: 7n, appHash: Uint8Array.of(5) })

  test('genesis state: is that before the first block', () => {
    const state = makeGenesisState(crypto, genesis)
    expect(state.version).toEqual({ block: 11n, app: 0n })
    expect([state.lastBlockHeight, state.lastHeightValidatorsChanged]).toEqual([0n, 7n])
    expect(state.lastBlockTime).toBe(genesis.genesisTime)
    expect(state.lastValidators).toBeNull()
    expect(state.validators.equals(keyed.validatorSet)).toBe(true)
    const next = keyed.validatorSet.withPriorityIncremented(1)
    expect(state.nextValidators.equals(next)).toBe(true)
    expect(state.appHash).toEqual(Uint8Array.of(5))
    expect(state.lastResultsHash).toEqual(EMPTY_BYTES)
  })

  test('initial answer: without contents only sets version and the root of no results', () => {
    const state = makeGenesisState(crypto, genesis)
    const none = { validators: [], consensusParams: null, appHash: EMPTY_BYTES }
    const answered = applyInitialAnswer(crypto, state, { ...none, appVersion: 3n })
    if (!answered.ok) throw new Error(answered.error)
    const { version, lastResultsHash, ...rest } = answered.value
    expect(version).toEqual({ block: 11n, app: 3n })
    expect(toHex(lastResultsHash)).toBe(EMPTY_ROOT)
    const { version: _, lastResultsHash: __, ...before } = state
    expect(rest).toEqual(before)
  })

  test('initial answer: replaces validators, parameters and hash that it names', () => {
    const state = makeGenesisState(crypto, genesis)
    const answered = applyInitialAnswer(crypto, state, {
      appVersion: 3n,
      validators: [{ pubKey: keyOf(9).pubKey, power: 5n }],
      consensusParams: { version: { app: 8n } },
      appHash: Uint8Array.of(6),
    })
    if (!answered.ok) throw new Error(answered.error)
    expect(answered.value.version.app).toBe(8n)
    expect(powersOf(answered.value.validators)).toEqual([5n])
    expect(powersOf(answered.value.nextValidators)).toEqual([5n])
    expect(answered.value.appHash).toEqual(Uint8Array.of(6))
  })

  test('initial answer: somebody must name validators, and possible ones', () => {
    const none = makeGenesisState(crypto, { ...genesis, validators: [] })
    expect(none.validators).toBe(ValidatorSet.empty)
    const answer = { appVersion: 0n, consensusParams: null, appHash: EMPTY_BYTES }
    const of = (validators: readonly ValidatorUpdate[]) =>
      applyInitialAnswer(crypto, none, { ...answer, validators }).ok
    expect(of([])).toBe(false)
    expect(of([{ pubKey: keyOf(1).pubKey, power: 0n }])).toBe(false)
    expect(of([{ pubKey: keyOf(1).pubKey, power: 1n }])).toBe(true)
  })
})

describe('results of a block', () => {
  test('chain state: moves on by one block', () => {
    const chain = new TestChain()
    const first = chain.state
    const blockId = chain.commit({ appHash: Uint8Array.of(4) })
    const { state } = chain
    expect(state.lastBlockHeight).toBe(1n)
    expect(state.lastBlockId).toEqual(blockId)
    expect(state.appHash).toEqual(Uint8Array.of(4))
    expect(toHex(state.lastResultsHash)).toBe(EMPTY_ROOT)
    expect(state.lastValidators).toBe(first.validators)
    expect(state.validators).toBe(first.nextValidators)
    const rotated = first.nextValidators.withPriorityIncremented(1)
    expect(state.nextValidators.equals(rotated)).toBe(true)
    expect(state.lastHeightValidatorsChanged).toBe(1n)
  })

  test('validator changes: of height H act at H + 2', () => {
    const chain = new TestChain()
    chain.commit()
    const update = { pubKey: keyOf(9).pubKey, power: 25n }
    chain.commit({ validatorUpdates: [update] })
    expect(chain.state.lastHeightValidatorsChanged).toBe(4n)
    expect(powersOf(chain.state.validators)).toEqual([40n, 30n, 20n, 10n])
    expect(powersOf(chain.state.nextValidators)).toEqual([40n, 30n, 25n, 20n, 10n])
    chain.commit()
    expect(powersOf(chain.state.validators)).toEqual([40n, 30n, 25n, 20n, 10n])
    expect(chain.state.lastHeightValidatorsChanged).toBe(4n)
  })

  test('parameters: changes act at once, with version and height of the change', () => {
    const chain = new TestChain()
    const block = { maxBytes: 5_000_000n, maxGas: 5n }
    chain.commit({ consensusParamUpdates: { block, version: { app: 2n } } })
    const { state } = chain
    expect(state.consensusParams.block).toEqual(block)
    expect(state.version.app).toBe(2n)
    expect(state.lastHeightConsensusParamsChanged).toBe(2n)
    const next = chain.makeBlock()
    expect(next.header.version.app).toBe(2n)
    // Without an update the version stays, whatever stands in the parameters.
    chain.state = { ...chain.state, version: { ...chain.state.version, app: 7n } }
    chain.commit()
    expect(chain.state.version.app).toBe(7n)
    const hash = hashConsensusParams(crypto, state.consensusParams)
    expect(next.header.consensusHash).toEqual(hash)
    const verdict = validateBlockRules({
      crypto,
      chainState: state,
      block: next,
    })
    expect(verdict).toBeNull()
  })

  test('results: what the application cannot mean is refused', () => {
    const chain = new TestChain()
    const block = chain.makeBlock()
    const { blockId } = makeBlockId(crypto, block)
    const { pubKey } = keyOf(9)
    const reasonOf = (change: Partial<typeof RESPONSE>): string => {
      const { state: chainState } = chain
      const response = { ...RESPONSE, ...change }
      const applied = applyResults({ crypto, chainState, blockId, header: block.header, response })
      return applied.ok ? 'accepted' : applied.error
    }
    const updates = (...list: readonly ValidatorUpdate[]) => reasonOf({ validatorUpdates: list })
    const params = (update: ConsensusParamsUpdate) => reasonOf({ consensusParamUpdates: update })
    const foreign = { type: 'secp256k1', bytes: new Uint8Array(33).fill(2) } as const
    expect(updates({ pubKey, power: -1n })).toContain('power -1')
    expect(updates({ pubKey, power: 0n })).toContain('not in the set')
    expect(updates({ pubKey: foreign, power: 1n })).toContain('secp256k1')
    expect(updates({ pubKey: foreign, power: 0n })).toContain('not in the set')
    const allowed = { validator: { pubKeyTypes: ['ed25519', 'secp256k1'] } }
    const tooSoon = { validatorUpdates: [{ pubKey: foreign, power: 1n }] }
    expect(reasonOf({ ...tooSoon, consensusParamUpdates: allowed })).toContain('secp256k1')
    expect(params({ block: { maxBytes: 0n, maxGas: 0n } })).toContain('max_bytes')
    expect(params({ abci: { voteExtensionsEnableHeight: 1n } })).toContain('vote extensions')
    expect(params({ abci: { voteExtensionsEnableHeight: 2n } })).toBe('accepted')
  })

  test('results: their hash stands in the next header', () => {
    const chain = new TestChain()
    const result = {
      code: 1,
      data: Uint8Array.of(1),
      log: 'not hashed',
      info: '',
      gasWanted: 2n,
      gasUsed: 3n,
      events: [],
      codespace: '',
    }
    chain.commit({ txResults: [result] })
    const { lastResultsHash } = chain.makeBlock().header
    expect(lastResultsHash).toEqual(hashResults(crypto, [{ ...result, log: 'other' }]))
  })
})

describe('stored chain state', () => {
  const plain = (state: ChainState) => ({
    ...state,
    validators: state.validators.validators,
    nextValidators: state.nextValidators.validators,
    lastValidators: state.lastValidators?.validators ?? null,
    proposers: [state.validators.proposer, state.nextValidators.proposer],
  })

  test('codec: states of any age come back', () => {
    const chain = new TestChain({ lockRule: 'paper', medianTimeRule: 'commit-only' })
    for (let height = 0; height < 3; height++) {
      const decoded = decodeChainState(encodeChainState(chain.state))
      if (!decoded.ok) throw new Error(decoded.error)
      expect(plain(decoded.value)).toEqual(plain(chain.state))
      chain.commit({ validatorUpdates: [{ pubKey: keyOf(20 + height).pubKey, power: 3n }] })
    }
    const empty = makeGenesisState(crypto, genesisOf(setOfPowers(1n), { validators: [] }))
    const decoded = decodeChainState(encodeChainState(empty))
    expect(decoded.ok && decoded.value.validators.size).toBe(0)
    const { downtime } = DEFAULT_SLASHING_POLICY
    const slashing = { ...DEFAULT_SLASHING_POLICY, downtime: { ...downtime, window: 7 } }
    const punished = decodeChainState(encodeChainState(new TestChain({ slashing }).state))
    expect(punished.ok && punished.value.slashing).toEqual(slashing)
  })

  test('codec: a state cut off anywhere is refused', () => {
    const bytes = encodeChainState(new TestChain().state)
    for (let length = 0; length < bytes.length; length++) {
      expect(decodeChainState(bytes.subarray(0, length)).ok).toBe(false)
    }
    expect(decodeChainState(bytes).ok).toBe(true)
  })

  test('codec: a state whose values are not ours is refused, not thrown', () => {
    const text = new TextDecoder('latin1')
    const whole = text.decode(encodeChainState(new TestChain().state))
    const withText = (from: string, to: string): unknown => {
      expect(whole).toContain(from)
      const changed = whole.replace(from, to.padEnd(from.length))
      return decodeChainState(Uint8Array.from(changed, (char) => char.charCodeAt(0)))
    }
    const refused = { ok: false, error: expect.stringContaining('chain state: ') as string }
    const version = '"blockVersion":"11","appVersion":"0"'
    expect(withText(version, '"blockVersion":{"toString":1}')).toEqual(refused)
    expect(withText('"non-absent"', '"nonabsent"')).toEqual(refused)
    const json = whole.slice(2, whole.indexOf('}') + 1)
    expect(withText(json, 'null')).toEqual(refused)
    // One validator twice: the address of the first where that of the second stands.
    const addresses = new TestChain().state.validators.validators.map(({ address }) =>
      String.fromCharCode(...address),
    )
    const [first = '', second = ''] = addresses
    expect(withText(second, first)).toEqual(refused)
  })

  test('codec: a state of another format is refused', () => {
    const bytes = encodeChainState(new TestChain().state)
    const changed = bytes.slice()
    const at = new TextDecoder().decode(bytes).indexOf('"format":1') + '"format":'.length
    changed[at] = '9'.charCodeAt(0)
    expect(decodeChainState(changed)).toEqual({ ok: false, error: 'chain state: unknown format' })
  })
})

test('data bytes: what header, commit and evidence leave of a block', () => {
  const { state } = new TestChain()
  expect(maxDataBytes(state, 0n)).toBe(22_020_096n - 11n - 626n - 94n - 4n * 111n)
  expect(maxDataBytes(state, 1000n)).toBe(maxDataBytes(state, 0n) - 1000n)
  const withLimit = (maxBytes: bigint): ChainState => ({
    ...state,
    consensusParams: { ...defaultConsensusParams, block: { maxBytes, maxGas: -1n } },
  })
  expect(maxDataBytes(withLimit(-1n), 0n)).toBe(104_857_600n - 11n - 626n - 94n - 4n * 111n)
  expect(maxDataBytes(withLimit(1000n), 0n)).toBeLessThan(0n)
})
