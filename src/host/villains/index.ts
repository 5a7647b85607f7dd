// Door of host/villains: a cast of Byzantine validators, each a whole participant.
//
// Promises: `corrupt` turns the options of any replica into those of a villain that runs in the
// same world, real or invented; it draws on the ports alone, so the same seed gives the same lies;
// villains of one kind split the network alike and so collude without a word.
// Must never: run in an honest node, hold a key that is not its own, keep more than a bounded
// memory, or be needed by any other room of the host but those that invent worlds.
// Counterpart in CometBFT: none; its tests have misbehaviours of single functions.

export { VILLAINS, corrupt } from './corrupt.ts'
export type { Villain, VillainName } from './villain.ts'
