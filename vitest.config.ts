// The kinds of tests: unit and vectors in threads; searches, on compiled sources; e2e and interop
// in processes.

import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'
import { COMPILED, compiledSources } from './test/search/compiled-sources.ts'

const everywhere = ['**/node_modules/**', '**/dist/**']
const vectors = ['src/**/*.vectors.test.ts', 'test/**/*.vectors.test.ts']
const searches = ['crash', 'exhaustive', 'fuzz', 'twins'].map((name) => `test/${name}/**/*.test.ts`)
const apart = ['e2e', 'interop', 'long', 'swarm'].map((name) => `test/${name}/**`)
const setupFiles = ['test/search/property-runs.ts']
/** With the plugin: what is played is dist/, brought up to date before. */
const compiled = {
  globalSetup: ['test/search/build.ts'],
  server: { deps: { external: [COMPILED] } },
}

export default defineConfig({
  test: {
    // Vitest would leave one processor free.
    maxWorkers: availableParallelism(),
    projects: [
      {
        test: {
          name: 'unit',
          include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
          exclude: [...everywhere, ...vectors, ...searches, ...apart],
          pool: 'threads',
          isolate: false,
          setupFiles,
          testTimeout: 60_000,
        },
      },
      {
        plugins: [compiledSources()],
        test: {
          ...compiled,
          name: 'search',
          include: searches,
          pool: 'threads',
          isolate: false,
          setupFiles,
          testTimeout: 60_000,
        },
      },
      {
        // Has threads of its own, as many as there are processors.
        plugins: [compiledSources()],
        test: { ...compiled, name: 'swarm', include: ['test/swarm/**/*.test.ts'], pool: 'threads' },
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
          // One process for each file: what its hooks end and remove is its own.
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
        plugins: [compiledSources()],
        test: {
          ...compiled,
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
