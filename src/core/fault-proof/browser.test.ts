// Verification runs in a browser: nothing that the door reaches is of Node.

import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { readSyntax } from '../../../test/tidy/imports.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))

/** Every file and package that a file reaches through imports. */
const reachedFrom = (door: string): { files: Set<string>; packages: Set<string> } => {
  const files = new Set<string>()
  const packages = new Set<string>()
  const visit = (file: string): void => {
    if (files.has(file)) return
    files.add(file)
    for (const { path, specifier } of readSyntax(file, readFileSync(root + file, 'utf8')).imports) {
      if (path === undefined) packages.add(specifier)
      else visit(path)
    }
  }
  visit(door)
  return { files, packages }
}

test('fault-proof: its door reaches core and the noble packages, nothing of Node', () => {
  const { files, packages } = reachedFrom('src/core/fault-proof/index.ts')
  expect(files.size).toBeGreaterThan(30)
  expect([...files].filter((file) => !file.startsWith('src/core/'))).toEqual([])
  expect([...packages].filter((name) => !/^@noble\/(curves|hashes)\//.test(name))).toEqual([])
})
