// What applications are told of a block: who signed the commit before it, and who is proved guilty.

import { bytesKey, toHex } from '../../core/bytes/index.ts'
import type { Block, Evidence } from '../../core/types/index.ts'
import { accusedOf, heightOfFault } from './naive-offence.ts'
import type { NaiveState } from './naive-state.ts'
import type { Committed, Executed } from './observation.ts'
import type { Report } from './violation.ts'

type Told = Pick<Executed, 'votes' | 'misbehavior'>

/** Compares what each node told its application of a block with what stands in the block. */
export class ToldApplicationJudge {
  readonly #report: Report
  /** By the hash of a block: what is to be told of it. */
  readonly #expected = new Map<string, string>()
  /** By node: what was told of a block that nobody has committed yet. */
  readonly #waiting = new Map<number, Executed>()

  constructor(report: Report) {
    this.#report = report
  }

  /** A node executes a block, also again after a restart. */
  onExecuted(seen: Executed): void {
    const expected = this.#expected.get(bytesKey(seen.hash))
    if (expected === undefined) this.#waiting.set(seen.node, seen)
    else this.#judge(seen, expected)
  }

  /** A block is known, and the chain before it. */
  onCommitted({ block, blockId }: Committed, before: NaiveState): void {
    const key = bytesKey(blockId.hash)
    if (this.#expected.has(key)) return
    const expected = wordsOf(expectedOf(block, before))
    this.#expected.set(key, expected)
    for (const [node, seen] of this.#waiting) {
      if (bytesKey(seen.hash) !== key) continue
      this.#waiting.delete(node)
      this.#judge(seen, expected)
    }
  }

  #judge(seen: Executed, expected: string): void {
    const { node, atMs, height } = seen
    const told = wordsOf(seen)
    if (told === expected) return
    const detail = `node ${node} tells its application of block ${height}: ${told}; not ${expected}`
    this.#report({ rule: 'app-hash', detail, culprits: [node], atMs })
  }
}

function expectedOf({ lastCommit, evidence }: Block, { last }: NaiveState): Told {
  const seats = last?.bench.seats ?? []
  return {
    votes: seats.map(({ address, power }, index) => {
      return { address, power, flag: lastCommit?.signatures[index]?.blockIdFlag ?? 0 }
    }),
    misbehavior: evidence.flatMap((piece) => {
      const { kind, timestamp: time, totalVotingPower: total } = piece
      const height = heightOfFault(piece)
      return accusedOf(piece).map((address, index) => {
        return { kind, address, power: powerOf(piece, index), height, time, total }
      })
    }),
  }
}

function powerOf(piece: Evidence, index: number): bigint {
  if ('validatorPower' in piece) return piece.validatorPower
  return piece.byzantineValidators[index]?.votingPower ?? 0n
}

function wordsOf({ votes, misbehavior }: Told): string {
  const name = (address: Uint8Array): string => toHex(address.subarray(0, 4))
  const signers = votes.map(({ address, power, flag }) => `${name(address)} ${power}/${flag}`)
  const guilty = misbehavior.map(
    ({ kind, address, power, height, time, total }) =>
      `${kind} ${name(address)} ${power} of ${total} at ${height} (${time})`,
  )
  return `signed ${signers.join(', ') || 'by nobody'}; guilty ${guilty.join(', ') || 'nobody'}`
}
