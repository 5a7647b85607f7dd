// Transactions of a defined application as bytes and back.

import { equalBytes, fromUtf8, toUtf8, type Result } from '../../core/bytes/index.ts'
import type { StandardSchema } from './app-definition.ts'
import { CanonicalError, decodeCanonical, encodeCanonical } from './canonical-json.ts'

/**
 * The bytes of a transaction: its canonical JSON. Throws {@link CanonicalError} when it has none.
 */
export function encodeAppTx(tx: unknown): Uint8Array {
  return toUtf8(encodeCanonical(tx))
}

/**
 * The transaction of some bytes, or why they are none: not JSON, not in its canonical form (one
 * transaction has one form, or its hash would mean nothing), or refused by the schema.
 */
export function decodeAppTx<T>(
  bytes: Uint8Array,
  schema: StandardSchema<T> | undefined,
): Result<T, string> {
  let value: unknown
  try {
    value = decodeCanonical(fromUtf8(bytes))
    if (!equalBytes(encodeAppTx(value), bytes)) throw new CanonicalError('not in canonical form')
  } catch (error) {
    if (error instanceof CanonicalError) return { ok: false, error: error.message }
    throw error
  }
  return schema === undefined ? { ok: true, value: value as T } : validate(schema, value)
}

function validate<T>(schema: StandardSchema<T>, value: unknown): Result<T, string> {
  const outcome = schema['~standard'].validate(value)
  if (outcome instanceof Promise) {
    return { ok: false, error: 'the schema is asynchronous: transactions are checked in one turn' }
  }
  if (!('issues' in outcome) || outcome.issues === undefined) {
    return { ok: true, value: (outcome as { readonly value: T }).value }
  }
  const reasons = outcome.issues.map(({ message }) => message).join('; ')
  return { ok: false, error: reasons === '' ? 'refused by the schema' : reasons }
}
