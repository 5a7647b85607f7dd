// Door of core/crypto: hashing, Merkle trees, keys, signatures and the handshake transcript.
//
// Promises: the same answer on every backend for every input, ZIP-215 verification, no throw on
// hostile input.
// Must never: hold a global backend, draw randomness, or keep a secret longer than a call.
// Counterpart in CometBFT: crypto/, crypto/merkle, crypto/tmhash.

export type { ChannelCrypto, Crypto } from './crypto.ts'
export { nobleCrypto } from './noble-crypto.ts'
export { emptyHash, innerHash, leafHash, merkleRoot, rootOfLeafHashes } from './merkle.ts'
export { MAX_AUNTS, merkleProofs, validateMerkleProof, verifyMerkleProof } from './merkle-proof.ts'
export {
  ADDRESS_SIZE,
  PUBLIC_KEY_SIZE,
  addressOf,
  isLowOrderEd25519,
  isWholePublicKey,
  verifySignature,
} from './keys.ts'
export { Transcript } from './transcript.ts'
