// Door of node/assembly: a replica with its real ports, from a configuration.
//
// Promises: homes in CometBFT's layout and formats; whatever stops a start is one line that names
// file, variable or flag, field and reason, with everything closed again; one process per home.
// Must never: hold a rule of the protocol, print, change a file of a home that it was not told to
// write, or replace a key.
// Counterpart in CometBFT: config, node/setup.go, cmd/cometbft/commands.

export { Config } from './config.ts'
export type { DevBlock } from './dev-blocks.ts'
export { DEV_VALIDATORS, startDevNetwork } from './dev-network.ts'
export type { DevCasting, DevNetwork, DevOptions } from './dev-network.ts'
export { AssemblyError } from './errors.ts'
export type { AssemblyErrorCode, AssemblyFault } from './errors.ts'
export { loadConfig } from './home.ts'
export { shellWord } from '../../host/privval/index.ts'
export { initHome, readNodeId, readValidatorKey, resetValidatorState } from './init-home.ts'
export type { InitStep } from './init-home.ts'
export { resetData } from './reset-data.ts'
export { openStoredChain } from './stored-chain.ts'
export type { StoredChain } from './stored-chain.ts'
export { startNode } from './start-node.ts'
export type { RunningNode, StartOptions } from './start-node.ts'
export { makeTestnet } from './testnet.ts'
export type { Testnet, TestnetHosts, TestnetOptions } from './testnet.ts'
export { PROTOCOL_LINE, PROTOCOL_VERSIONS, SOFTWARE_VERSION } from './versions.ts'
