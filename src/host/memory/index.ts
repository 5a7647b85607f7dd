// Door of host/memory: the ports in memory, for tests, for devnets without a disk and as the base
// of invented worlds.
//
// Promises: pass the contract suites of host/ports; no real clock, disk or socket; a crash can be
// played on files and stores.
// Must never: be used by a node that holds the key of a real network.
// Counterpart in CometBFT: cometbft-db's MemDB, libs/autofile's test helpers.

export { MemoryClock } from './clock.ts'
export { MemoryDisk } from './disk.ts'
export type { MemoryDiskOptions } from './disk.ts'
export { allFaults, diskError, failFrom, failStep, fullDisk, keepDrawn } from './disk-faults.ts'
export type { Draw, StepFault } from './disk-faults.ts'
export type { DiskHooks, FileStep } from './disk-gate.ts'
export { DiskImage } from './disk-image.ts'
export type { Keep, Kept, StoredAt, UnsyncedChange } from './disk-image.ts'
export { DiskRecording } from './disk-recording.ts'
export { MemoryFiles } from './files.ts'
export { MemoryKeyValueStore } from './key-value-store.ts'
export type { BeforeBatch } from './key-value-store.ts'
export { MemoryLogger, silentLogger } from './logger.ts'
export type { LogLine } from './logger.ts'
export { MemoryNetwork } from './network.ts'
export { MemoryRandom } from './random.ts'
