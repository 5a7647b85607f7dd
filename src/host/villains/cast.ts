// The cast: every villain by name, with its vice in one sentence.

import type { VillainName } from './villain.ts'

/** For choosing one, and for saying what the choice means. */
export const VILLAINS: readonly { readonly name: VillainName; readonly vice: string }[] = [
  {
    name: 'equivocator',
    vice: 'Signs two prevotes, two precommits and two proposals, and shows each half one.',
  },
  {
    name: 'double-proposer',
    vice: 'Signs two proposals for one round, and shows each half of the network one.',
  },
  {
    name: 'amnesiac',
    vice: 'Forgets every lock, and prevotes against the block that it precommitted before.',
  },
  {
    name: 'withholder',
    vice: 'Proposes but keeps parts of the block back, and hides votes from half of the network.',
  },
  { name: 'silent', vice: 'Keeps its connections, and never says a word on any of them.' },
  {
    name: 'flooder',
    vice: 'Never stops talking: far rounds and heights, duplicates, empty claims, garbage.',
  },
  {
    name: 'impersonator',
    vice: 'Speaks in the name of others, with forged signatures, borrowed numbers and old votes.',
  },
  {
    name: 'invalid-proposer',
    vice: 'Proposes what breaks one rule of the chain or of consensus, each rule in turn.',
  },
  {
    name: 'stale-lock',
    vice: 'Shows its votes to one validator and the others when they are old; proposes old locks.',
  },
  { name: 'twins', vice: 'Two honest validators with one key, neither knowing of the other.' },
]
