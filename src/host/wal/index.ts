// Door of host/wal: what consensus has taken in, on disk before anything that follows from it
// leaves.
//
// Promises: records in order, durable once `sync` has resolved, one disk sync for many callers, a
// torn tail repaired and reported, damage to durable records never passed over.
// Must never: know what a record means, go on after a failed write.
// Counterpart in CometBFT: consensus/wal.go and libs/autofile, with a format of its own.

export { WalError } from './errors.ts'
export type { WalErrorCode, WalErrorDetails } from './errors.ts'
export { MAX_RECORD_BYTES } from './frame.ts'
export { readLog } from './log-reading.ts'
export type { LogReading, ReadSegment, TornTail } from './log-reading.ts'
export { WriteAheadLog } from './write-ahead-log.ts'
export type { WalOptions } from './write-ahead-log.ts'
