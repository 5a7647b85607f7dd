// Dates from given milliseconds: the one place of the room that may name Date, and never for the
// time now.

import type { Time } from '../../core/bytes/index.ts'

const NS_PER_MS = 1_000_000n

/** A date from milliseconds since the Unix epoch. */
export function dateFromMs(ms: number): Date {
  // oxlint-disable-next-line eslint/no-restricted-globals -- with an argument it reads no clock
  return new Date(ms)
}

/** A date from chain time; nanoseconds below a millisecond are cut off. */
export function dateFromTime(time: Time): Date {
  return dateFromMs(Number(time / NS_PER_MS))
}

/** Whether a value is a date. */
export function isDate(value: object): value is Date {
  // oxlint-disable-next-line eslint/no-restricted-globals -- a comparison of types reads no clock
  return value instanceof Date
}
