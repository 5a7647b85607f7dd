// A finality proof: one decided block's header, the commit that decided it and its validators, as
// bytes of one form only.

import { err, formatTime, ok, toHexUpper } from '../bytes/index.ts'
import type { Result } from '../bytes/index.ts'
import type { Crypto } from '../crypto/index.ts'
import { encodeProof, formatProof, maxProofTextBytes } from '../proof-form/index.ts'
import { readProofBytes } from '../proof-form/index.ts'
import type { FormRefusal, ProofForm } from '../proof-form/index.ts'
import { decodeLightBlock, encodeLightBlock, tryDecode } from '../proto/index.ts'
import {
  MAX_COMMIT_OVERHEAD_BYTES,
  MAX_COMMIT_SIG_BYTES,
  MAX_HEADER_BYTES,
  MAX_VOTES,
  ValidatorSet,
} from '../types/index.ts'
import type { Commit, Header, Validator } from '../types/index.ts'

/** What a host knows of a height that was decided. */
export interface Decision {
  readonly header: Header
  /** Precommits for the header, more than two thirds of the power; any round. */
  readonly commit: Commit
  /** The validators of the header's height. */
  readonly validatorSet: ValidatorSet
}

/**
 * A decision that proves itself to whoever knows the chain. `bytes` is the whole proof; the other
 * fields are what it says. Made by the gadget or by decoding, never by hand.
 */
export interface FinalityProof extends Decision {
  readonly bytes: Uint8Array
}

/** The version of the form that is written here, and the only one that is read. */
export const FINALITY_PROOF_VERSION = 1

/** `QFIN` and the version. */
const FRAME_BYTES = 5
/** Largest encoding of a validator: address, key, power, tags and lengths. */
const MAX_VALIDATOR_BYTES = 80
/** Tags and lengths around header, commit and validator set, and what a commit id may grow by. */
const SURPLUS_BYTES = 64

/** No proof is larger: at most 10,000 validators, once in the set and once in the commit. */
export const MAX_FINALITY_PROOF_BYTES: number =
  FRAME_BYTES +
  SURPLUS_BYTES +
  Number(MAX_HEADER_BYTES + MAX_COMMIT_OVERHEAD_BYTES) +
  Number(MAX_COMMIT_SIG_BYTES) * MAX_VOTES +
  MAX_VALIDATOR_BYTES * (MAX_VOTES + 1)

// The hash of the validators covers neither priorities nor proposer, so both have one value here.
const withoutPriority = (validator: Validator): Validator => ({
  ...validator,
  proposerPriority: 0n,
})

/** The other members of a file, with a chain id of which every letter is escaped. */
const MAX_WORDS_BYTES = 1024

/**
 * Behind the version stands types.proto LightBlock with all proposer priorities zero, the header's
 * proposer as the proposer of the set, and no total.
 */
const encodeBody = ({ header, commit, validatorSet }: Decision): Uint8Array => {
  const proposer = validatorSet.find(header.proposerAddress)
  return encodeLightBlock({
    signedHeader: { header, commit },
    validatorSet: {
      validators: validatorSet.validators.map(withoutPriority),
      proposer: proposer === null ? null : withoutPriority(proposer),
      totalVotingPower: 0n,
    },
  })
}

const decodeBody = (body: Uint8Array, _: number, crypto: Crypto): Result<Decision, string> => {
  const decoded = tryDecode(decodeLightBlock, body)
  if (!decoded.ok) return decoded
  const { signedHeader, validatorSet } = decoded.value
  const header = signedHeader?.header ?? null
  const commit = signedHeader?.commit ?? null
  if (header === null) return err('the header is missing')
  if (commit === null) return err('the commit is missing')
  const set = readSet(validatorSet?.validators ?? [], header, crypto)
  return set.ok ? ok({ header, commit, validatorSet: set.value }) : set
}

const wordsOf = ({ header, commit }: Decision): Readonly<Record<string, string>> => ({
  chain_id: header.chainId,
  height: String(header.height),
  hash: toHexUpper(commit.blockId.hash),
  time: formatTime(header.time),
})

/** How finality proofs are written. */
export const FINALITY_FORM: ProofForm<Decision> = {
  name: 'finality proof',
  magic: 'QFIN',
  versions: [FINALITY_PROOF_VERSION],
  maxBytes: MAX_FINALITY_PROOF_BYTES,
  maxWordsBytes: MAX_WORDS_BYTES,
  versionOf: () => FINALITY_PROOF_VERSION,
  encodeBody,
  decodeBody,
  words: wordsOf,
}

/** No proof file is larger. */
export const MAX_FINALITY_TEXT_BYTES: number = maxProofTextBytes(FINALITY_FORM)

/** The proof's bytes: `QFIN`, the version, and the decision as a light block. */
export const encodeDecision = (decision: Decision): Uint8Array =>
  encodeProof(FINALITY_FORM, decision)

/** The proof file: JSON with two spaces and a line end, to the byte. */
export const formatFinalityProof = (proof: FinalityProof): string =>
  formatProof(FINALITY_FORM, proof)

/**
 * Reads a proof. Only the form is judged: one decision has one encoding, and any other bytes are
 * refused. Whether the parts belong together and are signed is for verification to say.
 */
export const decodeFinalityProof = (
  bytes: Uint8Array,
  crypto: Crypto,
): Result<FinalityProof, FormRefusal> => readProofBytes(FINALITY_FORM, bytes, crypto)

const readSet = (
  validators: readonly Validator[],
  header: Header,
  crypto: Crypto,
): Result<ValidatorSet, string> => {
  if (validators.length > MAX_VOTES) return err(`${validators.length} validators`)
  const restored = ValidatorSet.tryRestore(validators, null)
  if (!restored.ok) return restored
  const proposer = restored.value.find(header.proposerAddress)
  if (proposer === null) return err('the proposer of the block is no validator')
  const reason = ValidatorSet.validate(crypto, validators, proposer)
  return reason === null ? restored : err(reason)
}
