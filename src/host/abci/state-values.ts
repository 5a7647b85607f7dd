// What may stand in an application's state, and how a value becomes part of it.

import { CanonicalError, isPlainObject, MAX_DEPTH } from './canonical-json.ts'
import { dateFromMs, isDate } from './dates.ts'

/** Turns what a membrane shows back into what it stands for; null for anything else. */
export type Unwrap = (value: object) => object | null

/** A value without identity that is copied when it is read and when it is stored. */
export function isLeaf(value: object): value is Uint8Array | Date {
  return value instanceof Uint8Array || isDate(value)
}

/** A copy of a leaf. */
export function copyLeaf(value: Uint8Array | Date): Uint8Array | Date {
  return value instanceof Uint8Array ? value.slice() : dateFromMs(value.getTime())
}

/**
 * A deep copy of a piece of state; equal objects become distinct ones, so that a state is a tree.
 */
export function copyState(value: unknown, depth = 0): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (isLeaf(value)) return copyLeaf(value)
  if (depth >= MAX_DEPTH) throw new CanonicalError(`nested deeper than ${MAX_DEPTH}`)
  const inner = (item: unknown): unknown => copyState(item, depth + 1)
  if (Array.isArray(value)) return value.map(inner)
  if (value instanceof Map) return new Map(Array.from(value, ([key, item]) => [key, inner(item)]))
  if (value instanceof Set) return new Set(value)
  const copy: Record<string, unknown> = {}
  for (const [key, item] of Object.entries(value)) copy[key] = inner(item)
  return copy
}

/**
 * A primitive that may stand in the state: -0 becomes 0, which has the same text. Throws {@link
 * CanonicalError}.
 */
export function checkPrimitive(value: unknown): unknown {
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new CanonicalError(`the number ${value} cannot be stored`)
    return value + 0
  }
  if (value === undefined || typeof value === 'function' || typeof value === 'symbol') {
    throw new CanonicalError(`a value of type ${typeof value} cannot be stored`)
  }
  return value
}

/**
 * A key of a map or an element of a set: a primitive, because objects have no identity after a
 * restart.
 */
export function checkKey(key: unknown): unknown {
  if (typeof key === 'object' && key !== null) {
    throw new CanonicalError('keys of maps and elements of sets must be primitive values')
  }
  return checkPrimitive(key)
}

/**
 * Makes new objects part of the state. The application may go on changing an object it has just
 * stored, so objects are taken as they are and looked at again by `settle` at the end of the
 * transaction. What is stored twice, what comes out of the state itself, and what is frozen is
 * copied.
 */
export class Adoption {
  readonly #unwrap: Unwrap
  #roots: object[] = []
  #taken = new Set<object>()

  constructor(unwrap: Unwrap) {
    this.#unwrap = unwrap
  }

  /**
   * The value in the form in which it is stored. Throws {@link CanonicalError} for what cannot be
   * stored.
   */
  adopt(value: unknown): unknown {
    if (typeof value !== 'object' || value === null) return checkPrimitive(value)
    const stored = this.#take(value, this.#taken, 0)
    if (stored === value) this.#roots.push(stored)
    return stored
  }

  /**
   * Brings what was adopted into order after the application may have changed it. Throws as
   * `adopt`.
   */
  settle(): void {
    const seen = new Set<object>(this.#roots)
    for (const root of this.#roots) this.#takeChildren(root, seen, 0)
    this.reset()
  }

  /** Forgets what was adopted. */
  reset(): void {
    this.#roots = []
    this.#taken = new Set()
  }

  #take(value: unknown, seen: Set<object>, depth: number): unknown {
    if (typeof value !== 'object' || value === null) return checkPrimitive(value)
    if (depth >= MAX_DEPTH) throw new CanonicalError(`nested deeper than ${MAX_DEPTH}`)
    const shown = this.#unwrap(value)
    if (shown !== null) return copyState(shown, depth)
    if (isLeaf(value)) return copyLeaf(value)
    checkContainer(value)
    if (seen.has(value) || Object.isFrozen(value)) {
      const copy = shallowCopy(value)
      this.#takeChildren(copy, seen, depth)
      return copy
    }
    seen.add(value)
    this.#takeChildren(value, seen, depth)
    return value
  }

  #takeChildren(container: object, seen: Set<object>, depth: number): void {
    const take = (item: unknown): unknown => this.#take(item, seen, depth + 1)
    if (Array.isArray(container)) {
      const items = container as unknown[]
      for (let i = 0; i < items.length; i++) {
        const item = take(items[i])
        if (!Object.is(item, items[i])) items[i] = item
      }
    } else if (container instanceof Map) {
      for (const [key, item] of container as Map<unknown, unknown>) {
        const taken = take(item)
        if (!Object.is(taken, item)) container.set(checkKey(key), taken)
        else checkKey(key)
      }
    } else if (container instanceof Set) {
      for (const item of container) checkKey(item)
    } else takeProperties(container as Record<string, unknown>, take)
  }
}

function takeProperties(
  container: Record<string, unknown>,
  take: (item: unknown) => unknown,
): void {
  for (const [key, item] of Object.entries(container)) {
    if (key === '__proto__') throw new CanonicalError('the key __proto__ is not allowed')
    const taken = item === undefined ? undefined : take(item)
    if (taken === undefined) delete container[key]
    else if (!Object.is(taken, item)) container[key] = taken
  }
}

function checkContainer(value: object): void {
  const isContainer = Array.isArray(value) || value instanceof Map || value instanceof Set
  if (isContainer || isPlainObject(value)) return
  throw new CanonicalError(
    'a state holds plain objects, arrays, maps, sets, dates, bytes and primitive values only',
  )
}

function shallowCopy(value: object): object {
  if (Array.isArray(value)) return [...(value as unknown[])]
  if (value instanceof Map) return new Map(value)
  return value instanceof Set ? new Set(value) : { ...value }
}
