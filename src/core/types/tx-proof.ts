// The proof that a transaction is in a block.

import { assert } from '../bytes/index.ts'
import { merkleProofs } from '../crypto/index.ts'
import type { Crypto } from '../crypto/index.ts'
import type { MerkleProof } from '../proto/index.ts'
import { hashTx } from './block-hashes.ts'

/** A transaction with its path to the `dataHash` of its block (Wire: types.proto TxProof). */
export interface TxProof {
  readonly rootHash: Uint8Array
  readonly data: Uint8Array
  readonly proof: MerkleProof
}

/**
 * The proof of the transaction at `index` of a block's transactions. The leaves are the hashes of
 * the transactions.
 */
export const makeTxProof = (crypto: Crypto, txs: readonly Uint8Array[], index: number): TxProof => {
  const hashes = txs.map((tx) => hashTx(crypto, tx))
  const { root, proofs } = merkleProofs(crypto, hashes)
  const data = txs[index]
  const proof = proofs[index]
  assert(data !== undefined && proof !== undefined, 'the index is that of a transaction')
  return { rootHash: root, data, proof }
}
