// Consensus gossip. Promises: a peer gets whatever it lacks of our height, and of stored heights
// when it lags, on the event that shows the lack; what is lost is mended by a deadline. Never sends
// a peer what it cannot use yet, never signs or judges a vote, never keeps more than its own
// height's rounds about a peer. Counterpart in CometBFT: consensus/reactor.go.
export { CHANNEL, CONSENSUS_CHANNELS } from './channels.ts'
export { CHANNEL_OF, STEP_NUMBER } from './messages.ts'
export { PeerState } from './peer-state.ts'
export type { RoundStep } from './peer-state.ts'
export { Link } from './link.ts'
export type { StoredBlocks } from './pump.ts'
export { ConsensusReactor } from './reactor.ts'
export type { ConsensusReactorOptions } from './reactor.ts'
