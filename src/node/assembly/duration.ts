// Go's notation for durations: numbers with the units ns, us, ms, s, m and h.

const UNIT_MS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
}
const PART = /(\d+\.?\d*|\.\d+)(ns|us|µs|ms|s|m|h)/g
const WHOLE = /^\+?((\d+\.?\d*|\.\d+)(ns|us|µs|ms|s|m|h))+$/
/** Longer ones overflow Go's int64 of nanoseconds (292 years). */
const MAX_MS = 2 ** 63 / 1e6

/**
 * Milliseconds of a duration such as `1m30s`, `500ms` or `0`; null when it is none, negative or too
 * long.
 */
export function parseDurationMs(text: string): number | null {
  if (text === '0') return 0
  if (text.length > 64 || !WHOLE.test(text)) return null
  let total = 0
  for (const [, amount, unit] of text.matchAll(PART)) {
    total += Number(amount) * (UNIT_MS[unit ?? ''] ?? 0)
  }
  return total <= MAX_MS ? total : null
}
