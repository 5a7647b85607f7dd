// Checks of plain data from outside: each says what was expected at which path, or nothing.

/** Null when the value is as it should be, or one line that says what was expected where. */
export type Check = (value: unknown, path: string) => string | null

/** The one line of a check. */
export function expected(path: string, what: string, value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing'
  return `${path}: expected ${what}, got ${text.length > 60 ? `${text.slice(0, 60)}…` : text}`
}

/** A whole number between two bounds, both meant. */
export function whole(from: number, to: number): Check {
  return (value, path) => {
    if (Number.isSafeInteger(value) && Number(value) >= from && Number(value) <= to) return null
    return expected(path, `a whole number from ${from} to ${to}`, value)
  }
}

/** A number from 0 to 1. */
export const fraction: Check = (value, path) =>
  typeof value === 'number' && value >= 0 && value <= 1
    ? null
    : expected(path, 'a number from 0 to 1', value)

/** `true` or `false`. */
export const truth: Check = (value, path) =>
  typeof value === 'boolean' ? null : expected(path, 'true or false', value)

/** Two whole numbers, the smaller one first. */
export function rangeUpTo(most: number): Check {
  return (value, path) => {
    const complaint = list(whole(0, most), { least: 2, most: 2 })(value, path)
    if (complaint !== null) return complaint
    const [from, to] = value as [number, number]
    return from <= to ? null : expected(path, 'the smaller number first', value)
  }
}

/** One of some words. */
export function oneOf(words: readonly string[]): Check {
  return (value, path) =>
    typeof value === 'string' && words.includes(value)
      ? null
      : expected(path, `one of ${words.join(', ')}`, value)
}

/** A list of so many values, each checked. */
export function list(check: Check, size: { least: number; most: number }): Check {
  return (value, path) => {
    if (!Array.isArray(value)) return expected(path, 'a list', value)
    if (value.length < size.least || value.length > size.most) {
      const counts = size.least === size.most ? `${size.most}` : `${size.least} to ${size.most}`
      return expected(path, `${counts} values`, value)
    }
    return first(value.map((each: unknown, index) => check(each, `${path}.${index}`)))
  }
}

/** An object with exactly these fields; a name that ends in `?` may be absent. */
export function fields(checks: Readonly<Record<string, Check>>): Check {
  const known = new Map(
    Object.entries(checks).map(([name, check]) => [
      name.replace('?', ''),
      { check, isOptional: name.endsWith('?') },
    ]),
  )
  return (value, path) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      return expected(path, 'an object', value)
    }
    const at = (name: string): string => (path === '' ? name : `${path}.${name}`)
    const stranger = Object.keys(value).find((name) => !known.has(name))
    const names = [...known.keys()].join(', ')
    if (stranger !== undefined) return `${at(stranger)}: expected only ${names}`
    const data = new Map<string, unknown>(Object.entries(value))
    const complaints = [...known].map(([name, { check, isOptional }]) =>
      isOptional && !data.has(name) ? null : check(data.get(name), at(name)),
    )
    return first(complaints)
  }
}

/** The first complaint. */
export function first(complaints: readonly (string | null)[]): string | null {
  return complaints.find((each) => each !== null) ?? null
}
