// Equal execution: honest nodes get the same results and application hash from the same block.

import { equalBytes, toHexUpper } from '../../core/bytes/index.ts'
import { encodeConsensusParamsUpdate } from '../../core/proto/index.ts'
import type {
  ConsensusParamsUpdate,
  ExecTxResult,
  FinalizeBlockResponse,
} from '../../core/proto/index.ts'
import { keyOf } from './ledger.ts'
import type { Committed } from './observation.ts'
import type { Report } from './violation.ts'

/** Blocks that are remembered; a node that lags further behind is compared by its next headers. */
const REMEMBERED = 1000

interface FirstAnswer {
  readonly node: number
  readonly appHash: Uint8Array
  readonly response: FinalizeBlockResponse
}

/** Compares what the nodes got from each block with what the first one got. */
export class AppHashJudge {
  readonly #report: Report
  readonly #first = new Map<string, FirstAnswer>()

  constructor(report: Report) {
    this.#report = report
  }

  /** Looks at the answer of one node's application. */
  onCommitted({ node, atMs, block, blockId, response, appHash }: Committed): void {
    const blame = (what: string, culprits: readonly number[]): void => {
      const detail = `height ${block.header.height}: ${what}`
      this.#report({ rule: 'app-hash', detail, culprits, atMs })
    }
    if (!equalBytes(appHash, response.appHash)) {
      blame(`node ${node} keeps another hash than its application gave`, [node])
    }
    const key = keyOf(blockId)
    const first = this.#first.get(key)
    if (first === undefined) return this.#remember(key, { node, appHash, response })
    const both = [node, first.node].toSorted((a, b) => a - b)
    if (!equalBytes(appHash, first.appHash)) {
      const hashes = `${toHexUpper(appHash)} and ${toHexUpper(first.appHash)}`
      blame(`nodes ${node} and ${first.node} have ${hashes}`, both)
    } else if (!isSameAnswer(response, first.response)) {
      blame(`nodes ${node} and ${first.node} have different results`, both)
    }
  }

  #remember(key: string, answer: FirstAnswer): void {
    this.#first.set(key, answer)
    if (this.#first.size <= REMEMBERED) return
    for (const oldest of this.#first.keys()) {
      this.#first.delete(oldest)
      return
    }
  }
}

function isSameAnswer(a: FinalizeBlockResponse, b: FinalizeBlockResponse): boolean {
  return (
    a.txResults.length === b.txResults.length &&
    a.txResults.every((result, index) => isSameResult(result, b.txResults[index])) &&
    a.validatorUpdates.length === b.validatorUpdates.length &&
    a.validatorUpdates.every(({ pubKey, power }, index) => {
      const other = b.validatorUpdates[index]
      return (
        other !== undefined &&
        power === other.power &&
        pubKey.type === other.pubKey.type &&
        equalBytes(pubKey.bytes, other.pubKey.bytes)
      )
    }) &&
    isSameUpdate(a.consensusParamUpdates, b.consensusParamUpdates)
  )
}

// Of the parameters most are in no header, and would never show.
function isSameUpdate(a: ConsensusParamsUpdate | null, b: ConsensusParamsUpdate | null): boolean {
  if (a === null || b === null) return a === b
  return equalBytes(encodeConsensusParamsUpdate(a), encodeConsensusParamsUpdate(b))
}

// Only what is hashed must be equal: logs and events are a node's own affair.
function isSameResult(a: ExecTxResult, b: ExecTxResult | undefined): boolean {
  return (
    b !== undefined &&
    a.code === b.code &&
    a.gasWanted === b.gasWanted &&
    a.gasUsed === b.gasUsed &&
    equalBytes(a.data, b.data)
  )
}
