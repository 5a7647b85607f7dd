// The native backend passes the public vectors of ed25519, the portable verifier judging what
// OpenSSL refuses.

import { testEd25519Vectors } from '../../core/crypto/ed25519.fixture.ts'
import { nativeCrypto } from './crypto.ts'

testEd25519Vectors('native', nativeCrypto)
