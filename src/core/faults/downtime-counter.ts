// Counts the signatures that committed commits lack, window by window.

import { bytesKey } from '../bytes/index.ts'
import { BlockIdFlag } from '../types/index.ts'
import type { Commit, Validator, ValidatorSet } from '../types/index.ts'
import type { FaultDetectorConfig } from './config.ts'
import { downtimeWindowOf, isDowntime } from './downtime.ts'
import type { DowntimeWindow } from './downtime.ts'

/** A validator that was down in a window. */
export interface Absence {
  readonly validator: Validator
  readonly window: DowntimeWindow
  readonly missed: number
}

/**
 * Takes the commits of a chain in order; a window whose commits it has not all seen is left out.
 */
export class DowntimeCounter {
  readonly #initialHeight: bigint
  readonly #config: FaultDetectorConfig
  /** Missed heights of the current window by address; nothing of those that missed none. */
  readonly #missed = new Map<string, number>()
  #next: bigint | null = null

  constructor(initialHeight: bigint, config: FaultDetectorConfig) {
    this.#initialHeight = initialHeight
    this.#config = config
  }

  /** Counts the commit of a height; at the end of a window answers who was down in it. */
  count(height: bigint, commit: Commit, validatorSet: ValidatorSet): Absence[] {
    const window = downtimeWindowOf(height, this.#initialHeight, this.#config)
    if (height === window.start) this.#missed.clear()
    else if (height !== this.#next) {
      this.#next = null
      return []
    }
    this.#next = height + 1n
    for (const [index, { address }] of validatorSet.validators.entries()) {
      if (commit.signatures[index]?.blockIdFlag !== BlockIdFlag.absent) continue
      const key = bytesKey(address)
      this.#missed.set(key, (this.#missed.get(key) ?? 0) + 1)
    }
    return height === window.end ? this.#absences(window, validatorSet) : []
  }

  #absences(window: DowntimeWindow, { validators }: ValidatorSet): Absence[] {
    return validators.flatMap((validator) => {
      const missed = this.#missed.get(bytesKey(validator.address)) ?? 0
      return isDowntime(missed, this.#config) ? [{ validator, window, missed }] : []
    })
  }
}
