// Splits the network in two halves in the same way on every villain, without a word between them.

import type { Place } from './notes.ts'

/** Ids beyond it are all of one half. */
const MAX_IDS = 1024

/**
 * Ids are ranked by their order; which bits of the rank count changes from place to place, so that
 * any two nodes are apart in about half of all places. Villains that know the same ids agree.
 */
export class Halves {
  #ids: string[] = []

  /** Once known, an id keeps its rank among the others when its node leaves. */
  add(id: string): void {
    if (this.#ids.includes(id) || this.#ids.length >= MAX_IDS) return
    this.#ids = [...this.#ids, id].toSorted()
  }

  /** The half of a node at a height and round. */
  of(id: string, { height, round }: Pick<Place, 'height' | 'round'>): 0 | 1 {
    const masks = 2 ** Math.max(1, Math.ceil(Math.log2(this.#ids.length))) - 1
    const mask = 1 + Number((height + BigInt(round)) % BigInt(masks))
    let bits = Math.max(0, this.#ids.indexOf(id)) & mask
    let parity: 0 | 1 = 0
    for (; bits > 0; bits >>= 1) if ((bits & 1) === 1) parity = parity === 0 ? 1 : 0
    return parity
  }
}
