// Turns the options of an honest replica into those of a villain.

import { Switch } from '../p2p/index.ts'
import type { ReplicaOptions } from '../replica/index.ts'
import { Equivocator } from './equivocator.ts'
import { DoubleProposer } from './double-proposer.ts'
import { LaxSigner } from './lax-signer.ts'
import { MaskedSwitch } from './masked-switch.ts'
import { Silent } from './silent.ts'
import { Stage } from './stage.ts'
import type { Vice } from './vice.ts'
import type { Villain, VillainName } from './villain.ts'

interface Part {
  readonly name: VillainName
  readonly vice: string
  readonly make: (stage: Stage) => Vice
}

const CAST: readonly Part[] = [
  {
    name: 'equivocator',
    vice: 'signs two prevotes, two precommits and two proposals, one for each half of the network',
    make: (stage) => new Equivocator(stage),
  },
  {
    name: 'double-proposer',
    vice: 'signs two proposals for one round and shows each half of the network one',
    make: (stage) => new DoubleProposer(stage),
  },
  {
    name: 'silent',
    vice: 'keeps its connections and never says a word',
    make: () => new Silent(),
  },
]

/** The cast, each with its vice in one sentence. */
export const VILLAINS: readonly { readonly name: VillainName; readonly vice: string }[] = CAST.map(
  ({ name, vice }) => ({ name, vice }),
)

/**
 * The options of a validator that lies, in place of those of an honest one: whole replicas that may
 * run wherever the honest one could. One of them, but two for `twins`.
 */
export function corrupt(options: ReplicaOptions, villain: Villain): ReplicaOptions[] {
  const part = CAST.find(({ name }) => name === villain.name)
  if (part === undefined) throw new Error(`there is no villain named ${villain.name}`)
  const stage = new Stage(options, villain)
  const vice = part.make(stage)
  const makeSwitch = options.makeSwitch ?? ((parts): Switch => new Switch(parts))
  return [
    {
      ...options,
      signer: new LaxSigner(stage, vice),
      makeSwitch: (parts) => new MaskedSwitch(makeSwitch(parts), stage, vice),
    },
  ]
}
