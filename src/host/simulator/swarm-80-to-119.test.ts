// With every commit: seeds 80 to 119 of the swarm.

import { testSeeds } from './swarm.fixture.ts'

testSeeds(80, 119)
