// Door of node/dev-faults: villains in a devnet, and what becomes of them, line by line.
//
// Promises: the villain is the simulator's, in a whole node on real sockets; every line tells what
// a node, a block or the application has shown, in the order in which it did; a few lines for an
// offence. Must never: decide what is a fault or what it costs, or be loaded where nobody lies.
// Counterpart in CometBFT: none.

export { FaultTheatre } from './fault-theatre.ts'
export type { DevVillain, FaultTheatreOptions } from './fault-theatre.ts'
