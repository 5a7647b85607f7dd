// What this software is, and which protocols it speaks.
import { readFileSync } from 'node:fs'

const packageFile = new URL('../../../package.json', import.meta.url)

/** The version of the package. */
export const SOFTWARE_VERSION: string = (
  JSON.parse(readFileSync(packageFile, 'utf8')) as { version: string }
).version

/**
 * The version told to peers and clients. CosmJS chooses its client by the first two numbers: this
 * is the protocol line that we speak, not our own version.
 */
export const PROTOCOL_LINE = '0.38.23'

/** Versions of the protocols, under CometBFT's names. */
export const PROTOCOL_VERSIONS = {
  abci: '2.0.0',
  block_protocol: 11,
  p2p_protocol: 8,
} as const
