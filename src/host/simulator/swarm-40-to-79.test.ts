// With every commit: seeds 40 to 79 of the swarm.

import { testSeeds } from './swarm.fixture.ts'

testSeeds(40, 79)
