// What a route answers: the text of its result, or why there is none.

import type { Result } from '../../core/bytes/index.ts'

/** A result as JSON text, or the text of an internal error. */
export type Answer = Result<string, string>
