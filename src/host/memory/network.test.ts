// The network in memory, against the contract of the port.

import { networkContract } from '../ports/network.contract.ts'
import { MemoryClock } from './clock.ts'
import { MemoryNetwork } from './network.ts'

networkContract('in memory', () => {
  const network = new MemoryNetwork(new MemoryClock())
  return {
    dialler: network.host('10.0.0.1'),
    listener: network.host('10.0.0.2'),
    anyAddress: '10.0.0.2:0',
    passTurn: () => new Promise(setImmediate),
  }
})
