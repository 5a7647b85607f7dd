// Votes and powers as CometBFT's RPC prints them in its summaries of the consensus state.

import { formatTime, toHexUpper } from '../bytes/index.ts'
import { SignedMsgType } from '../proto/index.ts'
import type { Vote } from '../proto/index.ts'

const TYPE_NAMES: Readonly<Record<number, string>> = {
  [SignedMsgType.prevote]: 'SIGNED_MSG_TYPE_PREVOTE(Prevote)',
  [SignedMsgType.precommit]: 'SIGNED_MSG_TYPE_PRECOMMIT(Precommit)',
}

/** The first six bytes in upper hex, filled up with zeros. */
const fingerprint = (bytes: Uint8Array): string => toHexUpper(bytes.subarray(0, 6)).padEnd(12, '0')

/** `Vote{index:address height/round/type block signature extension @ time}`. */
export const formatVote = (vote: Vote): string => {
  const round = String(vote.round).padStart(2, '0')
  const type = TYPE_NAMES[vote.type] ?? `${vote.type}`
  const block = fingerprint(vote.blockId.hash)
  const rest = `${fingerprint(vote.signature)} ${fingerprint(vote.extension)}`
  const voter = `${vote.validatorIndex}:${fingerprint(vote.validatorAddress)}`
  const step = `${vote.height}/${round}/${type}`
  return `Vote{${voter} ${step} ${block} ${rest} @ ${formatTime(vote.timestamp)}}`
}

/** `voted/total = fraction`, the fraction with two digits and ties to even as Go rounds. */
export const formatVotedPower = (voted: bigint, total: bigint): string => {
  const fraction = Number(voted) / Number(total)
  // Only eighths lie exactly between two hundredths; toFixed would round those up.
  const isTie = Number.isInteger(fraction * 8) && !Number.isInteger(fraction * 4)
  const rounded = isTie ? (2 * Math.round((fraction * 100) / 2)) / 100 : fraction
  return `${voted}/${total} = ${rounded.toFixed(2)}`
}
