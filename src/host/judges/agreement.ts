// Agreement: no two blocks of one height are ever committed by honest nodes.

import { toHexUpper } from '../../core/bytes/index.ts'
import type { BlockId } from '../../core/types/index.ts'
import { keyOf } from './ledger.ts'
import type { Committed } from './observation.ts'

/** Two blocks of one height. */
export interface Fork {
  readonly height: bigint
  readonly atMs: number
  /** The nodes that committed the first block, and the one that committed another. */
  readonly nodes: readonly number[]
  readonly detail: string
}

interface Choice {
  readonly blockId: BlockId
  readonly nodes: number[]
}

/** Remembers what was committed at each height. */
export class AgreementJudge {
  readonly #choices = new Map<bigint, Map<string, Choice>>()

  /** The fork that this commit makes, null when there is none or it was known. */
  onCommitted({ node, atMs, blockId, block }: Committed): Fork | null {
    const { height } = block.header
    const choices = this.#choices.get(height) ?? new Map<string, Choice>()
    this.#choices.set(height, choices)
    const key = keyOf(blockId)
    const known = choices.get(key)
    known?.nodes.push(node)
    if (known !== undefined) return null
    choices.set(key, { blockId, nodes: [node] })
    if (choices.size !== 2) return null
    const [first, second] = [...choices.values()] as [Choice, Choice]
    const detail =
      `height ${height}: node ${node} commits ${nameOf(second.blockId)}, ` +
      `node ${first.nodes.join(', ')} ${nameOf(first.blockId)}`
    return { height, atMs, nodes: [...first.nodes, node], detail }
  }
}

function nameOf({ hash }: BlockId): string {
  return toHexUpper(hash.subarray(0, 4))
}
