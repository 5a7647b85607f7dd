// With every commit: seeds 120 to 159 of the swarm.

import { testSeeds } from './swarm.fixture.ts'

testSeeds(120, 159)
