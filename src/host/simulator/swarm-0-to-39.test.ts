// With every commit: seeds 0 to 39 of the swarm.

import { testSeeds } from './swarm.fixture.ts'

testSeeds(0, 39)
