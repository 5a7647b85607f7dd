// Signs with a key from a file; what was signed is durable in a second file before a signature is
// given out.

import type { Result } from '../../core/bytes/index.ts'
import { EMPTY_BYTES, equalBytes, err, ok } from '../../core/bytes/index.ts'
import type { Time } from '../../core/bytes/index.ts'
import type { Crypto } from '../../core/crypto/index.ts'
import type { Proposal, PublicKey, Vote } from '../../core/types/index.ts'
import {
  mayHaveExtension,
  proposalSignBytes,
  voteExtensionSignBytes,
  voteSignBytes,
  VoteType,
} from '../../core/types/index.ts'
import type { Files } from '../ports/index.ts'
import { PortError } from '../ports/index.ts'
import { PrivvalError } from './errors.ts'
import type { ValidatorKey } from './key-file.ts'
import { timestampOf, TIMESTAMP_FIELD } from './sign-bytes.ts'
import type { SignPlace } from './sign-place.ts'
import { comparePlaces, SignStep } from './sign-place.ts'
import type { SignState } from './sign-state.ts'
import { formatSignState } from './sign-state.ts'
import type { Signer, SignOptions, SignRefusal, SignVoteOptions } from './signer.ts'

const MODE = 0o600

/** What a signer is made of: a key and a state that belong together. */
export interface FileSignerOptions {
  readonly files: Files
  readonly crypto: Crypto
  readonly key: ValidatorKey
  readonly state: SignState
  /** The path of priv_validator_state.json. */
  readonly statePath: string
}

/** One message to sign, whatever it is. */
interface Request {
  readonly place: SignPlace
  readonly timestamp: Time
  readonly timestampField: number
  /** The sign bytes with another timestamp. */
  readonly signBytesAt: (timestamp: Time) => Uint8Array
  readonly after: Promise<void> | undefined
}

interface Signed {
  readonly timestamp: Time
  readonly signature: Uint8Array
}

/**
 * Made by `loadFileSigner` or `generateFileSigner`. Requests are served one after the other, in the
 * order of the calls.
 */
export class FileSigner implements Signer {
  readonly pubKey: PublicKey
  readonly address: Uint8Array
  readonly #options: FileSignerOptions
  #last: SignState
  #turn: Promise<unknown> = Promise.resolve()
  #failure: PrivvalError | null = null

  constructor(options: FileSignerOptions) {
    this.#options = options
    this.pubKey = options.key.pubKey
    this.address = options.key.address
    this.#last = options.state
  }

  /** The last height, round and step that was signed; height 0 before the first. */
  get lastSigned(): SignPlace {
    const { height, round, step } = this.#last
    return { height, round, step }
  }

  async signVote(
    chainId: string,
    vote: Vote,
    options: SignVoteOptions = {},
  ): Promise<Result<Vote, SignRefusal>> {
    const { height, round, type } = vote
    const step = stepOf(type)
    if (step === null) return this.#notSignable({ height, round, step: 0 }, `vote type ${type}`)
    const place = { height, round, step }
    if (vote.extension.length > 0 && !mayHaveExtension(vote)) {
      return this.#notSignable(place, 'an extension on a vote that cannot have one')
    }
    const signed = await this.#inTurn({
      place,
      timestamp: vote.timestamp,
      timestampField: TIMESTAMP_FIELD.vote,
      signBytesAt: (timestamp) => voteSignBytes(chainId, { ...vote, timestamp }),
      after: options.after,
    })
    if (!signed.ok) return signed
    // Extensions may differ between two signings of one precommit: nobody can be harmed with them.
    const extensionSignature =
      options.signExtension === true && mayHaveExtension(vote)
        ? this.#sign(voteExtensionSignBytes(chainId, vote))
        : EMPTY_BYTES
    const { timestamp, signature } = signed.value
    return ok({ ...vote, timestamp, signature, extensionSignature })
  }

  async signProposal(
    chainId: string,
    proposal: Proposal,
    options: SignOptions = {},
  ): Promise<Result<Proposal, SignRefusal>> {
    const { height, round, timestamp } = proposal
    const signed = await this.#inTurn({
      place: { height, round, step: SignStep.proposal },
      timestamp,
      timestampField: TIMESTAMP_FIELD.proposal,
      signBytesAt: (time) => proposalSignBytes(chainId, { ...proposal, timestamp: time }),
      after: options.after,
    })
    return signed.ok ? ok({ ...proposal, ...signed.value }) : signed
  }

  #inTurn(request: Request): Promise<Result<Signed, SignRefusal>> {
    const result = this.#turn.then(() => this.#serve(request))
    this.#turn = result.catch(() => {})
    return result
  }

  async #serve(request: Request): Promise<Result<Signed, SignRefusal>> {
    if (this.#failure !== null) throw this.#failure
    const { place, timestamp } = request
    const order = comparePlaces(place, this.#last)
    if (order < 0) return err(this.#regression(place))
    if (order === 0) return this.#again(request)
    const signBytes = request.signBytesAt(timestamp)
    const signature = this.#sign(signBytes)
    const { height, round, step } = place
    await this.#save({ height, round, step, signature, signBytes }, request.after)
    return ok({ timestamp, signature })
  }

  /** The same place a second time: only ever the signature that is out already. */
  #again(request: Request): Result<Signed, SignRefusal> {
    const { signBytes, signature } = this.#last
    const { timestamp } = request
    if (equalBytes(request.signBytesAt(timestamp), signBytes)) return ok({ timestamp, signature })
    const time = timestampOf(signBytes, request.timestampField)
    if (time !== null && equalBytes(request.signBytesAt(time), signBytes)) {
      return ok({ timestamp: time, signature })
    }
    const reason = `something else was signed at ${placeText(request.place)} already`
    return err(this.#refusal('conflicting-data', request.place, reason))
  }

  /**
   * Memory follows the disk: a state that may not be on disk must not give out a second signature
   * either.
   */
  async #save(state: SignState, after: Promise<void> = Promise.resolve()): Promise<void> {
    const { files, statePath } = this.#options
    try {
      await files.writeFileDurable(statePath, formatSignState(state), { mode: MODE, after })
    } catch (cause) {
      const why = cause instanceof PortError ? cause.details.reason : String(cause)
      const reason = `the sign state cannot be made durable, so nothing more is signed: ${why}`
      this.#failure = new PrivvalError(
        'PRIVVAL_STATE_WRITE_FAILED',
        { file: statePath, reason },
        cause,
      )
      throw this.#failure
    }
    this.#last = state
  }

  #sign(message: Uint8Array): Uint8Array {
    return this.#options.crypto.signEd25519(this.#options.key.seed, message)
  }

  #regression(wanted: SignPlace): SignRefusal {
    const last = this.#last
    const kind =
      wanted.height < last.height
        ? 'height-regression'
        : wanted.round < last.round
          ? 'round-regression'
          : 'step-regression'
    const reason = `${placeText(wanted)} lies before ${placeText(last)}, which was signed already`
    return this.#refusal(kind, wanted, reason)
  }

  #notSignable(wanted: SignPlace, reason: string): Result<never, SignRefusal> {
    return err(this.#refusal('not-signable', wanted, reason))
  }

  #refusal(kind: SignRefusal['kind'], wanted: SignPlace, reason: string): SignRefusal {
    return { kind, reason, wanted, last: this.lastSigned }
  }
}

function stepOf(voteType: number): 2 | 3 | null {
  if (voteType === VoteType.prevote) return SignStep.prevote
  return voteType === VoteType.precommit ? SignStep.precommit : null
}

function placeText({ height, round, step }: SignPlace): string {
  const name = ['nothing', 'the proposal', 'the prevote', 'the precommit'][step] ?? `step ${step}`
  return `${name} of height ${height}, round ${round}`
}
