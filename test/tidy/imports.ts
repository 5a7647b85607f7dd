// What a source file imports and exports, read from its syntax tree.

import { posix } from 'node:path'
import { parseSync } from 'vite'

export interface Import {
  /** As written. */
  readonly specifier: string
  /** The path in the repository a relative specifier means; undefined for packages and Node. */
  readonly path: string | undefined
  readonly line: number
}

export interface Syntax {
  readonly imports: readonly Import[]
  /** Names the file exports by declaration. */
  readonly exports: readonly { readonly name: string; readonly line: number }[]
  /** Set when the text is no TypeScript. */
  readonly error: string | undefined
}

/**
 * Reads static, dynamic and type imports and re-exports. Dynamic imports of computed names are not
 * seen.
 */
export function readSyntax(path: string, text: string): Syntax {
  const { module, program, errors } = parseSync(path, text)
  const lineAt = (offset: number): number => text.slice(0, offset).split('\n').length
  const imports: Import[] = []
  const add = (specifier: string, offset: number): void => {
    imports.push({ specifier, path: resolveRelative(path, specifier), line: lineAt(offset) })
  }
  const exports: { name: string; line: number }[] = []
  for (const one of module.staticImports) add(one.moduleRequest.value, one.start)
  for (const { entries, start } of module.staticExports) {
    // `export { a, b } from 'x'` has one entry per name and one request.
    const request = entries[0]?.moduleRequest
    if (request) add(request.value, start)
    for (const { exportName, start: at } of entries) {
      if (exportName.name !== null) exports.push({ name: exportName.name, line: lineAt(at) })
    }
  }
  for (const { moduleRequest } of module.dynamicImports) {
    const written = text.slice(moduleRequest.start, moduleRequest.end)
    if (/^(['"`])[^$]*\1$/.test(written)) add(written.slice(1, -1), moduleRequest.start)
  }
  if (text.includes('import(')) {
    for (const { value, start } of typeImports(program)) add(value, start)
  }
  return { imports, exports, error: errors[0]?.message }
}

function resolveRelative(from: string, specifier: string): string | undefined {
  return specifier.startsWith('.') ? posix.join(posix.dirname(from), specifier) : undefined
}

/** The module names of types like `import('./x.ts').X`. */
function* typeImports(node: unknown): Generator<{ value: string; start: number }> {
  if (Array.isArray(node)) {
    for (const child of node) yield* typeImports(child)
  } else if (typeof node === 'object' && node !== null) {
    if ('type' in node && node.type === 'TSImportType' && 'source' in node) {
      yield node.source as { value: string; start: number }
    }
    for (const child of Object.values(node)) yield* typeImports(child)
  }
}
