// A node that was stopped says so, whatever it is asked.

import { expect, test } from 'vitest'
import { defineApp, devnet } from './index.ts'

const counter = defineApp({
  name: 'counter',
  state: { total: 0 },
  apply(state, tx: { add: number }) {
    state.total += tx.add
  },
})

test('stopped node: refuses a transaction in the same words, seen before or not', async () => {
  const net = await devnet(counter, { validators: 1 })
  const [node] = net.nodes
  if (node === undefined) throw new Error('no node')
  await node.submit({ add: 1 })
  const underWay = node.submit({ add: 2 }).catch((error: unknown) => error)
  await net.stop()
  const stopped = { code: 'NODE_STOPPED', message: 'the node was stopped' }
  expect(await underWay).toMatchObject(stopped)
  await expect(node.submit({ add: 1 })).rejects.toMatchObject(stopped)
  await expect(node.submit({ add: 3 })).rejects.toMatchObject(stopped)
})
