// The stream of proofs of an embedded network, verified by somebody who has no node.

import { describe, expect, test } from 'vitest'
import { formatFinalityProof, verifyFinality } from '../../core/finality/index.ts'
import type { FinalityProof } from '../../core/finality/index.ts'
import { defineApp, devnet } from './index.ts'

const counter = defineApp({
  name: 'counter',
  state: { total: 0 },
  apply(state, tx: { add: number }) {
    state.total += tx.add
  },
})

describe('finality stream', () => {
  test('finality: stored blocks, then live ones, each proved to who trusts the first', async () => {
    await using net = await devnet(counter, { validators: 4 })
    const [first, , , last] = net.nodes
    if (first === undefined || last === undefined) throw new Error('no nodes')
    for (const add of [1, 2]) await first.submit({ add })
    const proofs: FinalityProof[] = []
    for await (const proof of last.finality({ from: 'earliest' })) {
      proofs.push(proof)
      // What follows was not decided when the stream began.
      if (proofs.length === 2) await first.submit({ add: 3 })
      if (proofs.length === 4) break
    }
    expect(proofs.map(({ header }) => header.height)).toEqual([1n, 2n, 3n, 4n])
    const [earliest] = proofs
    if (earliest === undefined) throw new Error('no proof')
    const { chainId, validatorsHash } = earliest.header
    expect(verifyFinality(earliest, { chainId, validatorsHash }).ok).toBe(true)
    const now = proofs.at(-1)?.header.time ?? 0n
    const earlier = { proof: earliest, trustingPeriodMs: 3_600_000, now }
    const rules = proofs.slice(1).map((proof) => {
      const verdict = verifyFinality(formatFinalityProof(proof), { chainId, earlier })
      return verdict.ok ? verdict.rule : verdict.reason
    })
    expect(rules).toEqual(['next-validators', 'one-third', 'one-third'])
  })

  test('finality: names the block that everybody got, and ends with the signal', async () => {
    await using net = await devnet(counter, { validators: 2 })
    const [one, other] = net.nodes
    if (one === undefined || other === undefined) throw new Error('no nodes')
    const { height } = await one.submit({ add: 1 })
    const abort = new AbortController()
    const hashes: string[] = []
    for await (const proof of other.finality({ from: height, signal: abort.signal })) {
      hashes.push(Buffer.from(proof.commit.blockId.hash).toString('hex').toUpperCase())
      abort.abort()
    }
    for await (const block of one.blocks({ from: height })) {
      expect(hashes).toEqual([block.hash])
      break
    }
  })

  test('finality: a height that is not stored is refused with a code', async () => {
    await using net = await devnet(counter, { validators: 1 })
    const read = async (): Promise<void> => {
      for await (const _ of net.nodes[0]?.finality({ from: 0n }) ?? []) return
    }
    await expect(read()).rejects.toMatchObject({ code: 'HEIGHT_UNAVAILABLE' })
  })
})
