// Turns the options of an honest replica into those of a villain.

import { Switch } from '../p2p/index.ts'
import type { ReplicaOptions } from '../replica/index.ts'
import { Amnesiac } from './amnesiac.ts'
import { DoubleProposer } from './double-proposer.ts'
import { Equivocator } from './equivocator.ts'
import { Flooder } from './flooder.ts'
import { Impersonator } from './impersonator.ts'
import { InvalidProposer } from './invalid-proposer.ts'
import { LaxSigner } from './lax-signer.ts'
import { MaskedSwitch } from './masked-switch.ts'
import { Silent } from './silent.ts'
import { Stage } from './stage.ts'
import { StaleLock } from './stale-lock.ts'
import { twinsOf } from './twins.ts'
import type { Vice } from './vice.ts'
import type { Villain, VillainName } from './villain.ts'
import { Withholder } from './withholder.ts'

const VICES: Readonly<Record<Exclude<VillainName, 'twins'>, (stage: Stage) => Vice>> = {
  equivocator: (stage) => new Equivocator(stage),
  'double-proposer': (stage) => new DoubleProposer(stage),
  amnesiac: (stage) => new Amnesiac(stage),
  withholder: (stage) => new Withholder(stage),
  silent: () => new Silent(),
  flooder: (stage) => new Flooder(stage),
  impersonator: (stage) => new Impersonator(stage),
  'invalid-proposer': (stage) => new InvalidProposer(stage),
  'stale-lock': (stage) => new StaleLock(stage),
}

/**
 * The options of a validator that lies, in place of those of an honest one: whole replicas that may
 * run wherever the honest one could. Two of them for `twins`, otherwise one. Call it again for a
 * villain that starts again.
 */
export function corrupt(options: ReplicaOptions, villain: Villain): ReplicaOptions[] {
  if (villain.name === 'twins') return twinsOf(options, villain)
  const stage = new Stage(options, villain)
  const vice = VICES[villain.name](stage)
  const makeSwitch = options.makeSwitch ?? ((parts): Switch => new Switch(parts))
  return [
    {
      ...options,
      signer: new LaxSigner(stage, vice),
      makeSwitch: (parts) => new MaskedSwitch(makeSwitch(parts), stage, vice),
    },
  ]
}
