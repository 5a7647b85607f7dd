// The state of an application behaves like plain data, and a failed transaction leaves no trace.

import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { encodeCanonical } from './index.ts'
import { StateTree } from './state-tree.ts'

interface Shape {
  list: { n: number }[]
  object: Record<string, number | Record<string, number>>
  map: Map<string, { n: number; tags: string[] }>
  set: Set<number>
  bytes: Uint8Array
}

const initial = (): Shape => ({
  list: [{ n: 1 }, { n: 2 }, { n: 3 }],
  object: { a: 1, b: { x: 1 }, c: 3 },
  map: new Map([
    ['p', { n: 1, tags: ['t'] }],
    ['q', { n: 2, tags: [] }],
    ['r', { n: 3, tags: [] }],
  ]),
  set: new Set([3, 1, 2]),
  bytes: Uint8Array.of(1, 2),
})

type Step = (state: Shape, at: number) => void
const name = (at: number): string => ['p', 'q', 'r', 's', 'a', 'b'][at % 6] ?? 'p'

/** In place, by name: it is the changing of the state that is tested. */
function call(list: unknown[], method: 'sort' | 'reverse', ...args: unknown[]): void {
  const change = list[method] as (...given: unknown[]) => unknown
  change.apply(list, args)
}

const steps: Record<string, Step> = {
  push: (s, at) => void s.list.push({ n: at }),
  pop: (s) => void s.list.pop(),
  shift: (s) => void s.list.shift(),
  unshift: (s, at) => void s.list.unshift({ n: at }, { n: at + 1 }),
  splice: (s, at) => void s.list.splice(at % 3, 1, { n: -at }),
  sort: (s) => call(s.list, 'sort', (a: { n: number }, b: { n: number }) => b.n - a.n),
  reverse: (s) => call(s.list, 'reverse'),
  element: (s, at) => {
    const item = s.list[at % (s.list.length + 1)]
    if (item !== undefined) item.n += at
  },
  replace: (s, at) => void (s.list[at % (s.list.length + 1)] = { n: at }),
  truncate: (s) => void (s.list.length = Math.min(1, s.list.length)),
  set: (s, at) => void (s.object[name(at)] = at),
  remove: (s, at) => void delete s.object[name(at)],
  spread: (s, at) => void (s.object['b'] = { ...(s.object['b'] as object), y: at }),
  assign: (s, at) => void Object.assign(s.object, { z: at, a: { n: at } }),
  entry: (s, at) => void s.map.set(name(at), { n: at, tags: [] }),
  late: (s, at) => {
    const fresh = { n: 0, tags: [] as string[] }
    s.map.set(name(at), fresh)
    fresh.n = at
    fresh.tags.push('late')
  },
  inside: (s, at) => s.map.get(name(at))?.tags.push(`t${at}`),
  forget: (s, at) => void s.map.delete(name(at)),
  clear: (s) => s.map.clear(),
  add: (s, at) => void s.set.add(at),
  drop: (s, at) => void s.set.delete(at % 4),
  bytes: (s, at) => void (s.bytes = Uint8Array.of(at % 256)),
  walk: (s) => {
    for (const [key, item] of s.map) item.n += key.length
    s.map.forEach((item) => item.tags.push('seen'))
    for (const item of s.list) item.n++
  },
}

const plan = fc.array(
  fc.record({
    fails: fc.boolean(),
    calls: fc.array(fc.tuple(fc.constantFrom(...Object.keys(steps)), fc.nat(20)), { maxLength: 8 }),
  }),
  { maxLength: 6 },
)

describe('state tree', () => {
  test('changes as plain data changes, and not at all when a transaction throws', () => {
    fc.assert(
      fc.property(plan, (transactions) => {
        const tree = new StateTree<Shape>(initial())
        const model = initial()
        for (const { fails, calls } of transactions) {
          const run = (state: Shape): void => {
            for (const [step, at] of calls) steps[step]?.(state, at)
            if (fails) throw new Error('no')
          }
          const before = tree.encode('as-is')
          if (fails) {
            expect(() => tree.transact(run)).toThrow('no')
            expect(tree.encode('as-is')).toBe(before)
          } else {
            tree.transact(run)
            run(model)
            expect(tree.encode('as-is')).toBe(encodeCanonical(model, 'as-is'))
          }
        }
        tree.rollback()
        expect(tree.encode('as-is')).toBe(encodeCanonical(initial(), 'as-is'))
      }),
      { numRuns: 300 },
    )
  })

  test('is a tree: what is stored twice or comes out of it is copied', () => {
    const tree = new StateTree<Record<string, { n: number }>>({ a: { n: 1 } })
    tree.transact((state) => {
      const fresh = { n: 5 }
      state['b'] = fresh
      state['c'] = fresh
      state['d'] = state['a'] ?? fresh
      fresh.n = 6
      if (state['a']) state['a'].n = 2
    })
    expect(tree.view).toEqual({ a: { n: 2 }, b: { n: 6 }, c: { n: 5 }, d: { n: 1 } })
  })

  test('holds no -0, wherever it stands, since a restart would read 0', () => {
    const tree = new StateTree<Record<string, unknown>>({ first: [-0] })
    tree.transact((state) => {
      state['list'] = [-0, { deep: -0 }]
      state['map'] = new Map([['a', -0]])
    })
    const { first, list, map } = tree.view
    const [zero, { deep }] = list as [number, { deep: number }]
    const numbers = [(first as number[])[0], zero, deep, (map as Map<string, number>).get('a')]
    expect(numbers.map((number) => Object.is(number, 0))).toEqual([true, true, true, true])
  })

  test('takes an undefined property for a removal, as a restart would', () => {
    const tree = new StateTree<Record<string, number | undefined>>({ a: 1, b: undefined })
    tree.transact((state) => (state['a'] = undefined))
    expect(Object.keys(tree.view)).toEqual([])
  })

  test('looks the same each time and is refused to those who may only look', () => {
    const tree = new StateTree<Pick<Shape, 'list' | 'map'>>({
      list: [{ n: 1 }],
      map: new Map([['a', { n: 1, tags: [] }]]),
    })
    expect(tree.view.list[0]).toBe(tree.view.list[0])
    expect(tree.view.map.get('a')).toBe(tree.view.map.get('a'))
    expect(Array.isArray(tree.view.list)).toBe(true)
    expect(tree.view.map instanceof Map).toBe(true)
    expect(() => (tree.view.list[0]!.n = 2)).toThrow('cannot be changed here')
    expect(() => tree.view.map.set('b', { n: 2, tags: [] })).toThrow('cannot be changed here')
    expect(() => tree.view.list.push({ n: 2 })).toThrow('cannot be changed here')
  })

  test('cannot be changed after its transaction through something kept from it', () => {
    const tree = new StateTree<{ inner: { n: number } }>({ inner: { n: 1 } })
    let kept = { n: 0 }
    tree.transact((state) => void (kept = state.inner))
    expect(() => (kept.n = 2)).toThrow('while a block executes')
  })

  test('refuses an asynchronous transaction, and its later failure ends nothing', async () => {
    const unhandled: unknown[] = []
    const note = (reason: unknown): unknown => unhandled.push(reason)
    process.on('unhandledRejection', note)
    const tree = new StateTree<{ n: number }>({ n: 1 })
    const change = async (state: { n: number }): Promise<void> => {
      state.n = 2
      await Promise.resolve()
      state.n = 3
    }
    expect(() => tree.transact(change as never)).toThrow('a transaction cannot be asynchronous')
    expect(tree.view.n).toBe(1)
    // Node tells of unhandled rejections before the next turn.
    await new Promise((resolve) => setImmediate(resolve))
    process.off('unhandledRejection', note)
    expect(unhandled).toEqual([])
    expect(tree.view.n).toBe(1)
  })

  test('refuses what cannot be stored, also put into an object stored before', () => {
    const tree = new StateTree<{ x: unknown; list: unknown[] }>({ x: 1, list: [] })
    const bad: ((state: { x: unknown; list: unknown[] }) => unknown)[] = [
      (state) => (state.x = Number.NaN),
      (state) => (state.x = () => 1),
      (state) => (state.x = new Error('x')),
      (state) => (state.list[5] = 1),
      (state) => (state.x = new Map([[{}, 1]])),
      (state) => Reflect.deleteProperty(state.list, 0),
      (state) => {
        const fresh: Record<string, unknown> = {}
        state.x = fresh
        fresh['self'] = fresh
      },
      (state) => {
        const fresh: Record<string, unknown> = {}
        state.list.push(fresh)
        fresh['later'] = Infinity
      },
    ]
    for (const change of bad) {
      expect(() => tree.transact((state) => void change(state))).toThrow(
        /state|stored|nested|primitive/u,
      )
      expect(tree.encode('as-is')).toBe('{"x":1,"list":[]}')
    }
  })
})
