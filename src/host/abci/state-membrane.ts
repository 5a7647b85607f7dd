// Shows a state to an application as ordinary objects, while every change goes through a journal or
// is refused.

import { ARRAY_MUTATORS, type ArrayMutator, type StateJournal } from './state-journal.ts'
import { checkKey, copyLeaf, isLeaf } from './state-values.ts'

type Callback = (...args: unknown[]) => unknown
type Collection = Map<unknown, unknown> | Set<unknown>

/**
 * One way of looking at a state: with a journal it can be changed, without it changes throw. The
 * same object of the state always looks the same (`===`). Dates and bytes come out as copies.
 */
export class StateMembrane {
  readonly #journal: StateJournal | null
  readonly #shown = new WeakMap<object, object>()
  readonly #hidden = new WeakMap<object, object>()
  readonly #handler: ProxyHandler<object>
  readonly #collectionHandler: ProxyHandler<Collection>

  constructor(journal: StateJournal | null) {
    this.#journal = journal
    this.#handler = this.#makeHandler()
    this.#collectionHandler = {
      ...this.#makeHandler(),
      get: (target, key) => this.#member(target, key),
    }
  }

  /** How a value of the state looks from outside. */
  wrap(value: unknown): unknown {
    if (typeof value !== 'object' || value === null) return value
    if (isLeaf(value)) return copyLeaf(value)
    const known = this.#shown.get(value)
    if (known !== undefined) return known
    const isCollection = value instanceof Map || value instanceof Set
    const shown = isCollection
      ? new Proxy(value as Collection, this.#collectionHandler)
      : new Proxy(value, this.#handler)
    this.#shown.set(value, shown)
    this.#hidden.set(shown, value)
    return shown
  }

  /** What stands behind something shown by this membrane; null for anything else. */
  unwrap(shown: object): object | null {
    return this.#hidden.get(shown) ?? null
  }

  #writable(): StateJournal {
    if (this.#journal === null) throw new TypeError('the state cannot be changed here')
    return this.#journal
  }

  #makeHandler(): ProxyHandler<object> {
    return {
      get: (target, key) => this.#property(target, key),
      set: (target, key, value) => {
        this.#writable().set(target as Record<string, unknown>, nameOf(key), value)
        return true
      },
      deleteProperty: (target, key) => {
        if (Array.isArray(target)) throw new TypeError('an array in the state cannot have holes')
        this.#writable().remove(target as Record<string, unknown>, nameOf(key))
        return true
      },
      defineProperty: (target, key, descriptor) => {
        if (!('value' in descriptor)) throw new TypeError('a state holds no accessors')
        this.#writable().set(target as Record<string, unknown>, nameOf(key), descriptor.value)
        return true
      },
      getOwnPropertyDescriptor: (target, key) => {
        const descriptor = Reflect.getOwnPropertyDescriptor(target, key)
        if (descriptor !== undefined) descriptor.value = this.wrap(descriptor.value)
        return descriptor
      },
      setPrototypeOf: () => false,
      preventExtensions: () => false,
    }
  }

  #property(target: object, key: string | symbol): unknown {
    if (Array.isArray(target) && typeof key === 'string' && ARRAY_MUTATORS.has(key)) {
      return this.#arrayMutator(target, key as ArrayMutator)
    }
    return this.wrap(Reflect.get(target, key))
  }

  #arrayMutator(array: unknown[], method: ArrayMutator): Callback {
    return (...args) => {
      const [compare] = args
      const given =
        method === 'sort' && typeof compare === 'function'
          ? [(a: unknown, b: unknown) => (compare as Callback)(this.wrap(a), this.wrap(b))]
          : args
      const result = this.#writable().change(array, method, given)
      // Removed elements come out in an array of their own, which is no part of the state.
      if (method === 'splice') return (result as unknown[]).map((item) => this.wrap(item))
      return this.wrap(result)
    }
  }

  #member(target: Collection, key: string | symbol): unknown {
    if (key === 'size') return target.size
    const shown = this.wrap(target)
    switch (key) {
      case 'get':
        return (name: unknown) => this.wrap((target as Map<unknown, unknown>).get(name))
      case 'set':
        return (name: unknown, value: unknown) => {
          this.#writable().setEntry(target as Map<unknown, unknown>, checkKey(name), value)
          return shown
        }
      case 'add':
        return (element: unknown) => {
          this.#writable().addElement(target as Set<unknown>, checkKey(element))
          return shown
        }
      case 'delete':
        return (name: unknown) => this.#writable().removeKey(target, name)
      case 'clear':
        return () => this.#writable().clear(target)
      case 'forEach':
        return (f: Callback, self: unknown) => {
          for (const [name, value] of target.entries()) f.call(self, this.wrap(value), name, shown)
        }
      default:
        return this.#iterationOrOther(target, key)
    }
  }

  #iterationOrOther(target: Collection, key: string | symbol): unknown {
    const isMap = target instanceof Map
    if (key === 'entries' || (key === Symbol.iterator && isMap)) {
      return () => this.#wrapAll<unknown>(target.entries(), (entry) => this.#wrapEntry(entry))
    }
    if (key === 'values' || key === Symbol.iterator) {
      return () => this.#wrapAll<unknown>(target.values(), (item) => this.wrap(item))
    }
    const member: unknown = Reflect.get(target, key, target)
    return typeof member === 'function' ? (member as Callback).bind(target) : member
  }

  #wrapEntry(entry: unknown): [unknown, unknown] {
    const [name, item] = entry as [unknown, unknown]
    return [name, this.wrap(item)]
  }

  *#wrapAll<T>(items: Iterable<T>, wrap: (item: T) => T): Generator<T> {
    for (const item of items) yield wrap(item)
  }
}

function nameOf(key: string | symbol): string {
  if (typeof key === 'symbol' || key === '__proto__') {
    throw new TypeError(`a state cannot have the key ${String(key)}`)
  }
  return key
}
