// What a door reaches through imports, however far away.

import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { readSyntax } from './imports.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** What a door reaches beside core and the noble packages: files and names of packages. */
export function reachedBeyondCore(door: string): string[] {
  const { files, packages } = reachedFrom(door)
  if (files.size < 30) throw new Error(`${door} reaches ${files.size} files: they were not read`)
  const foreign = [...packages].filter((name) => !/^@noble\/(curves|hashes)\//.test(name))
  return [...[...files].filter((file) => !file.startsWith('src/core/')), ...foreign]
}

function reachedFrom(door: string): { files: Set<string>; packages: Set<string> } {
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
