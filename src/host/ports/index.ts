// Door of host/ports: the only ways by which host touches the world.
//
// Promises: interfaces and their error class, nothing that runs; one contract suite per port
// (`*.contract.ts`) that every implementation passes.
// Must never: hold an implementation, or a type of Node or of a browser.
// Counterpart in CometBFT: libs/log, libs/os, cometbft-db's DB interface, p2p's net.Conn.

export type { Clock, Timer } from './clock.ts'
export type { AppendFile, Files, WriteOptions } from './files.ts'
export type {
  KeyRange,
  KeyValueEntry,
  KeyValueOperation,
  KeyValueStore,
} from './key-value-store.ts'
export type {
  HttpHandler,
  HttpLimits,
  HttpListener,
  HttpRequest,
  HttpResponse,
  HttpServer,
  MessageSocket,
} from './http.ts'
export type { LogFields, Logger } from './logger.ts'
export type { DialOptions, Listener, Network, Stream } from './network.ts'
export type { Random } from './random.ts'
export { PortError } from './errors.ts'
export type { PortErrorCode, PortErrorDetails } from './errors.ts'
