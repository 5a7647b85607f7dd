// A chain of decisions with known keys, for tests of what is final.

import { nobleCrypto } from '../crypto/index.ts'
import { NIL_BLOCK_ID, ValidatorSet, hashHeader } from '../types/index.ts'
import type { Header } from '../types/index.ts'
import { CHAIN_ID, START, keyOf, setOfPowers, signCommit } from '../types/chain.fixture.ts'
import type { Ballot, Key, KeyedSet } from '../types/chain.fixture.ts'
import type { Decision, FinalityProof } from './index.ts'
import { encodeDecision } from './finality-proof.ts'
import { FinalityGadget } from './index.ts'

/** Four validators of one power. */
export const FOUR: KeyedSet = setOfPowers(10n, 10n, 10n, 10n)

const SECOND = 1_000_000_000n
const hashOf = (number: number): Uint8Array => new Uint8Array(32).fill(number)

/** Validators by the numbers of their keys, with their powers. */
export const setOfKeys = (...members: readonly (readonly [number, bigint])[]): KeyedSet => {
  const keys = members.map(([number]) => keyOf(number))
  const validatorSet = ValidatorSet.make(
    nobleCrypto,
    members.map(([, votingPower], i) => ({ pubKey: (keys[i] as Key).pubKey, votingPower })),
  )
  const place = ({ address }: Key): number => validatorSet.indexOf(address)
  return { validatorSet, keys: keys.toSorted((a, b) => place(a) - place(b)) }
}

/** What of a decision is not as in the good run. */
export interface DecisionFields {
  readonly keyed?: KeyedSet
  readonly next?: KeyedSet
  readonly before?: Decision
  readonly ballots?: readonly Ballot[]
  readonly header?: Partial<Header>
}

/** A decision of a height, `before` the one that it follows. */
export const decisionOf = (height: bigint, fields: DecisionFields = {}): Decision => {
  const { keyed = FOUR, next = keyed, before, ballots } = fields
  const { validatorSet } = keyed
  const header: Header = {
    version: { block: 11n, app: 1n },
    chainId: CHAIN_ID,
    height,
    time: START + height * SECOND,
    lastBlockId: before?.commit.blockId ?? NIL_BLOCK_ID,
    lastCommitHash: hashOf(2),
    dataHash: hashOf(3),
    validatorsHash: validatorSet.hash(nobleCrypto),
    nextValidatorsHash: next.validatorSet.hash(nobleCrypto),
    consensusHash: hashOf(4),
    appHash: hashOf(5),
    lastResultsHash: hashOf(6),
    evidenceHash: hashOf(7),
    proposerAddress: validatorSet.proposer.address,
    ...fields.header,
  }
  const partSetHeader = { total: 1, hash: hashOf(8) }
  const blockId = { hash: hashHeader(nobleCrypto, header), partSetHeader }
  return { header, commit: signCommit(keyed, height, blockId, ballots), validatorSet }
}

/** The proof of a decision. */
export const proofOf = (decision: Decision): FinalityProof =>
  new FinalityGadget({ chainId: CHAIN_ID }).observe(decision)

/** A decision as the bytes of a proof, whether it is decided or not. */
export const bytesOf = (decision: Decision): Uint8Array => encodeDecision(decision)
