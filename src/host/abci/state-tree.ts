// The state of an application: changed by transactions that happen wholly or not at all.

import { CanonicalError, encodeCanonical, type KeyOrder } from './canonical-json.ts'
import { StateJournal, undoAll, type Undo } from './state-journal.ts'
import { StateMembrane } from './state-membrane.ts'
import { Adoption, copyState } from './state-values.ts'

/**
 * A state that is changed in place and can be taken back, one transaction or one uncommitted block.
 * Work is proportional to what a transaction touches, never to the state; only its text (`encode`)
 * walks all of it.
 */
export class StateTree<S> {
  readonly #value: unknown
  readonly #adoption: Adoption
  readonly #journal: StateJournal
  readonly #draft: StateMembrane
  readonly #view = new StateMembrane(null)
  #block: Undo[] = []
  #changes = 0

  /**
   * A state with this value, of which a copy is taken. Throws {@link CanonicalError} when it cannot
   * be a state.
   */
  constructor(value: unknown) {
    this.#adoption = new Adoption((shown) => this.#draft.unwrap(shown) ?? this.#view.unwrap(shown))
    this.#journal = new StateJournal(this.#adoption)
    this.#draft = new StateMembrane(this.#journal)
    // The text proves that the value can be stored, before it is taken.
    encodeCanonical(value)
    this.#value = copyState(value)
    this.#adoption.adopt(this.#value)
    this.#adoption.reset()
  }

  /** The state for reading; it follows all changes and refuses to be changed. */
  get view(): Readonly<S> {
    return this.#view.wrap(this.#value) as Readonly<S>
  }

  /** Grows with every transaction that changed something. */
  get changes(): number {
    return this.#changes
  }

  /**
   * Lets `f` change the state. When it throws, nothing has changed and the error goes on to the
   * caller.
   */
  transact(f: (state: S) => void): void {
    this.#journal.open()
    try {
      const result: unknown = f(this.#draft.wrap(this.#value) as S)
      if (result instanceof Promise) {
        // It may fail later on, at the membrane at the latest, and nobody waits for it.
        result.catch(() => undefined)
        throw new CanonicalError('a transaction cannot be asynchronous')
      }
      this.#adoption.settle()
    } catch (error) {
      undoAll(this.#journal.close())
      this.#adoption.reset()
      throw error
    }
    const undos = this.#journal.close()
    if (undos.length === 0) return
    this.#changes++
    for (const undo of undos) this.#block.push(undo)
  }

  /** Keeps all changes since the last commit. */
  commit(): void {
    this.#block = []
  }

  /** Takes back all changes since the last commit. */
  rollback(): void {
    if (this.#block.length > 0) this.#changes++
    undoAll(this.#block)
    this.#block = []
  }

  /** The text of the state. */
  encode(keyOrder: KeyOrder): string {
    return encodeCanonical(this.#value, keyOrder)
  }
}
