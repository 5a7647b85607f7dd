// The watch tells every fault once, however the node learns of it, and loses nothing when it stops.

import { describe, expect, test } from 'vitest'
import { toHex } from '../../core/bytes/index.ts'
import type { CommittedHeight, FaultReport } from '../../core/faults/index.ts'
import type {
  DowntimeEvidence,
  DuplicateVoteEvidence,
  Evidence,
  ValidatorSet,
  Vote,
} from '../../core/types/index.ts'
import { nativeCrypto } from '../../node/platform/index.ts'
import { EventBus, Query } from '../events/index.ts'
import type { ChainEvent } from '../events/index.ts'
import { keyed } from '../execution/node.fixture.ts'
import { MemoryKeyValueStore, silentLogger } from '../memory/index.ts'
import { Desk, alteredCopy } from './desk.fixture.ts'
import type { EvidenceStore } from './evidence-store.ts'
import { FaultWatch } from './fault-watch.ts'
import type { FaultWatchOptions } from './fault-watch.ts'
import { MAX_PENDING_PER_VALIDATOR } from './pending-pieces.ts'

/** What a desk publishes from now on, up to the call of the answer. */
function faultsOf({ eventBus }: Pick<Desk, 'eventBus'>): () => ChainEvent[] {
  const query = Query.parse("tm.event='Fault'")
  if (!query.ok) throw new Error(query.error)
  const subscription = eventBus.subscribe({ query: query.value, buffer: 100 })
  return () => {
    const taken: ChainEvent[] = []
    for (let next = subscription.take(); next !== null; next = subscription.take()) {
      taken.push(next.event)
    }
    return taken
  }
}

/** What the log of a desk says about faults. */
const toldBy = ({ logger }: Desk): readonly unknown[] =>
  logger.lines.filter(({ message }) => message === 'fault detected')

const absence = (windowEnd: bigint): DowntimeEvidence => ({
  kind: 'downtime',
  validatorAddress: new Uint8Array(20),
  windowStart: 1n,
  windowEnd,
  missed: 2,
  totalVotingPower: 4n,
  validatorPower: 1n,
  timestamp: 1n,
})

/** Shows the two votes to the desk's own detector. */
async function see(desk: Desk, { voteA, voteB }: DuplicateVoteEvidence): Promise<void> {
  desk.watch.onConflictingVotes(voteA, voteB)
  await desk.watch.settle()
}

describe('FaultWatch', () => {
  test('settle: waits until what was found is in the store', async () => {
    const kept = { isDone: false, finish: (): void => undefined }
    const report = { kind: 'equivocation', evidence: { kind: 'duplicate-vote' } } as FaultReport
    const watch = new FaultWatch({
      detector: { onConflictingVotes: () => [report], waitingAt: () => [] },
      store: {
        chainState: { evidenceRule: 'comet' },
        listen: () => () => undefined,
        add: () =>
          new Promise((resolve) => {
            kept.finish = (): void => {
              kept.isDone = true
              resolve({ kind: 'pending' })
            }
          }),
      } as unknown as EvidenceStore,
      eventBus: new EventBus(),
      logger: silentLogger,
      blockStore: {},
      stateStore: {},
    } as unknown as FaultWatchOptions)
    watch.onConflictingVotes({} as Vote, {} as Vote)
    const settled = watch.settle().then(() => kept.isDone)
    await Promise.resolve()
    kept.finish()
    expect(await settled).toBe(true)
  })

  test('a fault: is told once, whether detected, proved by a peer or read in a block', async () => {
    const desk = await Desk.at(3n)
    const taken = faultsOf(desk)
    const at = (validator: number) => desk.evidenceOf({ validator, height: 3n })
    const [detected, brought, inBlock] = [await at(0), await at(1), await at(2)]
    await see(desk, detected)
    await desk.store.add(detected, 'a peer')
    expect(taken()).toMatchObject([{ fault: 'equivocation', evidence: detected, isProved: true }])
    await desk.store.add(brought, 'a peer')
    await see(desk, brought)
    expect(taken()).toMatchObject([{ fault: 'equivocation', evidence: brought }])
    const proposer = await Desk.at(3n)
    for (const one of [detected, brought, inBlock]) await proposer.store.add(one, 'rpc')
    await desk.node.apply(await proposer.node.propose())
    await see(desk, inBlock)
    expect(taken()).toMatchObject([{ fault: 'equivocation', evidence: inBlock }])
  })

  test('a fault: is not told again after a restart', async () => {
    const database = new MemoryKeyValueStore()
    const desk = await Desk.open(database)
    await desk.grow(2n)
    const { voteA, voteB } = await desk.evidenceOf({ height: 3n })
    desk.watch.enterHeight(3n, keyed.validatorSet)
    desk.watch.onConflictingVotes(voteA, voteB)
    await desk.node.step()
    expect(toldBy(desk)).toHaveLength(1)
    expect(toldBy(await Desk.open(database))).toEqual([])
  })

  test('a fault: what blocks show again after a restart is kept and not told', async () => {
    const desk = await Desk.at(5n)
    const kept: Evidence[] = []
    const eventBus = new EventBus()
    const watch = new FaultWatch({
      detector: {
        replayStart: () => 3n,
        onCommit: ({ height }: CommittedHeight): FaultReport[] => [
          { kind: 'downtime', evidence: absence(height) },
        ],
      },
      store: {
        listen: () => () => undefined,
        resume: () => Promise.resolve(),
        add: (evidence: Evidence) => Promise.resolve({ kind: kept.push(evidence) && 'added' }),
      },
      notes: { load: () => Promise.resolve([]), dropUpTo: () => Promise.resolve() },
      eventBus,
      logger: silentLogger,
      blockStore: desk.node.blockStore,
      stateStore: desk.node.stateStore,
    } as unknown as FaultWatchOptions)
    const taken = faultsOf({ eventBus })
    await watch.resume({ ...desk.node.chainState, evidenceRule: 'all' })
    expect(kept).toEqual([3n, 4n, 5n].map(absence))
    expect(taken()).toMatchObject([{ fault: 'downtime', evidence: absence(5n) }])
  })

  test('a commit: is counted by the validators of its height, after a restart too', async () => {
    const desk = await Desk.at(1n)
    const built = await desk.changePower(15, 16, 17, 18, 19)
    const { block: next } = await desk.node.propose()
    const waiting = await desk.evidenceOf({ height: next.header.height })
    const counted = new Map<bigint, string>()
    const entered = new Map<bigint, string>()
    const watch = new FaultWatch({
      detector: {
        replayStart: () => 2n,
        onCommit: ({ height, validatorSet }: CommittedHeight): FaultReport[] => {
          counted.set(height, toHex(validatorSet.hash(nativeCrypto)))
          return []
        },
        enterHeight: (height: bigint, set: ValidatorSet) =>
          entered.set(height, toHex(set.hash(nativeCrypto))),
        onConflictingVotes: () => [],
      },
      store: {
        listen: () => () => undefined,
        resume: () => Promise.resolve(),
        update: () => Promise.resolve(),
      },
      notes: { load: () => Promise.resolve([waiting]), dropUpTo: () => Promise.resolve() },
      eventBus: new EventBus(),
      logger: silentLogger,
      blockStore: desk.node.blockStore,
      stateStore: desk.node.stateStore,
    } as unknown as FaultWatchOptions)
    const named = built.map(({ header }) => [header.height, toHex(header.validatorsHash)] as const)
    expect(new Set(named.map(([, hash]) => hash)).size).toBe(4)
    await watch.resume(desk.node.chainState)
    expect(counted).toEqual(new Map(named))
    expect(entered).toEqual(new Map([[next.header.height, toHex(next.header.validatorsHash)]]))
    counted.clear()
    const [last] = built.slice(-1)
    if (last === undefined) throw new Error('there is no block')
    await watch.update(desk.node.chainState, last)
    expect(counted).toEqual(new Map(named.slice(-1)))
  })

  test('a fault: an altered copy in a later block is nothing new', async () => {
    const desk = await Desk.at(3n)
    const taken = faultsOf(desk)
    const evidence = await desk.evidenceOf()
    await desk.store.add(evidence, 'a peer')
    await desk.nextEvidence()
    const { block } = await desk.node.propose()
    const carrying = { ...block, evidence: [alteredCopy(evidence)] }
    await desk.watch.update(desk.node.chainState, carrying)
    expect(taken()).toHaveLength(1)
  })

  test('a second header: is an attack when it arrives', async () => {
    const desk = await Desk.at(5n)
    const taken = faultsOf(desk)
    const attack = await desk.attack()
    expect(await desk.store.add(attack, 'a peer')).toEqual({ kind: 'added' })
    await desk.watch.settle()
    const [told, ...more] = taken()
    expect(told).toMatchObject({ fault: 'light-client-attack', height: 3n, isProved: true })
    expect(told).toMatchObject({ validators: keyed.validatorSet.validators.map((v) => v.address) })
    expect(more).toEqual([])
    expect(await desk.nextEvidence()).toEqual([attack])
    expect(taken()).toEqual([])
  })

  test('a second header: whoever brings it may have named the wrong validators', async () => {
    const desk = await Desk.at(5n)
    const taken = faultsOf(desk)
    const attack = await desk.attack()
    const [first] = attack.byzantineValidators
    const framed = { ...attack, byzantineValidators: first === undefined ? [] : [first] }
    expect(await desk.store.add(framed, 'a peer')).toMatchObject({ kind: 'invalid' })
    expect(taken()).toMatchObject([{ fault: 'light-client-attack', evidence: attack }])
    expect(await desk.nextEvidence()).toEqual([attack])
  })

  test('a second header: the height below is tried when the named one was wrong', async () => {
    const desk = await Desk.at(5n)
    const taken = faultsOf(desk)
    const lunatic = await desk.attack({ change: { appHash: new Uint8Array(32) } })
    await desk.node.blockStore.prune(2n)
    const answer = await desk.store.add({ ...lunatic, commonHeight: 1n }, 'rpc')
    expect(answer).toMatchObject({ kind: 'unknown' })
    expect(taken()).toMatchObject([{ fault: 'light-client-attack', height: 3n }])
    expect(await desk.nextEvidence()).toMatchObject([{ commonHeight: 2n }])
  })

  test('a second header: first shown without culprits, then with them, is told twice', async () => {
    const desk = await Desk.at(5n)
    const taken = faultsOf(desk)
    await desk.store.add(await desk.attack({ round: 1 }), 'rpc')
    const attack = await desk.attack()
    await desk.store.add({ ...attack, byzantineValidators: [] }, 'rpc')
    const [fork, named] = taken()
    expect(fork).toMatchObject({ validators: [] })
    expect(named).toMatchObject({ evidence: attack })
    expect(await desk.nextEvidence()).toEqual([attack])
  })

  test('a second header: none of the accused can keep it waiting', async () => {
    const desk = await Desk.at(5n)
    for (let round = 0; round < MAX_PENDING_PER_VALIDATOR; round++) {
      await desk.store.add(await desk.evidenceOf({ validator: 3, round }), 'detector')
    }
    const attack = await desk.attack()
    expect(await desk.store.add(attack, 'rpc')).toEqual({ kind: 'added' })
    expect(await desk.nextEvidence()).toEqual([attack])
  })

  test('a second header: of another round shows the fork and names nobody', async () => {
    const desk = await Desk.at(5n)
    const taken = faultsOf(desk)
    const attack = await desk.attack({ round: 1 })
    expect(await desk.store.add(attack, 'rpc')).toMatchObject({ kind: 'invalid' })
    const [told] = taken()
    expect(told).toMatchObject({ fault: 'light-client-attack', validators: [] })
    expect(told).toMatchObject({ text: expect.stringContaining('the chain forked') as string })
    expect(await desk.nextEvidence()).toEqual([])
  })

  test('a second header: without its signatures accuses nobody', async () => {
    const desk = await Desk.at(5n)
    const taken = faultsOf(desk)
    const attack = await desk.attack()
    const { signedHeader } = attack.conflictingBlock
    const commit = signedHeader?.commit
    if (signedHeader === null || commit === null || commit === undefined) throw new Error('none')
    const signatures = commit.signatures.map((one) => ({ ...one, signature: new Uint8Array(64) }))
    const forged = {
      ...attack,
      conflictingBlock: {
        ...attack.conflictingBlock,
        signedHeader: { ...signedHeader, commit: { ...commit, signatures } },
      },
    }
    expect(await desk.store.add(forged, 'rpc')).toMatchObject({ kind: 'invalid' })
    expect(taken()).toEqual([])
    // Its own commit of that header is no conflict either.
    const own = await desk.attack({ change: {} })
    expect(await desk.store.add(own, 'rpc')).toMatchObject({ kind: 'invalid' })
    expect(taken()).toEqual([])
  })
})
