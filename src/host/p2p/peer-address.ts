// Who a peer is and where it listens: node ids and `id@host:port`.

import { err, ok, toHex } from '../../core/bytes/index.ts'
import type { Result } from '../../core/bytes/index.ts'
import { addressOf } from '../../core/crypto/index.ts'
import type { Crypto } from '../../core/crypto/index.ts'

/** Where a peer can be dialled. */
export interface PeerAddress {
  /** Lower hex of 20 bytes. */
  readonly id: string
  /** `host:port`. */
  readonly address: string
}

const ID_PATTERN = /^[0-9a-f]{40}$/
const MAX_PORT = 65_535

/** The node id of an ed25519 node key: lower hex of the first 20 bytes of its SHA-256. */
export function peerIdOf(crypto: Crypto, pubKey: Uint8Array): string {
  return toHex(addressOf(crypto, { type: 'ed25519', bytes: pubKey }))
}

/** Splits `host:port` or `[v6]:port`; null when there is no host or no port from 0 to 65535. */
export function splitHostPort(address: string): { host: string; port: number } | null {
  const match = /^(?:\[([0-9a-fA-F:.%]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(address)
  if (match === null) return null
  const port = Number(match[3])
  const host = match[1] ?? match[2] ?? ''
  return port > MAX_PORT ? null : { host, port }
}

/** `host:port` of an address that may begin with `tcp://`. */
export function withoutScheme(address: string): string {
  return address.startsWith('tcp://') ? address.slice('tcp://'.length) : address
}

/** Parses `id@host:port`; the reason of a failure says what is wrong, for whoever typed it. */
export function parsePeerAddress(text: string): Result<PeerAddress, string> {
  const at = text.indexOf('@')
  if (at < 0) return err(`${text}: expected id@host:port`)
  const id = withoutScheme(text.slice(0, at)).toLowerCase()
  if (!ID_PATTERN.test(id)) {
    return err(`${text}: a node id has 40 hexadecimal characters, this one has ${id.length}`)
  }
  const address = text.slice(at + 1)
  const parts = splitHostPort(address)
  if (parts === null || parts.port === 0) return err(`${text}: ${address} is not host:port`)
  return ok({ id, address })
}
