// The stream of faults of an embedded network: what a node can prove, before the chain punishes it.

import { describe, expect, test } from 'vitest'
import { defineApp, devnet } from './index.ts'
import type { Fault } from './index.ts'

const counter = defineApp({
  name: 'counter',
  state: { total: 0 },
  slashing: { downtime: { fraction: [1, 2], window: 4, minSigned: 2 } },
  apply(state, tx: { add: number }) {
    state.total += tx.add
  },
})

describe('fault stream', () => {
  test('faults: a validator that is away is told once by every node', async () => {
    await using net = await devnet(counter, { validators: 4 })
    const [first, second, , away] = net.nodes
    if (first === undefined || second === undefined || away === undefined) throw new Error('none')
    const abort = new AbortController()
    const told: Fault[][] = [[], []]
    const reading = [first, second].map(async (node, index) => {
      for await (const fault of node.faults({ signal: abort.signal })) told[index]?.push(fault)
    })
    await away.stop()
    let add = 0
    while (told.some((faults) => faults.length === 0)) await first.submit({ add: add++ })
    // A window later it sits in jail, and nothing more is told of it.
    const { height } = await first.submit({ add: add++ })
    while ((await first.submit({ add: add++ })).height < height + 6n);
    abort.abort()
    await Promise.all(reading)
    const [[fault] = [], other] = told
    expect(told[0]).toMatchObject([{ kind: 'downtime', height: 4n }])
    expect(other).toEqual(told[0])
    for await (const block of first.blocks({ from: height })) {
      expect(block.proposer).not.toBe(fault?.validator)
      if (block.height === height + 6n) break
    }
  })

  test('faults: the stream ends with its signal and with the node', async () => {
    await using net = await devnet(counter, { validators: 1 })
    const [node] = net.nodes
    const abort = new AbortController()
    const count = async (signal?: AbortSignal): Promise<number> => {
      let faults = 0
      const options = signal === undefined ? {} : { signal }
      for await (const _ of node?.faults(options) ?? []) faults++
      return faults
    }
    const counted = [count(abort.signal), count()]
    abort.abort()
    expect(await counted[0]).toBe(0)
    await net.stop()
    expect(await counted[1]).toBe(0)
  })
})
