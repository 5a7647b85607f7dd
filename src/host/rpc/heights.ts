// Which height a request means, and which page of a list.

import { err, ok } from '../../core/bytes/index.ts'
import type { Result } from '../../core/bytes/index.ts'
import type { RpcEnvironment } from './environment.ts'

const DEFAULT_PER_PAGE = 30n
const MAX_PER_PAGE = 100n

/** The height asked for, `latest` when none was; refused when the node cannot have it. */
export function heightOf(
  env: RpcEnvironment,
  latest: bigint,
  height: bigint | null,
): Result<bigint, string> {
  if (height === null) return ok(latest)
  if (height <= 0n) return err(`height must be greater than 0, but got ${height}`)
  if (height > latest) {
    const limit = `must be less than or equal to the current blockchain height ${latest}`
    return err(`height ${height} ${limit}`)
  }
  const { base } = env.blocks
  if (height < base) return err(`height ${height} is not available, lowest height is ${base}`)
  return ok(height)
}

/** The height being decided: validators and parameters of it are known already. */
export function uncommittedHeight(env: RpcEnvironment): bigint {
  return env.isCatchingUp() ? env.blocks.height : env.blocks.height + 1n
}

/** How many to show: 30 when nothing sensible was asked for, at most 100. */
export function perPageOf(perPage: bigint | null): number {
  if (perPage === null || perPage < 1n) return Number(DEFAULT_PER_PAGE)
  return Number(perPage > MAX_PER_PAGE ? MAX_PER_PAGE : perPage)
}

/** The part of a list that a page shows. */
export function pageOf<T>(
  items: readonly T[],
  page: bigint | null,
  perPage: bigint | null,
): Result<readonly T[], string> {
  const size = perPageOf(perPage)
  const pages = Math.max(1, Math.ceil(items.length / size))
  const shown = page ?? 1n
  if (shown <= 0n || shown > BigInt(pages)) {
    return err(`page should be within [1, ${pages}] range, given ${shown}`)
  }
  const skip = (Number(shown) - 1) * size
  return ok(items.slice(skip, skip + size))
}

/** The heights of `blockchain`, at most `limit` of them; zero stands for the end on its side. */
export function heightRange(
  env: RpcEnvironment,
  asked: { readonly min: bigint; readonly max: bigint },
  limit: bigint,
): Result<{ readonly min: bigint; readonly max: bigint }, string> {
  if (asked.min < 0n || asked.max < 0n) return err('heights must be non-negative')
  const { base, height } = env.blocks
  const max = asked.max === 0n || asked.max > height ? height : asked.max
  const min = largest(base, asked.min === 0n ? 1n : asked.min, max - limit + 1n)
  if (min > max) return err(`min height ${min} can't be greater than max height ${max}`)
  return ok({ min, max })
}

function largest(...values: readonly bigint[]): bigint {
  return values.reduce((a, b) => (a > b ? a : b))
}
