// Points in time as nanoseconds since 1970, and their RFC 3339 text.

/** Nanoseconds since the Unix epoch, UTC. */
export type Time = bigint

/** Go's zero time, 0001-01-01T00:00:00Z: what an absent timestamp means on the wire. */
export const ZERO_TIME: Time = -62_135_596_800_000_000_000n

const NANOS = 1_000_000_000n
const DAY = 86_400n
const PATTERN =
  /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.(\d+))?(?:Z|([+-])(\d{2}):(\d{2}))$/

/** Days from 1970-01-01 to a date; years start in March, so the leap day is the last one. */
function daysFromCivil(year: number, month: number, day: number): number {
  const y = month > 2 ? year : year - 1
  const era = Math.floor(y / 400)
  const yearOfEra = y - era * 400
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1
  const dayOfEra =
    yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear
  return era * 146_097 + dayOfEra - 719_468
}

function civilFromDays(days: number): { year: number; month: number; day: number } {
  const z = days + 719_468
  const era = Math.floor(z / 146_097)
  const dayOfEra = z - era * 146_097
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  )
  const dayOfYear =
    dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const shifted = Math.floor((5 * dayOfYear + 2) / 153)
  const day = dayOfYear - Math.floor((153 * shifted + 2) / 5) + 1
  const month = shifted < 10 ? shifted + 3 : shifted - 9
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day }
}

function pad(value: number, width: number): string {
  return String(value).padStart(width, '0')
}

/**
 * RFC 3339 in UTC with up to nine decimals, trailing zeros trimmed: what Go's RFC3339Nano prints.
 */
export function formatTime(time: Time): string {
  const nanos = ((time % NANOS) + NANOS) % NANOS
  const seconds = (time - nanos) / NANOS
  const secondOfDay = Number(((seconds % DAY) + DAY) % DAY)
  const days = Number((seconds - BigInt(secondOfDay)) / DAY)
  const { year, month, day } = civilFromDays(days)
  const hour = Math.floor(secondOfDay / 3600)
  const minute = Math.floor(secondOfDay / 60) % 60
  const fraction = nanos === 0n ? '' : `.${pad(Number(nanos), 9).replace(/0+$/, '')}`
  const date = `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}`
  return `${date}T${pad(hour, 2)}:${pad(minute, 2)}:${pad(secondOfDay % 60, 2)}${fraction}Z`
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}

/**
 * Parses RFC 3339 (any offset, any number of decimals, cut to nanoseconds); null when it is none.
 */
export function parseTime(text: string): Time | null {
  const match = PATTERN.exec(text)
  if (match === null) return null
  const field = (index: number): number => Number(match[index] ?? 0)
  const [year, month, day] = [field(1), field(2), field(3)]
  const [hour, minute, second] = [field(4), field(5), field(6)]
  const [offsetHour, offsetMinute] = [field(9), field(10)]
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return null
  if (hour > 23 || minute > 59 || second > 59) return null
  if (offsetHour > 23 || offsetMinute > 59) return null
  const offset = (offsetHour * 60 + offsetMinute) * (match[8] === '-' ? -60 : 60)
  const ofDay = hour * 3600 + minute * 60 + second - offset
  const seconds = BigInt(daysFromCivil(year, month, day)) * DAY + BigInt(ofDay)
  return seconds * NANOS + BigInt((match[7] ?? '').slice(0, 9).padEnd(9, '0'))
}
