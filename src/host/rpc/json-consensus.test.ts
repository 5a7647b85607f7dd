// The summary of the state of consensus, to the letter.

import { expect, test } from 'vitest'
import { ValidatorSet, VoteSet } from '../../core/types/index.ts'
import type { Vote } from '../../core/types/index.ts'
import { nativeCrypto } from '../../node/platform/index.ts'
import type { RpcConsensusView } from './environment.ts'
import { simpleRoundStateJson, stepNumber } from './json-consensus.ts'
import { idleView } from './recorded-consensus.fixture.ts'

const validatorSet = ValidatorSet.make(
  nativeCrypto,
  [1, 2, 3, 4].map((n) => ({
    pubKey: { type: 'ed25519' as const, bytes: new Uint8Array(32).fill(n) },
    votingPower: 10n,
  })),
)
const hash = new Uint8Array(32).fill(0xab)
const blockId = { hash, partSetHeader: { total: 1, hash } }

const prevoteOf = (index: number): Vote => ({
  type: 1,
  height: 7n,
  round: 0,
  blockId,
  timestamp: 1_700_000_000_000_000_000n,
  validatorAddress: validatorSet.get(index)?.address ?? new Uint8Array(0),
  validatorIndex: index,
  signature: new Uint8Array(64).fill(0xcd),
  extension: new Uint8Array(0),
  extensionSignature: new Uint8Array(0),
})

function viewWith(prevotes: readonly number[], more: object = {}): RpcConsensusView {
  const scope = { height: 7n, round: 0, validatorSet }
  let votes = VoteSet.empty({ ...scope, type: 1 })
  for (const index of prevotes) {
    const added = votes.add(prevoteOf(index))
    if (added.kind === 'added') votes = added.voteSet
  }
  const view = idleView()
  const round = { prevotes: votes, precommits: VoteSet.empty({ ...scope, type: 2 }) }
  const state = {
    ...view.state,
    height: 7n,
    roundValidatorSet: validatorSet,
    validatorSet,
    step: 'prevote' as const,
  }
  return { ...view, state: { ...state, votes: new Map([[0, round]]), ...more } }
}

test('consensus_state: shows where it is, and the votes of this round and the next', () => {
  const text = simpleRoundStateJson(viewWith([1], { lockedValue: blockId, lockedRound: 0 }))
  const address = (index: number): string =>
    Buffer.from(validatorSet.get(index)?.address ?? [])
      .toString('hex')
      .toUpperCase()
  const nils = '["nil-Vote","nil-Vote","nil-Vote","nil-Vote"]'
  const none = '"BA{4:____} 0/40 = 0.00"'
  const vote =
    `Vote{1:${address(1).slice(0, 12)} 7/00/SIGNED_MSG_TYPE_PREVOTE(Prevote) ABABABABABAB ` +
    'CDCDCDCDCDCD 000000000000 @ 2023-11-14T22:13:20Z}'
  expect(text).toBe(
    '{"height/round/step":"7/0/4","start_time":"0001-01-01T00:00:00Z","proposal_block_hash":""' +
      `,"locked_block_hash":"${'AB'.repeat(32)}","valid_block_hash":"","height_vote_set":[` +
      `{"round":0,"prevotes":["nil-Vote","${vote}","nil-Vote","nil-Vote"]` +
      `,"prevotes_bit_array":"BA{4:_x__} 10/40 = 0.25","precommits":${nils}` +
      `,"precommits_bit_array":${none}},` +
      `{"round":1,"prevotes":${nils},"prevotes_bit_array":${none},"precommits":${nils}` +
      `,"precommits_bit_array":${none}}],"proposer":{"address":"${address(0)}","index":0}}`,
  )
})

test('consensus_state: before the first height there is nothing to show', () => {
  expect(simpleRoundStateJson(idleView())).toContain('"height/round/step":"0/0/8"')
  expect(simpleRoundStateJson(idleView())).toContain(
    '"height_vote_set":[],"proposer":{"address":"","index":0}',
  )
})

test('stepNumber: waiting for late prevotes is a step of its own', () => {
  const numbers = (
    ['new-height', 'new-round', 'propose', 'prevote', 'precommit', 'commit'] as const
  ).map((step) => stepNumber({ ...idleView().state, step }))
  expect(numbers).toEqual([1, 2, 3, 4, 6, 8])
  expect(stepNumber({ ...idleView().state, step: 'prevote', prevoteTimeoutRound: 0 })).toBe(5)
})
