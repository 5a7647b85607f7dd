// Changes to a state as they were made, each with the way back.

import type { Adoption } from './state-values.ts'

/** Takes one change back, given that all later changes were taken back before. */
export type Undo = () => void

/** Records changes; everything the membrane does to the state goes through here. */
export class StateJournal {
  readonly #adoption: Adoption
  #undos: Undo[] = []
  #isOpen = false

  constructor(adoption: Adoption) {
    this.#adoption = adoption
  }

  /** Opens the journal for one transaction. */
  open(): void {
    this.#isOpen = true
  }

  /** Closes it and hands over the changes, first to last. */
  close(): Undo[] {
    this.#isOpen = false
    const undos = this.#undos
    this.#undos = []
    return undos
  }

  /** Refuses changes outside a transaction: a state changes in `apply` and `endBlock` only. */
  assertOpen(): void {
    if (!this.#isOpen) throw new TypeError('the state can only be changed while a block executes')
  }

  /** Sets a property of an object or an element of an array. */
  set(target: Record<string, unknown> | unknown[], key: string, value: unknown): void {
    this.assertOpen()
    if (Array.isArray(target)) this.#setElement(target, key, value)
    else if (value === undefined) this.remove(target, key)
    else {
      const stored = this.#adoption.adopt(value)
      const hadKey = Object.hasOwn(target, key)
      const before = target[key]
      this.#undos.push(() => {
        if (hadKey) target[key] = before
        else delete target[key]
      })
      target[key] = stored
    }
  }

  /** Removes a property of an object; the way back restores its place among the keys. */
  remove(target: Record<string, unknown>, key: string): void {
    this.assertOpen()
    if (!Object.hasOwn(target, key)) return
    const keys = Object.keys(target)
    const later = keys.slice(keys.indexOf(key) + 1)
    const before = target[key]
    this.#undos.push(() => {
      target[key] = before
      moveToEnd(target, later)
    })
    delete target[key]
  }

  /** Calls a method that changes an array, in one step. */
  change(array: unknown[], method: ArrayMutator, args: readonly unknown[]): unknown {
    this.assertOpen()
    const stored = method === 'sort' ? args : args.map((arg) => this.#adoption.adopt(arg))
    const { length } = array
    if (method === 'push') this.#undos.push(() => void (array.length = length))
    else if (method === 'pop') {
      const last = array.at(-1)
      if (length > 0) this.#undos.push(() => void array.push(last))
    } else {
      const before = array.slice()
      this.#undos.push(() => replaceElements(array, before))
    }
    return (array[method] as (...given: unknown[]) => unknown).apply(array, [...stored])
  }

  /** Sets an entry of a map. */
  setEntry(map: Map<unknown, unknown>, key: unknown, value: unknown): void {
    this.assertOpen()
    const stored = this.#adoption.adopt(value)
    const before = map.get(key)
    const hadKey = map.has(key)
    this.#undos.push(() => void (hadKey ? map.set(key, before) : map.delete(key)))
    map.set(key, stored)
  }

  /** Adds an element to a set. */
  addElement(set: Set<unknown>, element: unknown): void {
    this.assertOpen()
    if (set.has(element)) return
    this.#undos.push(() => void set.delete(element))
    set.add(element)
  }

  /** Removes an entry or element; the way back restores its place in the order. */
  removeKey(collection: Map<unknown, unknown> | Set<unknown>, key: unknown): boolean {
    this.assertOpen()
    if (!collection.has(key)) return false
    const place = placeOf(collection, key)
    const value = collection instanceof Map ? collection.get(key) : key
    this.#undos.push(() => insertAt(collection, place, [key, value]))
    return collection.delete(key)
  }

  /** Empties a map or a set. */
  clear(collection: Map<unknown, unknown> | Set<unknown>): void {
    this.assertOpen()
    const before = [...collection.entries()]
    this.#undos.push(() => refill(collection, before))
    collection.clear()
  }

  #setElement(array: unknown[], key: string, value: unknown): void {
    const { length } = array
    if (key === 'length') {
      const before = array.slice()
      const wanted = Number(value)
      if (!(wanted <= length)) throw new TypeError('an array in the state cannot have holes')
      this.#undos.push(() => replaceElements(array, before))
      array.length = wanted
      return
    }
    const index = Number(key)
    if (!Number.isInteger(index) || index < 0 || index > length) {
      throw new TypeError(`an array in the state cannot have a property or a hole at ${key}`)
    }
    const stored = this.#adoption.adopt(value)
    const before = array[index]
    this.#undos.push(() => {
      array[index] = before
      array.length = length
    })
    array[index] = stored
  }
}

/** Array methods that change the array and are taken as one change. */
export type ArrayMutator = 'push' | 'pop' | 'shift' | 'unshift' | 'splice' | 'sort' | 'reverse'

/** The {@link ArrayMutator}s. */
export const ARRAY_MUTATORS: ReadonlySet<string> = new Set([
  'push',
  'pop',
  'shift',
  'unshift',
  'splice',
  'sort',
  'reverse',
] satisfies ArrayMutator[])

/** Takes changes back, last to first. */
export function undoAll(undos: readonly Undo[]): void {
  for (let i = undos.length - 1; i >= 0; i--) undos[i]?.()
}

function moveToEnd(target: Record<string, unknown>, keys: readonly string[]): void {
  for (const key of keys) {
    const value = target[key]
    delete target[key]
    target[key] = value
  }
}

function replaceElements(array: unknown[], elements: readonly unknown[]): void {
  array.length = 0
  for (const element of elements) array.push(element)
}

function placeOf(collection: Map<unknown, unknown> | Set<unknown>, key: unknown): number {
  let place = 0
  for (const other of collection.keys()) {
    if (other === key || (other !== other && key !== key)) return place
    place++
  }
  return place
}

function insertAt(
  collection: Map<unknown, unknown> | Set<unknown>,
  place: number,
  entry: readonly [unknown, unknown],
): void {
  const entries: (readonly [unknown, unknown])[] = [...collection.entries()]
  entries.splice(place, 0, entry)
  refill(collection, entries)
}

function refill(
  collection: Map<unknown, unknown> | Set<unknown>,
  entries: readonly (readonly [unknown, unknown])[],
): void {
  collection.clear()
  for (const [key, value] of entries) {
    if (collection instanceof Map) collection.set(key, value)
    else collection.add(key)
  }
}
