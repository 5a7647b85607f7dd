// What the flags of `finality verify` say is trusted.

import { createReadStream } from 'node:fs'
import { concatBytes, fromHex, fromUtf8 } from '../../core/bytes/index.ts'
import { MAX_FINALITY_TEXT_BYTES, readFinalityProof } from '../../core/finality/index.ts'
import type { FinalityTrust } from '../../core/finality/index.ts'
import { ValidatorSet, genesisPowers, parseGenesis } from '../../core/types/index.ts'
import { nativeCrypto, systemClock } from '../platform/index.ts'
import { BadInput, badFlag } from './bad-input.ts'

/** The texts of the flags. */
export interface TrustFlags {
  readonly trust: string
  readonly chainId?: string
  readonly trustingPeriod?: string
}

/** CometBFT's default: safe where stakes are bound for longer, three weeks as a rule. */
const DEFAULT_PERIOD = '168h'
const UNIT_MS: ReadonlyMap<string, number> = new Map([
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
])
const EXPECTED = 'validators:HASH, header:HASH, genesis:FILE or proof:FILE'
/** More than a genesis file has with the state of a large application. */
const MAX_GENESIS_BYTES = 256 * 1024 * 1024
const HASH = /^[0-9a-fA-F]{64}$/

/**
 * Reads the flags, and the file that they name.
 * @throws BadInput with one line
 */
export async function readTrust(flags: TrustFlags): Promise<FinalityTrust> {
  const [, kind = '', value = ''] = /^([a-z]+):(.+)$/.exec(flags.trust) ?? []
  if (flags.trustingPeriod !== undefined && kind !== 'proof') {
    throw new BadInput('--trusting-period: expected beside --trust proof:FILE only')
  }
  switch (kind) {
    case 'validators':
      return { chainId: neededChainId(flags), validatorsHash: readHash(flags.trust, value) }
    case 'header':
      return { chainId: neededChainId(flags), headerHash: readHash(flags.trust, value) }
    case 'genesis':
      return genesisTrust(flags, value)
    case 'proof':
      return earlierTrust(flags, value)
    default:
      throw badFlag('--trust', EXPECTED, flags.trust)
  }
}

/**
 * The bytes of a file that a user named; a directory, what is not there, and what has no end, is
 * bad input.
 */
export async function readNamedFile(
  name: string,
  maxBytes: number = MAX_GENESIS_BYTES,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let size = 0
  try {
    // A pipe and /dev/zero have no size of their own: what is read counts.
    for await (const chunk of createReadStream(name, { end: maxBytes })) {
      chunks.push(chunk as Uint8Array)
      size += (chunk as Uint8Array).length
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new BadInput(`cannot read ${name}: ${reason}`)
  }
  if (size > maxBytes) throw new BadInput(`${name}: has more than ${maxBytes} bytes`)
  return concatBytes(...chunks)
}

function readHash(flag: string, text: string): Uint8Array {
  const bytes = HASH.test(text) ? fromHex(text.toLowerCase()) : null
  if (bytes === null) throw badFlag('--trust', 'a hash of 64 hexadecimal digits', flag)
  return bytes
}

function neededChainId({ chainId, trust }: TrustFlags): string {
  if (chainId !== undefined) return chainId
  const kind = trust.slice(0, trust.indexOf(':'))
  throw new BadInput(`--chain-id: expected beside --trust ${kind}:HASH, which does not say it`)
}

async function genesisTrust(flags: TrustFlags, file: string): Promise<FinalityTrust> {
  const genesis = parseGenesis(nativeCrypto, fromUtf8(await readNamedFile(file)))
  if (!genesis.ok) {
    const { field, reason } = genesis.error
    throw new BadInput(`${file}: ${[field, reason].filter((part) => part !== '').join(': ')}`)
  }
  const powers = genesisPowers(genesis.value)
  if (powers.length === 0) throw new BadInput(`${file}: names no validators`)
  return {
    chainId: agreed(flags, genesis.value.chainId, file),
    validatorsHash: ValidatorSet.make(nativeCrypto, powers).hash(nativeCrypto),
  }
}

async function earlierTrust(flags: TrustFlags, file: string): Promise<FinalityTrust> {
  const trustingPeriodMs = readPeriod(flags.trustingPeriod ?? DEFAULT_PERIOD)
  const bytes = await readNamedFile(file, MAX_FINALITY_TEXT_BYTES)
  const proof = readFinalityProof(bytes, nativeCrypto)
  if (!proof.ok) throw new BadInput(`${file}: ${proof.error.reason}`)
  const chainId = agreed(flags, proof.value.header.chainId, file)
  return { chainId, earlier: { proof: proof.value, trustingPeriodMs, now: systemClock.now() } }
}

function agreed({ chainId }: TrustFlags, ofFile: string, file: string): string {
  if (chainId === undefined || chainId === ofFile) return ofFile
  throw new BadInput(`--chain-id: ${file} is of ${JSON.stringify(ofFile)}, not "${chainId}"`)
}

function readPeriod(text: string): number {
  const [, count = '', unit = ''] = /^(\d{1,9})([smh])$/.exec(text) ?? []
  const ms = Number(count) * (UNIT_MS.get(unit) ?? 0)
  if (ms > 0) return ms
  throw badFlag('--trusting-period', 'a time such as 168h', text)
}
