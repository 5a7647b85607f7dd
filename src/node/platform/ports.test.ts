// The machine's ports, against the contract of each port.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { clockContract } from '../../host/ports/clock.contract.ts'
import { filesContract } from '../../host/ports/files.contract.ts'
import { keyValueStoreContract } from '../../host/ports/key-value-store.contract.ts'
import { loggerContract } from '../../host/ports/logger.contract.ts'
import type { KeyValueStore } from '../../host/ports/index.ts'
import { randomContract } from '../../host/ports/random.contract.ts'
import { systemClock } from './clock.ts'
import { NodeFiles } from './files.ts'
import { LevelKeyValueStore } from './key-value-store.ts'
import { makeLogger } from './logger.ts'
import { systemRandom } from './random.ts'

const makeDirectory = (): string => mkdtempSync(join(tmpdir(), 'quadrille-ports-'))

clockContract('of the system', () => ({
  clock: systemClock,
  // Two turns of Node's own timers, of which every one may be a millisecond early.
  passTime: async (ms) => {
    const end = performance.now() + ms
    while (performance.now() < end + 1) await new Promise((done) => setTimeout(done, ms + 1))
  },
}))

randomContract('of the system', () => systemRandom)

for (const format of ['plain', 'json'] as const) {
  loggerContract(`pino, ${format}`, () => {
    const lines: string[] = []
    const output = { write: (line: string): void => void lines.push(line) }
    const filter = { rooms: new Map(), rest: 'debug' } as const
    return { logger: makeLogger({ filter, format, output }), lines: () => lines }
  })
}

keyValueStoreContract('on LevelDB', () => {
  const directory = makeDirectory()
  const opened: KeyValueStore[] = []
  return {
    open: async () => {
      const store = await LevelKeyValueStore.open(join(directory, 'db'))
      opened.push(store)
      return store
    },
    end: async () => {
      for (const store of opened) await store.close()
      rmSync(directory, { recursive: true })
    },
  }
})

filesContract('of the system', () => {
  const directory = makeDirectory()
  return {
    files: new NodeFiles(),
    directory,
    end: async () => rmSync(directory, { recursive: true }),
  }
})
