// The step from one chain state to the next: a decided block and what the application answered to
// it.

import { err, ok } from '../bytes/index.ts'
import type { Result } from '../bytes/index.ts'
import type { Crypto } from '../crypto/index.ts'
import type { FinalizeBlockResponse, ValidatorUpdate } from '../proto/index.ts'
import {
  hashResults,
  updateConsensusParams,
  validateConsensusParams,
  validateParamsUpdate,
} from '../types/index.ts'
import type { BlockId, ConsensusParams, Header, ValidatorSet } from '../types/index.ts'
import type { ChainState } from './chain-state.ts'

/**
 * A valid, decided block of the next height with the application's answer, one result per
 * transaction.
 */
export interface BlockResults {
  readonly crypto: Crypto
  readonly chainState: ChainState
  readonly blockId: BlockId
  readonly header: Header
  readonly response: FinalizeBlockResponse
}

/**
 * The keys of joining and changing validators must be of an allowed type; a removal may name any.
 */
const validateUpdates = (
  updates: readonly ValidatorUpdate[],
  params: ConsensusParams,
): string | null => {
  for (const { pubKey, power } of updates) {
    if (power < 0n) return `validator update with power ${power}`
    if (power > 0n && !params.validator.pubKeyTypes.includes(pubKey.type)) {
      return `validator update with a key of type ${pubKey.type}`
    }
  }
  return null
}

/**
 * The set of the height after the next one: the changes, then one step of the proposer rotation.
 */
const nextSet = ({ crypto, chainState, response }: BlockResults): Result<ValidatorSet, string> => {
  const { validatorUpdates } = response
  const reason = validateUpdates(validatorUpdates, chainState.consensusParams)
  if (reason !== null) return err(reason)
  const updated = chainState.nextValidators.withUpdates(crypto, validatorUpdates)
  return updated.ok ? ok(updated.value.withPriorityIncremented(1)) : updated
}

/**
 * Parameters, application version and the height of the last change, after the application's
 * update.
 */
const nextParams = ({
  chainState,
  header,
  response,
}: BlockResults): Result<
  Pick<ChainState, 'consensusParams' | 'version' | 'lastHeightConsensusParamsChanged'>,
  string
> => {
  const { consensusParams, version, lastHeightConsensusParamsChanged } = chainState
  const update = response.consensusParamUpdates
  if (update === null) return ok({ consensusParams, version, lastHeightConsensusParamsChanged })
  const next = updateConsensusParams(consensusParams, update)
  const wrong = validateConsensusParams(next)
  if (wrong !== null) return err(`${wrong.field} ${wrong.reason}`)
  const reason = validateParamsUpdate(consensusParams, update, header.height)
  if (reason !== null) return err(reason)
  return ok({
    consensusParams: next,
    version: { ...version, app: next.version.app },
    lastHeightConsensusParamsChanged: header.height + 1n,
  })
}

/**
 * The chain state after a block. Validator changes of height H act at H + 2, parameter changes at H
 * + 1. An error is the application's: its updates are impossible, and the chain cannot go on.
 */
export const applyResults = (results: BlockResults): Result<ChainState, string> => {
  const { crypto, chainState, blockId, header, response } = results
  const nextValidators = nextSet(results)
  if (!nextValidators.ok) return nextValidators
  const params = nextParams(results)
  if (!params.ok) return params
  const { consensusParams, version, lastHeightConsensusParamsChanged } = params.value
  const isChanged = response.validatorUpdates.length > 0
  return ok({
    ...chainState,
    consensusParams,
    version,
    lastHeightConsensusParamsChanged,
    lastBlockHeight: header.height,
    lastBlockId: blockId,
    lastBlockTime: header.time,
    nextValidators: nextValidators.value,
    validators: chainState.nextValidators,
    lastValidators: chainState.validators,
    lastHeightValidatorsChanged: isChanged
      ? header.height + 2n
      : chainState.lastHeightValidatorsChanged,
    lastResultsHash: hashResults(crypto, response.txResults),
    appHash: response.appHash,
  })
}
