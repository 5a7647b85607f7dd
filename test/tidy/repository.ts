// The repository as the tidy checks see it: the text of every file that people write, by path.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Text by path; paths are relative to the checkout and use `/`. */
export type Repository = ReadonlyMap<string, string>

const foreignFolders = new Set(['node_modules', 'dist', 'coverage', '.git', '.quadrille'])
const dataFolders = new Set(['testdata', 'vectors'])
const foreignFiles = new Set(['package-lock.json', 'LICENSE'])
const writtenByPeople = /\.(ts|mjs|js|svelte|css|html|md|json|toml|ya?ml|sh|txt)$|^\.ci\/run$/

/** Reads a checkout, without what is installed, built or generated, and without test data. */
export function readRepository(root: string): Repository {
  const files = new Map<string, string>()
  const visit = (folder: string): void => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`
      if (entry.isDirectory()) {
        const skipped = foreignFolders.has(entry.name) || dataFolders.has(entry.name)
        if (!skipped) visit(path)
      } else if (writtenByPeople.test(path) && !foreignFiles.has(path)) {
        files.set(path, readFileSync(join(root, path), 'utf8'))
      }
    }
  }
  visit('')
  return files
}

/** A small repository of the given files, for the checks' own tests. */
export function makeRepository(files: Record<string, string>): Repository {
  return new Map(Object.entries(files))
}

/** A file of program text. */
export function isCode(path: string): boolean {
  return /\.(ts|mjs|js|svelte)$/.test(path)
}

/** A file that only tests load: a test, a contract suite of a port, or makers of test data. */
export function isTestSide(path: string): boolean {
  return /\.(test|contract|fixture)\.ts$/.test(path) || path.startsWith('test/')
}

/**
 * The floor and room a file of src/ belongs to; undefined elsewhere and for what lies directly in a
 * floor.
 */
export function roomOf(path: string): { floor: string; room: string; file: string } | undefined {
  const [, floor, room, file] = /^src\/([^/]+)\/([^/]+)\/(.+)$/.exec(path) ?? []
  if (floor === undefined || room === undefined || file === undefined) return undefined
  return { floor, room, file }
}
