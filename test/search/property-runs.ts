// Sets how many cases fast-check tries where a property does not say it: 100, or more in a long
// run.

import { configureGlobal } from 'fast-check'
import { longFactor, runs, timeLeftMs } from './depth.ts'

const usual = 100
const longestMs = 60_000

if (longFactor !== undefined) {
  // One property never takes the time of all others, and always gets as far as one case.
  const limit = Math.max(1000, Math.min(longestMs * longFactor, timeLeftMs() / 2))
  configureGlobal({ numRuns: runs(usual), interruptAfterTimeLimit: limit })
}
