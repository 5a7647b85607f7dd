// What the detector of faults may be told to look at differently.

import { downtimeRuleOf } from '../types/index.ts'

/**
 * How many commits of how many heights a validator must have signed. All nodes of a chain whose
 * blocks carry evidence of downtime must have the same, for it decides which blocks are valid.
 */
export interface FaultDetectorConfig {
  /** Heights whose commits are counted together. */
  readonly downtimeWindow: number
  /** Of these so many must hold a validator's signature; 0 accuses nobody. */
  readonly minSigned: number
}

/** That of a chain whose genesis has no slashing policy. */
export const DEFAULT_FAULT_DETECTOR_CONFIG: FaultDetectorConfig = downtimeRuleOf({})
