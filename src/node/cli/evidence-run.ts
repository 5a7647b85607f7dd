// What `quadrille evidence ls`, `show`, `export` and `verify` do, and how they tell it.

import { writeFile } from 'node:fs/promises'
import {
  formatEvidenceProof,
  MAX_EVIDENCE_TEXT_BYTES,
  placeOf,
  proofNeeds,
  proveEvidence,
  verifyEvidence,
} from '../../core/fault-proof/index.ts'
import type { EvidenceVerdict } from '../../core/fault-proof/index.ts'
import { evidenceHeight } from '../../core/types/index.ts'
import type { EvidenceInBlocks, PlacedEvidence } from '../evidence-source/index.ts'
import { nativeCrypto } from '../platform/index.ts'
import { badFlag } from './bad-input.ts'
import { readTrustedValidators } from './evidence-trust.ts'
import { PENDING, listLine, shownLines } from './evidence-words.ts'
import { readNamedFile } from './finality-trust.ts'

/** Where evidence is read. */
export interface SourceFlags {
  readonly node?: string
}

/** The texts of the flags of `ls`. */
export interface ListFlags extends SourceFlags {
  readonly from?: string
  readonly to?: string
}

/** The texts of the flags of `export`. */
export interface ProofFlags extends SourceFlags {
  readonly output?: string
}

/** The texts of the flags of `verify`. */
export interface VerifyFlags {
  readonly validators?: string
  readonly header?: string
  readonly json?: boolean
}

/** Blocks that `ls` looks at when it is not told which. */
const LISTED = 10_000n

const NOT_TOLD = 'what waits for a block is told by a home whose node does not run, not by RPC'

/** Prints a line for each piece of evidence in blocks, and for each that waits for one. */
export async function runList(flags: ListFlags, home: string): Promise<number> {
  const from = flags.from === undefined ? null : readHeight('--from', flags.from)
  const to = flags.to === undefined ? null : readHeight('--to', flags.to)
  if (from !== null && to !== null && to < from) {
    throw badFlag('--to', `a height from ${from}, that of --from`, String(to))
  }
  return withSource(flags, home, async (source) => {
    const kept = source.heights
    const last = to === null || to > kept.to ? kept.to : to
    const wanted = from ?? last - LISTED + 1n
    const first = wanted < kept.from ? kept.from : wanted
    const lines: string[] = []
    for await (const block of source.heightsWithEvidence({ from: first, to: last })) {
      for (const [index, evidence] of (await source.evidenceAt(block)).entries()) {
        lines.push(listLine({ block, index, evidence }))
      }
    }
    const isWhole = to === null
    const waiting = isWhole ? await source.pending() : []
    for (const [index, evidence] of (waiting ?? []).entries()) {
      lines.push(listLine({ block: null, index, evidence }))
    }
    if (lines.length === 0) lines.push(`no evidence in the blocks ${first} to ${last}`)
    // At once: whoever reads only the first line may close the pipe behind it.
    process.stdout.write(`${lines.join('\n')}\n`)
    return 0
  })
}

/** Says in words what one piece proves. */
export async function runShow(id: string, flags: SourceFlags, home: string): Promise<number> {
  const place = readId(id)
  return withSource(flags, home, async (source) => {
    const lines = shownLines(await pieceAt(source, place), source.chainId)
    process.stdout.write(`${lines.join('\n')}\n`)
    return 0
  })
}

/** Writes the proof of one piece; fails with one line when there is none. */
export async function runExport(id: string, flags: ProofFlags, home: string): Promise<number> {
  const place = readId(id)
  return withSource(flags, home, async (source) => {
    const { evidence } = await pieceAt(source, place)
    const { chainId } = source
    const validatorSet = await source.validatorsAt(evidenceHeight(evidence))
    const { loadHistory } = await import('../evidence-source/index.ts')
    const history = await loadHistory(source, proofNeeds(evidence))
    const proof = proveEvidence(evidence, { chainId, validatorSet, history }, nativeCrypto)
    if (!proof.ok) throw new Error(`evidence ${id} has no proof file: ${proof.error}`)
    const file = formatEvidenceProof(proof.value)
    if (flags.output === undefined) {
      process.stdout.write(file)
      return 0
    }
    await writeFile(flags.output, file)
    const { kind, validator, height } = placeOf(proof.value.evidence)
    process.stdout.write(`wrote ${flags.output}: ${kind} of ${validator} at height ${height}\n`)
    return 0
  })
}

/** Verifies a proof file: 0 when it proves a fault, 1 when it does not. */
export async function runVerify(file: string, flags: VerifyFlags, home: string): Promise<number> {
  const bytes = await readNamedFile(file, MAX_EVIDENCE_TEXT_BYTES)
  const headerHash = flags.header === undefined ? {} : { headerHash: readHash(flags.header) }
  const trust = await readTrustedValidators(flags.validators, home, bytes)
  const verdict = trust.ok
    ? verifyEvidence(bytes, { ...trust.value, ...headerHash }, nativeCrypto)
    : refusal(trust.error)
  const lines = flags.json === true ? [jsonOf(verdict)] : linesOf(verdict)
  process.stdout.write(`${lines.join('\n')}\n`)
  return verdict.ok ? 0 : 1
}

function refusal(reason: string): EvidenceVerdict {
  return { ok: false, kind: 'not-trusted', reason }
}

function linesOf(verdict: EvidenceVerdict): readonly string[] {
  if (!verdict.ok) return [`not proved: ${verdict.reason}`]
  const { deed, open } = verdict.proof
  return [`proved: ${deed}`, ...open.map((what) => `not verified: ${what}`)]
}

// Of a proof that is refused only the reason is told: the rest is what anybody may have written.
function jsonOf(verdict: EvidenceVerdict): string {
  if (!verdict.ok) {
    const { reason } = verdict
    return JSON.stringify({
      valid: false,
      kind: null,
      validator: null,
      height: null,
      round: null,
      reason,
    })
  }
  const { kind, validator, height, round, deed, open } = verdict.proof
  return JSON.stringify({
    valid: true,
    kind,
    validator,
    height: String(height),
    round,
    reason: [deed, ...open.map((what) => `not verified: ${what}`)].join('; '),
  })
}

async function withSource(
  { node }: SourceFlags,
  home: string,
  work: (source: EvidenceInBlocks) => Promise<number>,
): Promise<number> {
  const source = await sourceOf(node, home)
  try {
    return await work(source)
  } finally {
    await source.close()
  }
}

// Verifying needs none of this, and a node is large.
async function sourceOf(node: string | undefined, home: string): Promise<EvidenceInBlocks> {
  const { evidenceOfHome, evidenceOfNode } = await import('../evidence-source/index.ts')
  if (node !== undefined) return evidenceOfNode(readUrl(node))
  const { loadConfig } = await import('../assembly/index.ts')
  return evidenceOfHome(home, await loadConfig(home, process.env))
}

interface PieceId {
  /** Null for what waits for a block. */
  readonly block: bigint | null
  readonly index: number
}

async function pieceAt(
  source: EvidenceInBlocks,
  { block, index }: PieceId,
): Promise<PlacedEvidence> {
  if (block === null) return waitingAt(source, index)
  const { from, to } = source.heights
  if (block < from || block > to) {
    throw new Error(`there are the blocks ${from} to ${to}, not ${block}`)
  }
  const pieces = await source.evidenceAt(block)
  const evidence = pieces[index]
  if (evidence !== undefined) return { block, index, evidence }
  throw new Error(`block ${block} carries ${counted(pieces)} of evidence, none at ${index}`)
}

async function waitingAt(source: EvidenceInBlocks, index: number): Promise<PlacedEvidence> {
  const pieces = await source.pending()
  if (pieces === null) throw new Error(NOT_TOLD)
  const evidence = pieces[index]
  if (evidence !== undefined) return { block: null, index, evidence }
  throw new Error(`evidence that waits for a block: ${counted(pieces)}, none at ${index}`)
}

function readId(text: string): PieceId {
  const [, waiting] = /^pending\/(\d{1,6})$/.exec(text) ?? []
  if (waiting !== undefined) return { block: null, index: Number(waiting) }
  const [, block = '', index = '0'] = /^(\d{1,19})(?:\/(\d{1,6}))?$/.exec(text) ?? []
  if (block !== '' && isHeight(BigInt(block))) {
    return { block: BigInt(block), index: Number(index) }
  }
  throw badFlag('id', `a block and a place in it, such as 17/0, or ${PENDING}/0`, text)
}

function readHeight(flag: string, text: string): bigint {
  if (/^\d{1,19}$/.test(text) && isHeight(BigInt(text))) return BigInt(text)
  throw badFlag(flag, 'a height from 1', text)
}

function readHash(text: string): string {
  if (/^[0-9a-fA-F]{64}$/.test(text)) return text
  throw badFlag('--header', 'a hash of 64 hexadecimal digits', text)
}

function isHeight(height: bigint): boolean {
  return height > 0n && height < 2n ** 63n
}

function readUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null
  if (url !== null && /^https?:$/.test(url.protocol)) return text
  throw badFlag('--node', 'a URL such as http://127.0.0.1:26657', text)
}

const counted = ({ length }: readonly unknown[]): string =>
  `${length} piece${length === 1 ? '' : 's'}`
