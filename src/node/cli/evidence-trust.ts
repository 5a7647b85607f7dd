// Who the validators at the height of a fault were, as the flags of `evidence verify` say it.

import { join } from 'node:path'
import { err, fromUtf8, ok } from '../../core/bytes/index.ts'
import type { Result } from '../../core/bytes/index.ts'
import { readEvidenceProof, trustedHeightOf } from '../../core/fault-proof/index.ts'
import type { EvidenceTrust } from '../../core/fault-proof/index.ts'
import { readFinalityProof, verifyFinality } from '../../core/finality/index.ts'
import type { FinalityProof } from '../../core/finality/index.ts'
import { downtimeRuleOf, genesisPowers, parseGenesis } from '../../core/types/index.ts'
import { nativeCrypto } from '../platform/index.ts'
import { BadInput } from './bad-input.ts'
import { readNamedFile } from './finality-trust.ts'

/** What every finality proof file says of itself, and no genesis file does. */
const FINALITY = '"quadrille/finality-proof"'

/**
 * Reads the file with the validators; that of the home when none is named. The error says why they
 * are not those of the proof's height.
 * @throws BadInput with one line
 */
export async function readTrustedValidators(
  named: string | undefined,
  home: string,
  proof: Uint8Array,
): Promise<Result<EvidenceTrust, string>> {
  const file = named ?? join(home, 'config', 'genesis.json')
  const bytes = await readValidatorsFile(file, named === undefined)
  const text = fromUtf8(bytes)
  return text.includes(FINALITY) ? finalityTrust(file, bytes, proof) : ok(genesisTrust(file, text))
}

async function readValidatorsFile(file: string, isDefault: boolean): Promise<Uint8Array> {
  try {
    return await readNamedFile(file)
  } catch (error) {
    if (!isDefault || !(error instanceof BadInput)) throw error
    const reason = `expected a genesis file or a finality proof, and there is no ${file}`
    throw new BadInput(`--validators: ${reason}`)
  }
}

function genesisTrust(file: string, text: string): EvidenceTrust {
  const genesis = parseGenesis(nativeCrypto, text)
  if (!genesis.ok) {
    const { field, reason } = genesis.error
    throw new BadInput(`${file}: ${[field, reason].filter((part) => part !== '').join(': ')}`)
  }
  const validators = genesisPowers(genesis.value)
  if (validators.length === 0) throw new BadInput(`${file}: names no validators`)
  const { chainId, initialHeight } = genesis.value
  return { chainId, validators, downtime: { initialHeight, ...downtimeRuleOf(genesis.value) } }
}

function finalityTrust(
  file: string,
  bytes: Uint8Array,
  proof: Uint8Array,
): Result<EvidenceTrust, string> {
  const finality = readWholeProof(file, bytes)
  const { chainId, height } = finality.header
  const trust = { chainId, validators: finality.validatorSet.validators }
  const accusation = readEvidenceProof(proof, nativeCrypto)
  // A proof that cannot be read is refused for that.
  if (!accusation.ok) return ok(trust)
  const fault = trustedHeightOf(accusation.value)
  if (fault === height) return ok(trust)
  return err(`the fault is of height ${fault}, the trusted finality proof of height ${height}`)
}

// That it is trusted says nothing about what has happened to its file since.
function readWholeProof(file: string, bytes: Uint8Array): FinalityProof {
  const proof = readFinalityProof(bytes, nativeCrypto)
  if (!proof.ok) throw new BadInput(`${file}: ${proof.error.reason}`)
  const { chainId, validatorsHash } = proof.value.header
  const verdict = verifyFinality(proof.value, { chainId, validatorsHash }, nativeCrypto)
  if (!verdict.ok) throw new BadInput(`${file}: ${verdict.reason}`)
  return verdict.proof
}
