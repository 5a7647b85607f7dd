// The native cryptography of this machine, chosen when the program is loaded: libsodium where it
// can be loaded, and Node's own everywhere else.

import type { ChannelCrypto, Crypto } from '../../core/crypto/index.ts'
import { nodeChannelCrypto, nodeCrypto } from './node-crypto.ts'
import { loadSodium } from './sodium.ts'
import { makeSodiumChannelCrypto, makeSodiumCrypto } from './sodium-crypto.ts'

const sodium = loadSodium()

/**
 * The native backend of {@link Crypto}.
 *
 * What it accepts natively is a subset of what ZIP-215 accepts: such an acceptance is final, and a
 * rejection is judged again by the portable verifier (1.5 ms, so whoever sends bad signatures must
 * be made to pay for them).
 */
export const nativeCrypto: Crypto = sodium === null ? nodeCrypto : makeSodiumCrypto(sodium)

/** The native implementation of {@link ChannelCrypto}. */
export const nativeChannelCrypto: ChannelCrypto =
  sodium === null ? nodeChannelCrypto : makeSodiumChannelCrypto(sodium)
