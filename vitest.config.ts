// The kinds of tests: unit and vectors in threads, e2e and interop in processes, long searches.

import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

const everywhere = ['**/node_modules/**', '**/dist/**']
const vectors = ['src/**/*.vectors.test.ts', 'test/**/*.vectors.test.ts']
const apart = ['test/e2e/**', 'test/interop/**', 'test/long/**']
const setupFiles = ['test/search/property-runs.ts']

export default defineConfig({
  test: {
    // Vitest would leave one processor free.
    maxWorkers: availableParallelism(),
    projects: [
      {
        test: {
          name: 'unit',
          include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
          exclude: [...everywhere, ...vectors, ...apart],
          pool: 'threads',
          isolate: false,
          setupFiles,
        },
      },
      {
        // Read QUADRILLE_VECTORS, the folder of `npm run test:vectors -- DIR`.
        test: {
          name: 'vectors',
          include: vectors,
          exclude: [...everywhere, ...apart],
          pool: 'threads',
          isolate: false,
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          pool: 'forks',
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'interop',
          include: ['test/interop/**/*.test.ts'],
          pool: 'forks',
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
      {
        // All properties once more with more cases, and the searches that are long only.
        test: {
          name: 'long',
          include: [
            'src/**/*.property.test.ts',
            'test/**/*.property.test.ts',
            'test/long/**/*.test.ts',
          ],
          exclude: everywhere,
          pool: 'forks',
          testTimeout: 0,
          hookTimeout: 300_000,
          setupFiles,
        },
      },
    ],
  },
})
