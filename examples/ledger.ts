// A ledger kept by four validators, of which any one may fail or lie.
import { defineApp, devnet } from 'quadrille'
const ledger = defineApp({
  name: 'ledger',
  state: (): Record<string, number> => ({ alice: 100, bob: 0 }),
  apply(accounts, tx: { from: string; to: string; amount: number }) {
    if ((accounts[tx.from] ?? 0) < tx.amount) throw new Error('insufficient funds')
    accounts[tx.from] = (accounts[tx.from] ?? 0) - tx.amount
    accounts[tx.to] = (accounts[tx.to] ?? 0) + tx.amount
  },
})
await using net = await devnet(ledger, { validators: 4 })
const { height } = await net.nodes[0]!.submit({ from: 'alice', to: 'bob', amount: 7 })
for await (const _ of net.nodes[3]!.blocks({ from: height })) break
console.log('final, and bob has', net.nodes[3]!.state['bob'])
