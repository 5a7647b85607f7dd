// What `quadrille finality export` and `verify` do, and how they tell it.

import { writeFile } from 'node:fs/promises'
import { formatTime, toHexUpper } from '../../core/bytes/index.ts'
import {
  formatFinalityProof,
  MAX_FINALITY_TEXT_BYTES,
  verifyFinality,
} from '../../core/finality/index.ts'
import type { FinalityProof, FinalityVerdict, TrustRule } from '../../core/finality/index.ts'
import type { AskedHeight } from '../finality-source/index.ts'
import { nativeCrypto } from '../platform/index.ts'
import { BadInput, badFlag } from './bad-input.ts'
import { readNamedFile, readTrust } from './finality-trust.ts'
import type { TrustFlags } from './finality-trust.ts'

/** The texts of the flags of `export`. */
export interface ExportFlags {
  readonly output?: string
  readonly node?: string
}

/** The texts of the flags of `verify`. */
export interface VerifyFlags extends TrustFlags {
  readonly json?: boolean
}

/** Writes the proof of a height; fails with one line when there is none. */
export async function runExport(text: string, flags: ExportFlags, home: string): Promise<number> {
  const proof = await prove(readHeight(text), flags.node, home)
  const file = formatFinalityProof(proof)
  if (flags.output === undefined) {
    process.stdout.write(file)
    return 0
  }
  await writeFile(flags.output, file)
  process.stdout.write(`wrote ${flags.output}: ${blockOf(proof)}\n`)
  return 0
}

// Verifying needs none of this, and a node is large.
async function prove(
  height: AskedHeight,
  node: string | undefined,
  home: string,
): Promise<FinalityProof> {
  const { proveFromHome, proveFromNode } = await import('../finality-source/index.ts')
  if (node !== undefined) return proveFromNode(readUrl(node), height)
  const { loadConfig } = await import('../assembly/index.ts')
  return proveFromHome(home, await loadConfig(home, process.env), height)
}

/** Verifies a proof file: 0 when the block is final, 1 when the file does not prove it. */
export async function runVerify(file: string, flags: VerifyFlags): Promise<number> {
  const trust = await readTrust(flags)
  const bytes = await readNamedFile(file, MAX_FINALITY_TEXT_BYTES)
  const verdict = verifyFinality(bytes, trust, nativeCrypto)
  if (!verdict.ok && verdict.kind === 'unusable-trust') {
    throw new BadInput(`--trust: ${verdict.reason}`)
  }
  const lines = flags.json === true ? [jsonOf(verdict)] : linesOf(verdict)
  process.stdout.write(`${lines.join('\n')}\n`)
  return verdict.ok ? 0 : 1
}

function readHeight(text: string): AskedHeight {
  if (text === 'latest') return text
  const height = /^\d{1,19}$/.test(text) ? BigInt(text) : 0n
  if (height > 0n && height < 2n ** 63n) return height
  throw badFlag('height', 'a number from 1, or latest', text)
}

function readUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null
  if (url !== null && /^https?:$/.test(url.protocol)) return text
  throw badFlag('--node', 'a URL such as http://127.0.0.1:26657', text)
}

const RULES: Readonly<Record<TrustRule, string>> = {
  'validators-hash': 'its validators are the trusted ones',
  'header-hash': 'its header is the trusted one',
  'next-validators': 'the trusted block before it names its validators',
  'one-third': 'more than a third of the trusted validators signed it',
}

function blockOf({ header, commit }: FinalityProof): string {
  return `block ${header.height} of ${header.chainId}, decided in round ${commit.round}`
}

function linesOf(verdict: FinalityVerdict): readonly string[] {
  if (!verdict.ok) return [`not proved: ${verdict.reason}`]
  const { proof, signed, rule } = verdict
  const { header, commit, validatorSet } = proof
  return [
    `final: ${blockOf(proof)}`,
    `hash:     ${toHexUpper(commit.blockId.hash)}`,
    `time:     ${formatTime(header.time)}`,
    `app hash: ${toHexUpper(header.appHash)}`,
    `signed:   by ${signed.validators} of ${validatorSet.size} validators, ` +
      `${signed.votingPower} of ${validatorSet.totalVotingPower} voting power`,
    `trusted:  ${RULES[rule]}`,
  ]
}

// Of a proof that is refused only the reason is told: the rest is what anybody may have written.
function jsonOf(verdict: FinalityVerdict): string {
  if (!verdict.ok) {
    return JSON.stringify({ valid: false, kind: verdict.kind, reason: verdict.reason })
  }
  const { proof, signed, rule } = verdict
  const { header, commit, validatorSet } = proof
  return JSON.stringify({
    valid: true,
    chainId: header.chainId,
    height: String(header.height),
    round: commit.round,
    hash: toHexUpper(commit.blockId.hash),
    time: formatTime(header.time),
    appHash: toHexUpper(header.appHash),
    validators: validatorSet.size,
    signedValidators: signed.validators,
    votingPower: String(validatorSet.totalVotingPower),
    signedVotingPower: String(signed.votingPower),
    rule,
    reason: RULES[rule],
  })
}
