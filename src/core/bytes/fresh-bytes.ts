// Byte strings cut from larger ones, as Node cuts small buffers.

/** A kept byte string keeps at most this much alive. */
const SLAB_BYTES = 16_384
/** Up to this length the engine keeps the bytes in the object itself, which costs little. */
const INLINE_BYTES = 64
/** Up to this length byte strings are cut from a slab. */
const CUT_BYTES = 2048

let slab = new Uint8Array(0)
let used = 0

/**
 * `length` zeros that nobody else sees, though their `buffer` may hold other byte strings too. A
 * memory allocation for each of the many that consensus makes costs several times what it writes.
 */
export function freshBytes(length: number): Uint8Array {
  if (length <= INLINE_BYTES || length > CUT_BYTES) return new Uint8Array(length)
  if (used + length > slab.length) {
    slab = new Uint8Array(SLAB_BYTES)
    used = 0
  }
  const start = used
  used += length
  return slab.subarray(start, used)
}

/** The same bytes in a byte string of their own. */
export function copyBytes(bytes: Uint8Array): Uint8Array {
  const copy = freshBytes(bytes.length)
  copy.set(bytes)
  return copy
}
