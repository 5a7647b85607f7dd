// All judges together: tells each what happened, and collects what they find.

import type { Observation } from './observation.ts'
import type { Setting } from './setting.ts'
import type { Violation } from './violation.ts'

/** Judges one run. Facts are told in the order in which they happened. */
export class Court {
  readonly #setting: Setting
  readonly #violations: Violation[] = []

  constructor(setting: Setting) {
    this.#setting = setting
  }

  /** Looks at one fact. */
  see(observation: Observation): void {
    if (observation.atMs < 0) this.#violations.length = this.#setting.villains.length
  }

  /** What was found up to now. */
  violations(): readonly Violation[] {
    return this.#violations
  }
}
