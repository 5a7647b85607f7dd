// With every commit: seeds 160 to 199 of the swarm.

import { testSeeds } from './swarm.fixture.ts'

testSeeds(160, 199)
