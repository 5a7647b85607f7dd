// The proof of a height from a home: from its store while the node stands still, else from its RPC.

import { proveDecision } from '../../core/finality/index.ts'
import type { FinalityProof } from '../../core/finality/index.ts'
import { loadDecision } from '../../host/store/index.ts'
import { openStoredChain } from '../assembly/index.ts'
import type { Config, StoredChain } from '../assembly/index.ts'
import { HomeLockError, nativeCrypto } from '../platform/index.ts'
import { FinalitySourceError } from './errors.ts'
import { proveFromNode } from './node-source.ts'
import type { AskedHeight } from './node-source.ts'

/** Reads a home, or asks the node that runs in it. */
export async function proveFromHome(
  home: string,
  config: Config,
  asked: AskedHeight,
): Promise<FinalityProof> {
  const chain = await openUnlessRunning(home, config)
  if (chain === null) return proveFromNode(rpcUrlOf(home, config), asked)
  try {
    return await proveFromStore(home, chain, asked)
  } finally {
    await chain.close()
  }
}

/** The stored chain of a home, null while a node runs there. */
export async function openUnlessRunning(home: string, config: Config): Promise<StoredChain | null> {
  try {
    return await openStoredChain(home, config)
  } catch (error) {
    const isRunning = error instanceof HomeLockError && error.code === 'PLATFORM_HOME_IN_USE'
    if (isRunning) return null
    throw error
  }
}

async function proveFromStore(
  home: string,
  { blocks, states }: StoredChain,
  asked: AskedHeight,
): Promise<FinalityProof> {
  const height = asked === 'latest' ? blocks.height : asked
  const decision = await loadDecision(blocks, states, height)
  if (decision === null) {
    const reason = `${home} has the heights ${blocks.base} to ${blocks.height}, not ${height}`
    throw new FinalitySourceError('FINALITY_NO_HEIGHT', reason)
  }
  const proof = proveDecision(decision, nativeCrypto)
  if (proof.ok) return proof.value
  throw new FinalitySourceError('FINALITY_UNPROVED', `what ${home} has is no proof: ${proof.error}`)
}

/** The RPC of the node that runs in a home. */
export function rpcUrlOf(home: string, config: Config): string {
  const address = config.string('rpc.laddr').replace(/^[a-z]+:\/\//, '')
  if (address === '') {
    const reason = `${home} is in use by a node without RPC: stop it, or ask another with --node`
    throw new FinalitySourceError('FINALITY_RPC_OFF', reason)
  }
  return `http://${address.replace(/^(0\.0\.0\.0|\[::\])?(?=:)/, onThisMachine)}`
}

function onThisMachine(host: string): string {
  return host === '[::]' ? '[::1]' : '127.0.0.1'
}
