// Public keys and Merkle proofs on the wire (crypto/keys.proto, crypto/proof.proto).

import { EMPTY_BYTES } from '../bytes/index.ts'
import type { MerkleProof, ProofOp, PublicKey } from './chain-messages.ts'
import { listOf } from './mutable.ts'
import type { Mutable } from './mutable.ts'
import { Reader } from './reader.ts'
import { encodeMessage } from './writer.ts'
import type { Writer } from './writer.ts'

/** CometBFT refuses proofs with more aunts: a tree of 2^100 leaves. */
const MAX_AUNTS = 100

/** What a oneof without member reads as; compared by identity and never handed out. */
export const NO_PUBLIC_KEY: PublicKey = { type: 'ed25519', bytes: EMPTY_BYTES }

export const EMPTY_PROOF: MerkleProof = { total: 0n, index: 0n, leafHash: EMPTY_BYTES, aunts: [] }

const EMPTY_PROOF_OP: ProofOp = { type: '', key: EMPTY_BYTES, data: EMPTY_BYTES }

export function readPublicKey(reader: Reader, base: PublicKey): PublicKey {
  let key = base
  while (reader.pos < reader.end) {
    const tag = reader.tag()
    if (tag === 0x0a) key = { type: 'ed25519', bytes: reader.view() }
    else if (tag === 0x12) key = { type: 'secp256k1', bytes: reader.view() }
    else reader.skip(tag, 2)
  }
  return key
}

/** Refuses a key whose oneof had no member that we know. */
export function requirePublicKey(reader: Reader, key: PublicKey): PublicKey {
  if (key === NO_PUBLIC_KEY) throw reader.fail('PROTO_MISSING', 'public key of no known kind')
  return key
}

export function writePublicKey(writer: Writer, key: PublicKey): void {
  writer.present(key.type === 'ed25519' ? 0x0a : 0x12, key.bytes)
}

/** Wire: crypto/keys.proto PublicKey. */
export function encodePublicKey(key: PublicKey): Uint8Array {
  return encodeMessage(writePublicKey, key)
}

/** @throws ProtoError on malformed bytes or a kind of key other than ed25519 and secp256k1. */
export function decodePublicKey(bytes: Uint8Array): PublicKey {
  const reader = new Reader(bytes)
  return requirePublicKey(reader, readPublicKey(reader, NO_PUBLIC_KEY))
}

export function readMerkleProof(reader: Reader, base: MerkleProof): MerkleProof {
  const proof: Mutable<MerkleProof> = { ...base }
  const aunts = listOf(base.aunts)
  proof.aunts = aunts
  while (reader.pos < reader.end) {
    const tag = reader.tag()
    switch (tag) {
      case 0x08:
        proof.total = reader.int64()
        break
      case 0x10:
        proof.index = reader.int64()
        break
      case 0x1a:
        proof.leafHash = reader.view()
        break
      case 0x22:
        if (aunts.length === MAX_AUNTS) throw reader.fail('PROTO_LIMIT', 'too many aunts')
        aunts.push(reader.view())
        break
      default:
        reader.skip(tag, 4)
    }
  }
  return proof
}

export function writeMerkleProof(writer: Writer, proof: MerkleProof): void {
  writer.bytesList(0x22, proof.aunts)
  writer.bytes(0x1a, proof.leafHash)
  writer.int64(0x10, proof.index)
  writer.int64(0x08, proof.total)
}

/** Wire: crypto/proof.proto Proof. */
export function encodeMerkleProof(proof: MerkleProof): Uint8Array {
  return encodeMessage(writeMerkleProof, proof)
}

/** @throws ProtoError on malformed bytes or more than 100 aunts. */
export function decodeMerkleProof(bytes: Uint8Array): MerkleProof {
  return readMerkleProof(new Reader(bytes), EMPTY_PROOF)
}

function readProofOp(reader: Reader, base: ProofOp): ProofOp {
  const op: Mutable<ProofOp> = { ...base }
  while (reader.pos < reader.end) {
    const tag = reader.tag()
    if (tag === 0x0a) op.type = reader.string()
    else if (tag === 0x12) op.key = reader.view()
    else if (tag === 0x1a) op.data = reader.view()
    else reader.skip(tag, 3)
  }
  return op
}

function writeProofOp(writer: Writer, op: ProofOp): void {
  writer.bytes(0x1a, op.data)
  writer.bytes(0x12, op.key)
  writer.string(0x0a, op.type)
}

export function readProofOps(reader: Reader, base: readonly ProofOp[]): readonly ProofOp[] {
  const ops = listOf(base)
  while (reader.pos < reader.end) {
    const tag = reader.tag()
    if (tag === 0x0a) ops.push(reader.message(readProofOp, EMPTY_PROOF_OP))
    else reader.skip(tag, 1)
  }
  return ops
}

export function writeProofOps(writer: Writer, ops: readonly ProofOp[]): void {
  writer.list(0x0a, writeProofOp, ops)
}

/** Wire: crypto/proof.proto ProofOps. */
export function encodeProofOps(ops: readonly ProofOp[]): Uint8Array {
  return encodeMessage(writeProofOps, ops)
}

/** @throws ProtoError on malformed bytes. */
export function decodeProofOps(bytes: Uint8Array): readonly ProofOp[] {
  return readProofOps(new Reader(bytes), [])
}
