// The replica. Promises: a whole node from ports alone, the one place that says `new` to the rooms;
// the same class runs on real sockets and disks, in memory, and in a simulation. Must never hold a
// rule of the protocol. Counterpart in CometBFT: node/node.go, node/setup.go.
export { ReplicaError } from './errors.ts'
export type { ReplicaErrorCode } from './errors.ts'
export { Replica } from './replica.ts'
export type { ReplicaOptions, ReplicaPorts } from './replica-options.ts'
export { rpcEnvironmentOf } from './rpc-environment.ts'
