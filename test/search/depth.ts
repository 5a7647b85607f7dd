// How deep a search goes: shallow in `npm test`, as deep as asked in `npm run test:long`.

const factorText = process.env['QUADRILLE_LONG_FACTOR']
const deadlineText = process.env['QUADRILLE_LONG_DEADLINE']

/** How much deeper one step of the factor is than `npm test`. */
const stepOfFactor = 50

/** The argument of `npm run test:long`; undefined in all other runs. */
export const longFactor: number | undefined =
  factorText === undefined ? undefined : Number(factorText)

/** The number of cases to try where `npm test` tries `count`. */
export function runs(count: number): number {
  return longFactor === undefined ? count : Math.ceil(count * stepOfFactor * longFactor)
}

/** Milliseconds until this run must be over; infinite unless `--minutes` was given. */
export function timeLeftMs(): number {
  return deadlineText === undefined ? Infinity : Math.max(0, Number(deadlineText) - Date.now())
}
