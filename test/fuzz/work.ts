// Counts the work of a computation instead of timing it: blocks of our code run, elements copied.

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
    this.#post('Profiler.startPreciseCoverage', { callCount: true, detailed: true })
  }

  /** Elements that native methods have copied or looked at so far. */
  get copied(): number {
    return this.#copied
  }

  /** How often blocks of files under `src` have run; stops counting. */
  close(): number {
    const { result } = this.#post('Profiler.takePreciseCoverage') as CoverageResult
    this.#post('Profiler.stopPreciseCoverage')
    this.#post('Profiler.disable')
    this.#session.disconnect()
    this.#restore()
    return blocksRun(result)
  }

  /** A session with its own thread answers before `post` returns. */
  #post(method: string, given: object = {}): unknown {
    let answer: unknown
    this.#session.post(method, given, (_, value) => (answer = value))
    return answer
  }
}

function blocksRun(scripts: CoverageResult['result']): number {
  let blocks = 0
  for (const { url, functions } of scripts) {
    if (!url.includes('/src/')) continue
    for (const { ranges } of functions) for (const { count } of ranges) blocks += count
  }
  return blocks
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
