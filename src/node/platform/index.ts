// Door of node/platform: the machine's side of every port of host.
//
// Promises: each implementation passes the contract suite of its port; errors of the system become
// typed errors.
// Must never: know consensus, blocks or configuration.
// Counterpart in CometBFT: libs/log, libs/os, libs/tempfile, cometbft-db, Go's net and crypto
// packages.

export { systemClock } from './clock.ts'
export { nativeChannelCrypto, nativeCrypto } from './crypto.ts'
export { NodeFiles } from './files.ts'
export { HomeLockError, lockHome } from './home-lock.ts'
export type { HomeLock } from './home-lock.ts'
export { LevelKeyValueStore } from './key-value-store.ts'
export type { LevelOptions } from './key-value-store.ts'
export { LOG_LEVELS, parseLogLevel } from './log-level.ts'
export type { LogFilter, LogLevel } from './log-level.ts'
export { makeLogger } from './logger.ts'
export type { LoggerOptions } from './logger.ts'
export { nodeHttpServer } from './http.ts'
export { systemRandom } from './random.ts'
export { tcpNetwork } from './sockets.ts'
