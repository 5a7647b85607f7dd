// Compares decoded values with each other and counts what they cost.

import { BitArray, equalBytes } from '../../src/core/bytes/index.ts'

/** Whether two decoded values are the same, to the last byte. */
export function sameValue(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (a instanceof Uint8Array) return b instanceof Uint8Array && equalBytes(a, b)
  if (Array.isArray(a)) return Array.isArray(b) && sameList(a, b)
  if (a instanceof BitArray) return b instanceof BitArray && sameBits(a, b)
  if (a instanceof Map) return b instanceof Map && sameList([...a], [...b])
  if (a instanceof Set) return b instanceof Set && sameList([...a], [...b])
  if (a instanceof Date) return b instanceof Date && Object.is(a.getTime(), b.getTime())
  const members = Object.keys(a)
  if (members.length !== Object.keys(b).length) return false
  const [left, right] = [a as Record<string, unknown>, b as Record<string, unknown>]
  for (const name of members) {
    if (!Object.hasOwn(right, name) || !sameValue(left[name], right[name])) return false
  }
  return true
}

function sameList(a: readonly unknown[], b: readonly unknown[]): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (!sameValue(a[i], b[i])) return false
  return true
}

function sameBits(a: BitArray, b: BitArray): boolean {
  return a.size === b.size && sameList(a.elems, b.elems)
}

/** Cells that an object costs beside what is in it. */
const OBJECT = 3
/** A typed array with its buffer, or the view of one. */
const BYTES = 12

/**
 * Cells of about 8 bytes that a value holds, counted by its parts; views of bytes cost no content
 * when they are `shared` ones of a larger buffer. Stops counting at `most`.
 */
export function weigh(value: unknown, most = Infinity): number {
  let cells = 0
  const left: unknown[] = [value]
  while (left.length > 0 && cells <= most) {
    const each = left.pop()
    cells++
    // A member that is absent is left out: undefined is a value that nobody has checked.
    if (each === undefined) throw new TypeError('a value holds undefined')
    if (typeof each === 'string') cells += each.length / 4
    else if (typeof each === 'bigint') cells += 2
    else if (typeof each !== 'object' || each === null) continue
    else if (each instanceof Uint8Array) cells += each.length === 0 ? 0 : BYTES + contentOf(each)
    else if (each instanceof BitArray) cells += OBJECT + BYTES + each.size / 64
    else if (each instanceof Map) {
      for (const [key, item] of each) left.push(key, item)
    } else if (Array.isArray(each) || each instanceof Set) {
      cells += OBJECT
      for (const item of each) left.push(item)
    } else {
      cells += OBJECT
      for (const name in each) left.push((each as Record<string, unknown>)[name])
    }
  }
  return Math.ceil(cells)
}

/** Bytes that nobody else holds. */
function contentOf(bytes: Uint8Array): number {
  return bytes.length === bytes.buffer.byteLength ? bytes.length / 8 : 0
}
