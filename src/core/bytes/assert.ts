// The one way to say "this cannot be": a broken invariant is a bug and stops the node.

/** A bug in this program. Nothing may catch it and carry on: the node stops. */
export class InvariantError extends Error {
  override readonly name = 'InvariantError'
  readonly code = 'INVARIANT_BROKEN'
}

/**
 * States what must be true here, in production too.
 * @throws InvariantError when `condition` is false; never use it for input from outside.
 */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new InvariantError(message)
}
