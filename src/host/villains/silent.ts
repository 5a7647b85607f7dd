// Silent: keeps its connections, and never says a word on any of them.

import type { Vice } from './vice.ts'

/** Everything that the honest part says is lost. */
export class Silent implements Vice {
  say(): boolean {
    return true
  }
}
