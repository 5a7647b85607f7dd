// Loads golden vectors: from test/vectors, or from the folder that QUADRILLE_VECTORS names.

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { fromHex } from '../bytes/index.ts'

const given = process.env['QUADRILLE_VECTORS']
const folder = given ?? join(import.meta.dirname, '../../../test/vectors')

/** The content of a file of vectors; null when a folder given from outside does not have it. */
export const loadVectors = (name: string): unknown => {
  const path = join(folder, name)
  if (given !== undefined && !existsSync(path)) return null
  return JSON.parse(readFileSync(path, 'utf8'))
}

/** One test over all cases of a file, its title saying how many there are. */
export const testVectors = (name: string, behaviour: string, check: (one: never) => void): void => {
  const cases = (loadVectors(name) ?? []) as readonly never[]
  test(`${name}: ${behaviour} in ${cases.length} cases`, () => {
    expect(given !== undefined || cases.length > 0).toBe(true)
    for (const one of cases) check(one)
  })
}

/** Bytes of hex that a vector holds. */
export const hex = (text: string): Uint8Array => {
  const bytes = fromHex(text)
  if (bytes === null) throw new Error(`a vector holds bad hex: ${text}`)
  return bytes
}
