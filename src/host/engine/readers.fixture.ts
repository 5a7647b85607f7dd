// The readers of this room that its door does not show, for tests that attack them.

export { decodeRecord, encodeRecord, recordHeight } from './log-record.ts'
export type { HeightStart, RecordedInput } from './log-record.ts'
