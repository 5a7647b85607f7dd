// A finality proof: one decided block's header, the commit that decided it and its validators, as
// bytes of one form only.

import { concatBytes, equalBytes, err, ok } from '../bytes/index.ts'
import type { Result } from '../bytes/index.ts'
import type { Crypto } from '../crypto/index.ts'
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

/** Why bytes are no proof. */
export interface FormRefusal {
  readonly kind: 'malformed' | 'unknown-version'
  readonly reason: string
}

/** The version of the form that is written here, and the only one that is read. */
export const FINALITY_PROOF_VERSION = 1

/** ASCII `QFIN`; one byte of version and a protobuf LightBlock follow. */
const MAGIC = Uint8Array.of(0x51, 0x46, 0x49, 0x4e)
const FRAME_BYTES = MAGIC.length + 1
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

/**
 * The proof's bytes: `QFIN`, the version, then types.proto LightBlock with all proposer priorities
 * zero, the header's proposer as the proposer of the set, and no total.
 */
export const encodeDecision = ({ header, commit, validatorSet }: Decision): Uint8Array => {
  const proposer = validatorSet.find(header.proposerAddress)
  const lightBlock = encodeLightBlock({
    signedHeader: { header, commit },
    validatorSet: {
      validators: validatorSet.validators.map(withoutPriority),
      proposer: proposer === null ? null : withoutPriority(proposer),
      totalVotingPower: 0n,
    },
  })
  return concatBytes(MAGIC, Uint8Array.of(FINALITY_PROOF_VERSION), lightBlock)
}

const malformed = (reason: string): { ok: false; error: FormRefusal } =>
  err({ kind: 'malformed', reason })

/**
 * Reads a proof. Only the form is judged: one decision has one encoding, and any other bytes are
 * refused. Whether the parts belong together and are signed is for verification to say.
 */
export const decodeFinalityProof = (
  bytes: Uint8Array,
  crypto: Crypto,
): Result<FinalityProof, FormRefusal> => {
  if (bytes.length > MAX_FINALITY_PROOF_BYTES) {
    return malformed(`${bytes.length} bytes, the largest proof has ${MAX_FINALITY_PROOF_BYTES}`)
  }
  if (bytes.length < FRAME_BYTES || !equalBytes(bytes.subarray(0, MAGIC.length), MAGIC)) {
    return malformed('this is no finality proof: it does not begin with QFIN')
  }
  const version = bytes[MAGIC.length] ?? 0
  if (version !== FINALITY_PROOF_VERSION) return err(unknownVersion(String(version)))
  // Once for all: a caller may change its buffer, and what is handed out are views of it.
  const own = bytes.slice()
  const decoded = tryDecode(decodeLightBlock, own.subarray(FRAME_BYTES))
  if (!decoded.ok) return malformed(decoded.error)
  const { signedHeader, validatorSet } = decoded.value
  const header = signedHeader?.header ?? null
  const commit = signedHeader?.commit ?? null
  if (header === null) return malformed('the header is missing')
  if (commit === null) return malformed('the commit is missing')
  const members = validatorSet?.validators ?? []
  const set = readSet(members, header, crypto)
  if (!set.ok) return malformed(set.error)
  const decision = { header, commit, validatorSet: set.value }
  const canonical = encodeDecision(decision)
  if (equalBytes(canonical, own)) return ok({ ...decision, bytes: own })
  return malformed(`byte ${firstDifference(canonical, own)} is not as the one encoding has it`)
}

/** The refusal of a form that this software does not know. */
export const unknownVersion = (version: string): FormRefusal => ({
  kind: 'unknown-version',
  reason: `a proof of version ${version}; version ${FINALITY_PROOF_VERSION} is known here`,
})

/** Index of the first byte in which two byte strings differ. */
export const firstDifference = (one: Uint8Array, other: Uint8Array): number => {
  let at = 0
  while (at < one.length && one[at] === other[at]) at++
  return at
}

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
