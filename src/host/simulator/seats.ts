// Who is who: the keys and addresses of nodes by index, and the genesis that they share.

import type { Time } from '../../core/bytes/index.ts'
import type { Crypto } from '../../core/crypto/index.ts'
import { DEFAULT_SLASHING_POLICY, defaultConsensusParams } from '../../core/types/index.ts'
import type { Genesis } from '../../core/types/index.ts'
import { peerIdOf } from '../p2p/index.ts'
import { validatorKeyOf } from '../privval/index.ts'
import { paramsOf } from './changing-params.ts'
import type { Plan } from './plan.ts'

/** Wall time of moment 0 of every run. */
export const START_TIME: Time = 1_795_305_600_000_000_000n

/** Room for what many clients send in the time of a block, and in a few seconds on the way. */
export const USUAL_BLOCK_BYTES: number = 1024 * 1024
const PORT = 26656
const SIGNING = 1
const NODE = 2

/** The ed25519 seed with which validator `index` signs. */
export function signingSeedOf(index: number): Uint8Array {
  return seedOf(index, SIGNING)
}

/** The ed25519 seed of the key that names node `index` to its peers. */
export function nodeSeedOf(index: number): Uint8Array {
  return seedOf(index, NODE)
}

/** `id@host:port` of node `index`. */
export function nodeAddressOf(crypto: Crypto, index: number): string {
  const id = peerIdOf(crypto, crypto.publicKeyEd25519(nodeSeedOf(index)))
  return `${id}@node${index}:${PORT}`
}

/** What all nodes of a run start from. */
export function genesisOf(crypto: Crypto, plan: Plan): Genesis {
  return {
    genesisTime: START_TIME,
    chainId: 'simulation',
    initialHeight: 1n,
    consensusParams: {
      ...defaultConsensusParams,
      ...paramsOf({ blockBytes: USUAL_BLOCK_BYTES, evidenceAge: plan.evidenceAge }),
    },
    validators: plan.powers.flatMap((power, index) => {
      const { pubKey, address } = validatorKeyOf(crypto, signingSeedOf(index))
      return power === 0 ? [] : [{ pubKey, address, power: BigInt(power), name: `node${index}` }]
    }),
    appHash: new Uint8Array(0),
    appStateJson: '',
    lockRule: plan.lockRule,
    medianTimeRule: plan.lockRule === 'paper' ? 'commit-only' : 'non-absent',
    evidenceRule: plan.evidenceRule,
    slashing: {
      ...DEFAULT_SLASHING_POLICY,
      downtime: { ...DEFAULT_SLASHING_POLICY.downtime, ...plan.downtime },
    },
  }
}

function seedOf(index: number, purpose: number): Uint8Array {
  const seed = new Uint8Array(32).fill(purpose)
  seed[0] = index + 1
  return seed
}
