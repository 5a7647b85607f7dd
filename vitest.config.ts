// The five groups of tests: unit and vectors in threads, e2e and interop in processes of their own, long searches.

import { defineConfig } from 'vitest/config'

const everywhere = ['**/node_modules/**', '**/dist/**']
const vectors = ['src/**/*.vectors.test.ts', 'test/**/*.vectors.test.ts']
const apart = ['test/e2e/**', 'test/interop/**', 'test/long/**']

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
          exclude: [...everywhere, ...vectors, ...apart],
          pool: 'threads',
          isolate: false,
        },
      },
      {
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
        test: {
          name: 'long',
          include: ['test/long/**/*.test.ts'],
          pool: 'forks',
          testTimeout: 0,
          hookTimeout: 300_000,
        },
      },
    ],
  },
})
