// Door of the bytes room: byte strings, text forms, bit sets, time and results as plain values.
//
// Promises: pure functions, no argument is ever changed, failures of parsing are null, a broken
// invariant throws InvariantError. Must never: know any message of the protocol, read a clock.
// Counterpart in CometBFT: libs/bytes, libs/bits, types/time, Go's encoding packages.

export { assert, InvariantError } from './assert.ts'
export { fromBase64, toBase64 } from './base64.ts'
export { BitArray } from './bit-array.ts'
export { crc32c, crc32cOfRest } from './crc32c.ts'
export { bytesKey, compareBytes, concatBytes, EMPTY_BYTES, equalBytes } from './compare.ts'
export { copyBytes, freshBytes } from './fresh-bytes.ts'
export { fromHex, toHex, toHexUpper } from './hex.ts'
export { err, ok } from './result.ts'
export type { Result } from './result.ts'
export { formatTime, parseTime, ZERO_TIME } from './time.ts'
export type { Time } from './time.ts'
export { fromUtf8, toUtf8 } from './utf8.ts'
