// The system's randomness.

import { randomBytes } from 'node:crypto'
import type { Random } from '../../host/ports/index.ts'

/** Bytes from the operating system's generator, fit for keys. */
export const systemRandom: Random = {
  bytes(size: number): Uint8Array {
    return new Uint8Array(randomBytes(size))
  },
}
