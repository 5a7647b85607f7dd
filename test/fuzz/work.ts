// Counts the work of a computation instead of timing it: calls of our code, elements copied.

import { Session } from 'node:inspector'

type Copying = (this: { readonly length: number }, ...given: unknown[]) => unknown

/** Native methods whose cost is the length of what they read, which no block count shows. */
const NATIVE: readonly { readonly owner: object; readonly names: readonly string[] }[] = [
  { owner: Array.prototype, names: ['slice', 'concat', 'map', 'filter', 'join', 'toReversed'] },
  { owner: Uint8Array.prototype, names: ['join'] },
  {
    owner: Object.getPrototypeOf(Uint8Array.prototype) as object,
    names: ['slice', 'set', 'fill', 'every', 'indexOf'],
  },
]

/** Sources, compiled or as they are. */
const OURS = /\/(?:src|dist)\/(?:core|host|node)\//

interface CoverageResult {
  readonly result: readonly {
    readonly url: string
    readonly functions: readonly { readonly ranges: readonly { readonly count: number }[] }[]
  }[]
}

/** Counts for as long as it is open; only one may be open at a time. */
export class WorkMeter {
  readonly #session = new Session()
  readonly #restore: () => void
  #copied = 0

  constructor() {
    this.#session.connect()
    this.#restore = hookNative((length) => (this.#copied += length))
    this.#post('Profiler.enable')
    this.#post('Profiler.startPreciseCoverage', { callCount: true, detailed: false })
  }

  /** Elements that native methods have copied or looked at so far. */
  get copied(): number {
    return this.#copied
  }

  /**
   * How often functions of our sources were called; stops counting. Blocks inside functions
   * would say more, but V8 counts them only in functions that it compiles while it counts.
   */
  close(): number {
    const { result } = this.#post('Profiler.takePreciseCoverage') as CoverageResult
    this.#post('Profiler.stopPreciseCoverage')
    this.#post('Profiler.disable')
    this.#session.disconnect()
    this.#restore()
    return callsIn(result)
  }

  /** A session with its own thread answers before `post` returns. */
  #post(method: string, given: object = {}): unknown {
    let answer: unknown
    this.#session.post(method, given, (_, value) => (answer = value))
    return answer
  }
}

function callsIn(scripts: CoverageResult['result']): number {
  let calls = 0
  for (const { url, functions } of scripts) {
    if (!OURS.test(url)) continue
    for (const { ranges } of functions) for (const { count } of ranges) calls += count
  }
  return calls
}

/** What stretches of bytes are taken by `run`: what a checksum walks. */
export function bytesTaken(run: () => void): number {
  let taken = 0
  const owner = Object.getPrototypeOf(Uint8Array.prototype) as { subarray: Copying }
  const { subarray } = owner
  owner.subarray = function counted(...given) {
    const view = subarray.apply(this, given) as Uint8Array
    taken += view.length
    return view
  }
  try {
    run()
  } finally {
    owner.subarray = subarray
  }
  return taken
}

function hookNative(onCopy: (length: number) => void): () => void {
  const undo: (() => void)[] = []
  for (const { owner, names } of NATIVE) {
    for (const name of names) {
      const before = Object.getOwnPropertyDescriptor(owner, name)
      if (before === undefined) continue
      const original = before.value as Copying
      const counted: Copying = function counted(...given) {
        const [first] = given
        onCopy(this.length + (first instanceof Uint8Array ? first.length : 0))
        return original.apply(this, given)
      }
      Object.defineProperty(owner, name, { ...before, value: counted })
      undo.push(() => Object.defineProperty(owner, name, before))
    }
  }
  return () => {
    for (const each of undo) each()
  }
}
