// Validity: what honest nodes propose, prevote or commit is valid, by rules derived independently.

import { tryDecode } from '../../core/proto/index.ts'
import { VoteType, decodeBlock, encodeBlock } from '../../core/types/index.ts'
import type { Block, BlockId } from '../../core/types/index.ts'
import { keyOf } from './ledger.ts'
import type { Ledger } from './ledger.ts'
import { judgeCommit } from './naive-commit.ts'
import { isNil, isSameId } from './naive-values.ts'
import type { NaiveState } from './naive-state.ts'
import { judgeBlock, judgeName } from './naive-validator.ts'
import type { Committed, SignedProposal, SignedVote } from './observation.ts'
import type { Report } from './violation.ts'

/** Judged blocks that are remembered; honest nodes need the verdict again within a few heights. */
const REMEMBERED = 1000

/** Judges each block once, however many nodes commit it, and the commit of each node. */
export class ValidityJudge {
  readonly #ledger: Ledger
  readonly #report: Report
  /** By block: why it is not valid. */
  readonly #verdicts = new Map<string, readonly string[]>()

  constructor(ledger: Ledger, report: Report) {
    this.#ledger = ledger
    this.#report = report
  }

  /** Judges block and commit. The chain before the block, null when nobody knows it. */
  onCommitted(seen: Committed): NaiveState | null {
    const { node, atMs, block, blockId, commit } = seen
    const { height } = block.header
    const before = this.#ledger.stateBefore(block)
    if (before === null) {
      this.#blame(node, atMs, `height ${height} is committed before the height below it`)
      return null
    }
    const reasons = this.#verdictOn(before, block, blockId)
    if (reasons.length > 0) {
      this.#blame(node, atMs, `block ${height} is not valid: ${reasons.join(', ')}`)
    }
    const { notary } = this.#ledger
    const flaws = judgeCommit(notary, commit, before.bench, { height, blockId })
    if (flaws.length > 0) {
      this.#blame(node, atMs, `the commit of block ${height}: ${flaws.join(', ')}`)
    }
    return before
  }

  /** An honest prevote for a block says that it is valid. */
  onSignedVote({ node, atMs, vote, state }: SignedVote): void {
    if (vote.type !== VoteType.prevote || isNil(vote.blockId)) return
    const known = this.#verdicts.get(keyOf(vote.blockId))
    const reasons = known ?? this.#verdictOnParts(vote.blockId, state)
    if (reasons.length === 0) return
    const what = `prevotes a block at ${vote.height}/${vote.round} that is not valid`
    this.#blame(node, atMs, `${what}: ${reasons.join(', ')}`)
  }

  /** An honest proposer offers what others can accept: an invalid block costs everybody a round. */
  onSignedProposal({ node, atMs, proposal, state }: SignedProposal): void {
    const { height, round, blockId } = proposal
    const known = this.#verdicts.get(keyOf(blockId))
    const reasons = known ?? this.#verdictOnParts(blockId, state)
    if (reasons.length === 0) return
    const what = `proposes a block at ${height}/${round} that is not valid`
    this.#blame(node, atMs, `${what}: ${reasons.join(', ')}`)
  }

  #verdictOnParts(blockId: BlockId, state: SignedVote['state']): readonly string[] {
    const named = [...state.blocks.values()].find((each) => isSameId(each.blockId, blockId))
    const bytes = named?.partSet?.bytes() ?? null
    // A node repeats the vote for its lock also when it has let go of the block.
    if (bytes === null) return []
    const block = tryDecode(decodeBlock, bytes)
    if (!block.ok) return [block.error]
    const before = this.#ledger.stateBefore(block.value)
    return before === null ? [] : this.#verdictOn(before, block.value, blockId)
  }

  #verdictOn(before: NaiveState, block: Block, blockId: BlockId): readonly string[] {
    const key = keyOf(blockId)
    const known = this.#verdicts.get(key)
    if (known !== undefined) return known
    const { notary, setting } = this.#ledger
    const { crypto } = setting
    const reasons = [
      ...judgeName(crypto, before, block, { blockId, bytes: encodeBlock(block) }),
      ...judgeBlock({ crypto, notary }, before, block),
    ]
    this.#verdicts.set(key, reasons)
    if (this.#verdicts.size > REMEMBERED) {
      for (const oldest of this.#verdicts.keys()) {
        this.#verdicts.delete(oldest)
        break
      }
    }
    return reasons
  }

  #blame(node: number, atMs: number, what: string): void {
    this.#report({ rule: 'validity', detail: `node ${node}: ${what}`, culprits: [node], atMs })
  }
}
