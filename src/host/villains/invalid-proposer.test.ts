// Every flaw of the invalid proposer is refused by honest validators, each for a reason of its own.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { validateBlock } from '../../core/chain/index.ts'
import { makeBlockId } from '../../core/types/index.ts'
import type { Block } from '../../core/types/index.ts'
import { nativeCrypto } from '../../node/platform/index.ts'
import { EvidenceJudge } from '../evidence/index.ts'
import { MemoryKeyValueStore } from '../memory/index.ts'
import { Cluster, signingSeedOf } from '../replica/cluster.fixture.ts'
import type { Replica } from '../replica/index.ts'
import { BLOCK_FLAWS } from './block-flaws.ts'
import { PROPOSAL_FLAWS } from './proposal-flaws.ts'
import { Stage } from './stage.ts'
import { Theatre } from './theatre.fixture.ts'

const LIAR = 3
