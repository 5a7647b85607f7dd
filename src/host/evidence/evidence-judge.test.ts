// Evidence in others' blocks: judged from the stored chain, accepted once.
import { describe, expect, test } from 'vitest'
import { EMPTY_BYTES } from '../../core/bytes/index.ts'
import { makeGenesisState } from '../../core/chain/index.ts'
import { nobleCrypto } from '../../core/crypto/index.ts'
import { defaultConsensusParams, NIL_BLOCK_ID, voteSignBytes } from '../../core/types/index.ts'
import type { BlockMeta, DuplicateVoteEvidence, Vote } from '../../core/types/index.ts'
import { addressOf } from '../../core/crypto/index.ts'
import { MemoryKeyValueStore } from '../memory/index.ts'
import { EvidenceJudge } from './index.ts'

const CHAIN = 'judged'
const TIME = 1_700_000_000_000_000_000n
const seed = new Uint8Array(32).fill(9)
const pubKey = { type: 'ed25519' as const, bytes: nobleCrypto.publicKeyEd25519(seed) }
const address = addressOf(nobleCrypto, pubKey)
const genesis = makeGenesisState(nobleCrypto, {
  genesisTime: TIME,
  chainId: CHAIN,
  initialHeight: 1n,
  consensusParams: defaultConsensusParams,
  validators: [{ address, pubKey, power: 10n, name: '' }],
  appHash: EMPTY_BYTES,
  appStateJson: '',
  lockRule: 'comet-legacy',
  medianTimeRule: 'non-absent',
  evidenceRule: 'comet',
})
const chainState = { ...genesis, lastBlockHeight: 3n, lastBlockTime: TIME + 3n }

function signed(fill: number): Vote {
  const hash = new Uint8Array(32).fill(fill)
  const vote: Vote = {
    type: 1,
    height: 2n,
    round: 0,
    blockId: fill === 0 ? NIL_BLOCK_ID : { hash, partSetHeader: { total: 1, hash } },
    timestamp: TIME,
    validatorAddress: address,
    validatorIndex: 0,
    signature: EMPTY_BYTES,
    extension: EMPTY_BYTES,
    extensionSignature: EMPTY_BYTES,
  }
  const signature = nobleCrypto.signEd25519(seed, voteSignBytes(CHAIN, vote))
  return { ...vote, signature }
}

const evidence: DuplicateVoteEvidence = {
  kind: 'duplicate-vote',
  voteA: signed(1),
  voteB: signed(2),
  totalVotingPower: 10n,
  validatorPower: 10n,
  timestamp: TIME + 2n,
}

function makeJudge(store = new MemoryKeyValueStore()): EvidenceJudge {
  const meta = { header: { time: TIME + 2n } } as unknown as BlockMeta
  return new EvidenceJudge({
    crypto: nobleCrypto,
    store,
    blockStore: {
      loadBlockMeta: (height) => Promise.resolve(height === 2n ? meta : null),
      loadCommit: () => Promise.resolve(null),
    },
    stateStore: {
      loadValidators: (height) => Promise.resolve(height === 2n ? genesis.validators : null),
    },
  })
}

describe('EvidenceJudge', () => {
  test('check: two signed values of one place are good evidence', async () => {
    expect(await makeJudge().check(chainState, evidence)).toBeNull()
  })

  test('check: a forged, misdated or unknown piece is refused with its reason', async () => {
    const judge = makeJudge()
    const forged = { ...evidence, voteB: { ...evidence.voteB, signature: new Uint8Array(64) } }
    expect(await judge.check(chainState, forged)).toMatch(/signature of vote B/)
    expect(await judge.check(chainState, { ...evidence, timestamp: TIME })).toMatch(/another time/)
    const elsewhere = {
      ...evidence,
      voteA: { ...evidence.voteA, height: 9n },
      voteB: { ...evidence.voteB, height: 9n },
    }
    expect(await judge.check(chainState, elsewhere)).toMatch(/not known/)
  })

  test('operations: what a block carried is not accepted again, after a restart too', async () => {
    const store = new MemoryKeyValueStore()
    const judge = makeJudge(store)
    await store.batch(judge.operations([evidence]), { sync: true })
    expect(await judge.check(chainState, evidence)).toMatch(/committed before/)
    expect(await makeJudge(store).check(chainState, evidence)).toMatch(/committed before/)
  })
})
