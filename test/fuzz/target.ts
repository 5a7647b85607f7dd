// What is fuzzed and what it promises: refusals of one declared kind, a normal form, bounded size.

import { equalBytes } from '../../src/core/bytes/index.ts'
import type { Dice } from './dice.ts'
import { sameValue, weigh } from './values.ts'

/** One reader of bytes from outside. */
export interface Target {
  /** The name of the function or the file it reads. */
  readonly name: string
  /** How many inputs it gets where an ordinary target gets 10. */
  readonly share: number
  /** A valid input. */
  readonly make: (dice: Dice) => Uint8Array
  /** A damaged input out of valid ones. */
  readonly mutate: (corpus: readonly Uint8Array[], dice: Dice) => Uint8Array
  /**
   * Reads an input: true when it is accepted, false when it is refused in the declared way. Throws
   * for everything else.
   */
  readonly take: (input: Uint8Array) => boolean | Promise<boolean>
  /** What an input does depends on those before it: an input alone repeats nothing. */
  readonly isStateful?: boolean
  /** Called before the inputs of a seed are made. */
  readonly prepare?: () => Promise<void>
  /** Called after the inputs of a seed: what must still be so then. */
  readonly settle?: () => Promise<void>
}

/** A promise of a target that an input has broken. */
export class BrokenPromise extends Error {
  override readonly name = 'BrokenPromise'
}

export function promise(isKept: boolean, what: string): asserts isKept {
  if (!isKept) throw new BrokenPromise(what)
}

/** A reader with its writer. */
export interface Codec<T> {
  readonly decode: (input: Uint8Array) => T
  /** The normal form of a value; null where the format has no writer. */
  readonly encode: ((value: T) => Uint8Array) | null
  /** Whether what was thrown is the declared refusal. */
  readonly isRefusal: (error: unknown, input: Uint8Array) => boolean
  /** Cells of memory (about 8 bytes each) that a value may take for each byte of its input. */
  readonly cellsPerByte: number
  /** Cells that any value may take, however short its input; 250 unless given. */
  readonly baseCells?: number
  /** What is true of every value that is read, whatever it was read from. */
  readonly check?: (value: T, input: Uint8Array) => void
}

const BASE_CELLS = 250

/** Reads an input with all promises of a codec: see {@link Target.take}. */
export function takeWith<T>(codec: Codec<T>, input: Uint8Array): boolean {
  let value: T
  try {
    value = codec.decode(input)
  } catch (error) {
    if (codec.isRefusal(error, input)) return false
    throw error
  }
  const most = (codec.baseCells ?? BASE_CELLS) + codec.cellsPerByte * input.length
  const cells = weigh(value, most)
  promise(cells <= most, `${cells} cells or more for ${input.length} bytes`)
  codec.check?.(value, input)
  if (codec.encode === null) return true
  const normal = codec.encode(value)
  const again = codec.decode(normal)
  promise(sameValue(value, again), 'the value changes when it is written and read again')
  promise(equalBytes(codec.encode(again), normal), 'the normal form is not its own normal form')
  return true
}
