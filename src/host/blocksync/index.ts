// Block sync, the serving side. Promises: every peer learns on connect and on request which blocks
// we have, and gets those it asks for, one at a time as its connection drains. Never lowers the
// height or base it has told a peer, never queues a block before the peer can take it.
// Counterpart in CometBFT: blocksync/reactor.go.
export { BlockServer } from './block-server.ts'
export type { BlockServerOptions, ServedBlocks } from './block-server.ts'
