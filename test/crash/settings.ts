// The two networks whose crash points are tried.

import { toBase64, toUtf8 } from '../../src/core/bytes/index.ts'
import type { Setting } from './small-world.ts'
import { publicKeyOf } from './small-world.ts'

/** Segments of some heights each, so that the log begins new ones and removes old ones. */
const WAL_SIZES = { segmentBytes: 8 * 1024, reserveBytes: 4 * 1024 }

/** A validator alone: nobody else remembers anything for it. Its log is slower than the rest. */
export const ALONE: Setting = {
  name: 'a validator alone',
  powers: [10n],
  txsAt: (height) => pairsAt(height),
  prunes: false,
  walSizes: WAL_SIZES,
  slow: 'log',
}

/**
 * One of four without which the others decide nothing. Powers change, a fifth comes and goes, old
 * blocks are pruned. The sign state is slower than the rest.
 */
export const ONE_OF_FOUR: Setting = {
  name: 'one of four validators',
  powers: [20n, 10n, 10n, 10n],
  txsAt: (height) => {
    const update = UPDATES.find((each) => each.height === height)
    return update === undefined ? pairsAt(height) : [...pairsAt(height), txOf(update)]
  },
  prunes: true,
  walSizes: WAL_SIZES,
  slow: 'sign-state',
}

interface Update {
  readonly height: bigint
  readonly index: number
  readonly power: number
}

const UPDATES: readonly Update[] = [
  { height: 4n, index: 3, power: 12 },
  { height: 7n, index: 4, power: 3 },
  { height: 10n, index: 0, power: 22 },
  { height: 13n, index: 4, power: 0 },
  { height: 16n, index: 3, power: 9 },
]

const txOf = ({ index, power }: Update): Uint8Array =>
  toUtf8(`val=ed25519!${toBase64(publicKeyOf(index))}!${power}`)

function pairsAt(height: bigint): Uint8Array[] {
  const count = Number(height % 3n)
  return Array.from({ length: count }, (_, i) => toUtf8(`key${height}-${i}=${'v'.repeat(40)}`))
}
