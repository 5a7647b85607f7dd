// The portable backend passes the public vectors of ed25519.

import { testEd25519Vectors } from './ed25519.fixture.ts'
import { nobleCrypto } from './index.ts'

testEd25519Vectors('portable', nobleCrypto)
