// Door of host/villains: a cast of Byzantine validators, each a whole participant.
//
// Promises: `corrupt` turns the options of any replica into those of a villain that runs in the
// same world, real or invented; it draws on the ports alone, so the same seed gives the same lies;
// villains of one kind split the network alike and so collude without a word; memory and the rate
// of what they say are bounded.
// Must never: sign with a key that is not its own, or be known to a room that runs in honest nodes.
// Counterpart in CometBFT: none; its tests replace single functions of a node.

export { VILLAINS } from './cast.ts'
export { corrupt } from './corrupt.ts'
export type { Villain, VillainName } from './villain.ts'
