// Signatures that cost next to nothing and that nobody in the simulator can forge.

import { bytesKey, equalBytes } from '../../core/bytes/index.ts'
import type { Crypto } from '../../core/crypto/index.ts'

const SIGNATURE_BYTES = 64
/** Verdicts remembered; the oldest go first. */
const MAX_VERDICTS = 20_000

/**
 * Hashes are real. A signature is a keyed mix of the message; the verifier finds the secret by the
 * public key, and whoever has no seed has no way to ask for a signature. Keys are known once their
 * public half was computed here.
 */
export function makeCheapCrypto(real: Pick<Crypto, 'sha256'>): Crypto {
  const secrets = new Map<string, Uint32Array>()
  const secretOf = (seed: Uint8Array): Uint32Array => {
    const hash = real.sha256(Uint8Array.of(1, ...seed))
    return Uint32Array.from({ length: 8 }, (_, i) => wordAt(hash, 4 * i))
  }
  const secretsBySeed = new Map<string, Uint32Array>()
  const knownSecret = (seed: Uint8Array): Uint32Array => {
    const key = bytesKey(seed)
    const known = secretsBySeed.get(key) ?? secretOf(seed)
    secretsBySeed.set(key, known)
    return known
  }
  return {
    sha256: (data) => real.sha256(data),
    publicKeyEd25519: (seed) => {
      const publicKey = real.sha256(Uint8Array.of(2, ...seed))
      secrets.set(bytesKey(publicKey), knownSecret(seed))
      return publicKey
    },
    signEd25519: (seed, message) => keyedMix(knownSecret(seed), message),
    verifyEd25519: (publicKey, message, signature) => {
      const secret = secrets.get(bytesKey(publicKey))
      if (secret === undefined || signature.length !== SIGNATURE_BYTES) return false
      return equalBytes(keyedMix(secret, message), signature)
    },
  }
}

/** Real signatures; each verdict is computed once for all nodes of the world. */
export function makeSharedCrypto(real: Crypto): Crypto {
  const verdicts = new Map<string, boolean>()
  return {
    sha256: (data) => real.sha256(data),
    publicKeyEd25519: (seed) => real.publicKeyEd25519(seed),
    signEd25519: (seed, message) => real.signEd25519(seed, message),
    verifyEd25519: (publicKey, message, signature) => {
      const key = `${bytesKey(publicKey)}/${bytesKey(signature)}/${bytesKey(message)}`
      const known = verdicts.get(key)
      if (known !== undefined) return known
      const verdict = real.verifyEd25519(publicKey, message, signature)
      const oldest = verdicts.keys().next()
      if (verdicts.size >= MAX_VERDICTS && oldest.done === false) verdicts.delete(oldest.value)
      verdicts.set(key, verdict)
      return verdict
    },
  }
}

// Four lanes, each keyed before and after the message.
function keyedMix(secret: Uint32Array, message: Uint8Array): Uint8Array {
  const lanes = secret.slice(0, 4)
  const { length } = message
  for (let i = 0; i < length; i += 4) {
    absorb(lanes, wordAt(message, i))
  }
  absorb(lanes, length)
  for (let i = 4; i < 8; i++) absorb(lanes, secret[i] as number)
  const signature = new Uint8Array(SIGNATURE_BYTES)
  for (let i = 0; i < SIGNATURE_BYTES; i += 4) {
    absorb(lanes, i)
    const word = lanes[3] as number
    signature[i] = word
    signature[i + 1] = word >>> 8
    signature[i + 2] = word >>> 16
    signature[i + 3] = word >>> 24
  }
  return signature
}

function wordAt(bytes: Uint8Array, at: number): number {
  return (
    (bytes[at] ?? 0) |
    ((bytes[at + 1] ?? 0) << 8) |
    ((bytes[at + 2] ?? 0) << 16) |
    ((bytes[at + 3] ?? 0) << 24)
  )
}

function absorb(lanes: Uint32Array, word: number): void {
  let carried = word
  for (let i = 0; i < 4; i++) {
    let lane = Math.imul((lanes[i] as number) ^ carried, 0x21f0aaad)
    lane = Math.imul(lane ^ (lane >>> 15), 0x735a2d97)
    lane ^= lane >>> 13
    lanes[i] = lane
    carried = lane
  }
}
