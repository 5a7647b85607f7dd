// Finds one value in a state by a list of keys.

import type { Result } from '../../core/bytes/index.ts'

/** Most keys in a list. */
const MAX_KEYS = 64

/**
 * The value behind the keys: properties of objects, indexes of arrays, keys of maps. An empty text
 * is the whole state; undefined is a value that does not exist. The error says why the text is no
 * list of keys.
 */
export function selectValue(state: unknown, text: string): Result<unknown, string> {
  if (text === '') return { ok: true, value: state }
  const keys = parseKeys(text)
  if (keys === null) return { ok: false, error: 'the query data must be a JSON list of keys' }
  let value = state
  for (const key of keys) value = valueAt(value, key)
  return { ok: true, value }
}

function parseKeys(text: string): readonly (string | number)[] | null {
  try {
    const keys: unknown = JSON.parse(text)
    const isList = Array.isArray(keys) && keys.length <= MAX_KEYS && keys.every(isKey)
    return isList ? (keys as readonly (string | number)[]) : null
  } catch {
    return null
  }
}

function isKey(key: unknown): boolean {
  return typeof key === 'string' || typeof key === 'number'
}

function valueAt(value: unknown, key: string | number): unknown {
  if (typeof value !== 'object' || value === null) return undefined
  if (value instanceof Map) return (value as Map<unknown, unknown>).get(key)
  return Object.hasOwn(value, key) ? (value as Record<string | number, unknown>)[key] : undefined
}
