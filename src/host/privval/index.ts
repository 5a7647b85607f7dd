// Door of host/privval: the validator's key, and the promise never to sign two things for one
// moment.
//
// Promises: each height, round and step is signed at most once, and what was signed is durable
// before the signature is given out; files in CometBFT's formats.
// Must never: sign after a failed write, put secret bytes into an error, replace a key.
// Counterpart in CometBFT: privval/file.go, p2p/key.go.

export { PrivvalError, commandFor, shellWord } from './errors.ts'
export type { PrivvalErrorCode, PrivvalErrorDetails } from './errors.ts'
export { FileSigner } from './file-signer.ts'
export type { FileSignerOptions } from './file-signer.ts'
export { formatKeyFile, parseKeyFile, validatorKeyOf } from './key-file.ts'
export type { ValidatorKey } from './key-file.ts'
export { generateNodeKey, loadNodeKey, loadOrGenerateNodeKey, nodeKeyOf } from './node-key.ts'
export type { NodeKey, NodeKeyOptions } from './node-key.ts'
export { SignStep } from './sign-place.ts'
export type { SignPlace } from './sign-place.ts'
export { formatSignState, FRESH_SIGN_STATE, parseSignState } from './sign-state.ts'
export type { SignState } from './sign-state.ts'
export type { Signer, SignOptions, SignRefusal, SignVoteOptions } from './signer.ts'
export {
  generateFileSigner,
  loadFileSigner,
  loadOrGenerateFileSigner,
  loadValidatorKey,
  resetSignState,
} from './signer-files.ts'
export type { SignerFiles } from './signer-files.ts'
