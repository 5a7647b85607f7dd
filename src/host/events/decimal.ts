// Decimal numbers of any length, compared exactly: event values are amounts that do not fit a
// double.

/**
 * A non-negative decimal: whole digits without leading zeros, fraction digits without trailing
 * zeros.
 */
export interface Decimal {
  readonly whole: string
  readonly fraction: string
}

const DECIMAL = /^0*(\d*)(?:\.(\d*))?/u

/**
 * The number a text begins with (`8atom` is 8, `6.50stake` is 6.5), or null when it begins with no
 * digit.
 */
export function parseDecimal(text: string): Decimal | null {
  const first = text.charCodeAt(0)
  if (!(first >= 48 && first <= 57)) return null
  const parts = DECIMAL.exec(text)
  return { whole: parts?.[1] ?? '', fraction: trimZeros(parts?.[2] ?? '') }
}

/** Negative, zero or positive, as `a` is less than, equal to or greater than `b`. */
export function compareDecimals(a: Decimal, b: Decimal): number {
  if (a.whole.length !== b.whole.length) return a.whole.length - b.whole.length
  if (a.whole !== b.whole) return a.whole < b.whole ? -1 : 1
  if (a.fraction === b.fraction) return 0
  return a.fraction < b.fraction ? -1 : 1
}

function trimZeros(digits: string): string {
  let end = digits.length
  while (end > 0 && digits[end - 1] === '0') end--
  return digits.slice(0, end)
}
