// Every way to change one leaf of a piece of data, and whom evidence accuses.

import { createHash, createPublicKey, verify } from 'node:crypto'
import { bytesKey, toHexUpper } from '../bytes/index.ts'
import { nobleCrypto } from '../crypto/index.ts'
import type { Crypto } from '../crypto/index.ts'
import type { Evidence } from '../types/index.ts'

const verdicts = new Map<string, boolean>()

/** Verifies each signature once: a change of one field leaves the others as they were. */
export const rememberingCrypto: Crypto = {
  ...nobleCrypto,
  sha256: (data) => createHash('sha256').update(data).digest(),
  verifyEd25519(pubKey, message, signature) {
    const key = `${bytesKey(pubKey)}|${bytesKey(message)}|${bytesKey(signature)}`
    const known = verdicts.get(key)
    if (known !== undefined) return known
    // What OpenSSL accepts is good; of what it refuses ZIP-215 accepts some.
    const verdict =
      isGoodForOpenSsl(pubKey, message, signature) ||
      nobleCrypto.verifyEd25519(pubKey, message, signature)
    verdicts.set(key, verdict)
    return verdict
  },
}

const KEY_PREFIX = Buffer.from('302a300506032b6570032100', 'hex')

const isGoodForOpenSsl = (
  pubKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): boolean => {
  if (pubKey.length !== 32) return false
  const der = Buffer.concat([KEY_PREFIX, pubKey])
  const key = createPublicKey({ key: der, format: 'der', type: 'spki' })
  return verify(null, message, key, signature)
}

/** A changed copy and the path of what was changed. */
export interface Mutant<T> {
  readonly path: string
  readonly value: T
}

const changedLeaf = (leaf: unknown): readonly unknown[] => {
  // Not below zero: half the fields cannot be on the wire.
  if (typeof leaf === 'bigint') return [leaf + 1n, leaf > 0n ? leaf - 1n : 2n, 0n]
  if (typeof leaf === 'number') return [leaf + 1, leaf > 0 ? leaf - 1 : 2, 0]
  if (typeof leaf === 'string') return [`${leaf}x`]
  if (leaf instanceof Uint8Array) {
    const flipped = leaf.slice()
    flipped[0] = (flipped[0] ?? 0) ^ 1
    const last = leaf.slice()
    last[leaf.length - 1] = (last[leaf.length - 1] ?? 0) ^ 0x80
    return leaf.length === 0
      ? [Uint8Array.of(1)]
      : [flipped, last, leaf.slice(1), new Uint8Array(0)]
  }
  return []
}

const isEqualLeaf = (a: unknown, b: unknown): boolean =>
  a instanceof Uint8Array && b instanceof Uint8Array
    ? toHexUpper(a) === toHexUpper(b)
    : Object.is(a, b)

/** All copies of `value` with one leaf changed, one list element left out, doubled or swapped. */
export function mutantsOf<T>(value: T, path = ''): Mutant<T>[] {
  if (Array.isArray(value)) {
    const list = value as readonly unknown[]
    const inside = list.flatMap((item, i) =>
      mutantsOf(item, `${path}.${i}`).map((one) => ({
        path: one.path,
        value: list.with(i, one.value) as T,
      })),
    )
    const moved = list.flatMap((item, i) => [
      { path: `${path}.${i} left out`, value: list.toSpliced(i, 1) as T },
      { path: `${path}.${i} doubled`, value: list.toSpliced(i, 0, item) as T },
      ...(i === 0 || item === list[i - 1]
        ? []
        : [
            {
              path: `${path}.${i} swapped`,
              value: list.with(i, list[i - 1]).with(i - 1, item) as T,
            },
          ]),
    ])
    return [...inside, ...moved]
  }
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) {
    return changedLeaf(value)
      .filter((changed) => !isEqualLeaf(changed, value))
      .map((changed) => ({ path, value: changed as T }))
  }
  return Object.entries(value).flatMap(([name, member]) =>
    mutantsOf<unknown>(member, path === '' ? name : `${path}.${name}`)
      .filter(() => name !== 'kind')
      .map((one) => ({ path: one.path, value: { ...value, [name]: one.value } })),
  )
}

/** The addresses that a piece of evidence accuses. */
export function accusedBy(evidence: Evidence): string[] {
  switch (evidence.kind) {
    case 'duplicate-vote':
      return [toHexUpper(evidence.voteA.validatorAddress)]
    case 'light-client-attack':
      return evidence.byzantineValidators.map(({ address }) => toHexUpper(address))
    case 'double-proposal':
    case 'downtime':
      return [toHexUpper(evidence.validatorAddress)]
  }
}
