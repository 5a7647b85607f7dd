// The ports in memory, against the contract of each port.

import { clockContract } from '../ports/clock.contract.ts'
import { filesContract } from '../ports/files.contract.ts'
import { keyValueStoreContract } from '../ports/key-value-store.contract.ts'
import { loggerContract } from '../ports/logger.contract.ts'
import { randomContract } from '../ports/random.contract.ts'
import { MemoryClock } from './clock.ts'
import { MemoryFiles } from './files.ts'
import { MemoryKeyValueStore } from './key-value-store.ts'
import { MemoryLogger } from './logger.ts'
import { MemoryRandom } from './random.ts'

clockContract('in memory', () => {
  const clock = new MemoryClock(1_700_000_000_000_000_000n)
  return {
    clock,
    passTime: async (ms) => {
      await new Promise(setImmediate)
      clock.advance(ms)
      await new Promise(setImmediate)
    },
  }
})

randomContract('in memory', () => new MemoryRandom(42))

loggerContract('in memory', () => {
  const logger = new MemoryLogger('main')
  return {
    logger,
    lines: () =>
      logger.lines.map(
        ({ scope, message, fields }) =>
          `${scope} ${message} ${Object.entries(fields)
            .map(([key, value]) => `${key}=${typeof value === 'symbol' ? 'symbol' : String(value)}`)
            .join(' ')}`,
      ),
  }
})

keyValueStoreContract('in memory', () => {
  let store = new MemoryKeyValueStore()
  return {
    open: async () => (store = store.reopen()),
    end: async () => {},
  }
})

filesContract('in memory', () => {
  const files = new MemoryFiles()
  void files.makeDirectory('/home/data')
  return { files, directory: '/home/data', end: async () => {} }
})
