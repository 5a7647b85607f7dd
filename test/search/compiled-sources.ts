// A plugin for Vitest that gives tests the compiled sources, which run as they do for users: what
// a search can do in its time depends on their speed.

import { existsSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'

const root = join(import.meta.dirname, '..', '..')

/** The files that Node imports itself. */
export const COMPILED: RegExp = /\/dist\/(core|host|node)\/.*\.js$/

/** The part of a Vite plugin that is used here. */
interface Plugin {
  readonly name: string
  readonly enforce: 'pre'
  readonly resolveId: (source: string, importer: string | undefined) => string | null
}

/**
 * Leads from `src/x.ts` to `x.js` of a build, dist/ unless another is given, where there is one;
 * fixtures and contracts have none.
 */
export function compiledSources(build: string = join(root, 'dist')): Plugin {
  return {
    name: 'compiled-sources',
    enforce: 'pre',
    resolveId: (source, importer) => {
      if (importer === undefined || !/^\..*\.ts$/.test(source)) return null
      const path = relative(join(root, 'src'), resolve(dirname(importer), source))
      const compiled = join(build, path.replace(/\.ts$/, '.js'))
      return !path.startsWith('..') && existsSync(compiled) ? compiled : null
    },
  }
}
