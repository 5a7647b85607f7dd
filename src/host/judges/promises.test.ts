// Each judge of a promise acquits the lawful and convicts who breaks it.

import { describe, expect, test } from 'vitest'
import {
  NIL_BLOCK_ID,
  SignedMsgType,
  VoteType,
  makeBlock,
  makeBlockId,
} from '../../core/types/index.ts'
import type { LockRule, PublicKey, Vote } from '../../core/types/index.ts'
import { History, blockIdOf, crypto, signProposal, signVote } from './history.fixture.ts'
import type { Key, Link } from './history.fixture.ts'
import { Court } from './index.ts'
import type { Committed, Observation, RuleName, Setting, ToldFault } from './index.ts'

const NODES = [0, 1, 2, 3]

/** What a lawful node says of a height that is decided in round 0. */
function factsOf(history: History, link: Link, nodes: readonly number[] = NODES): Observation[] {
  const { blockId } = link
  const polkas = [{ round: 0, blockId }]
  const fields = { lockedRound: 0, lockedValue: blockId, validRound: 0, validValue: blockId }
  return [
    history.proposed(link),
    ...nodes.map((node) => history.voted(node, link, { type: VoteType.prevote })),
    ...nodes.map((node) => history.voted(node, link, {}, { polkas, fields })),
    ...nodes.map((node) => history.committed(node, link)),
  ]
}

function judge(
  history: History,
  facts: readonly Observation[],
  setting: Partial<Setting> = {},
): Court {
  const court = new Court(history.setting(setting))
  for (const fact of facts) court.see(fact)
  return court
}

function detailsOf(court: Court, rule: RuleName): string[] {
  return court.violations().flatMap((each) => (each.rule === rule ? [each.detail] : []))
}

function historyOf(heights: number, lockRule: LockRule = 'paper'): History {
  const history = new History([10n, 10n, 10n, 10n], { lockRule })
  for (let height = 0; height < heights; height += 1) history.extend()
  return history
}

test.each(['paper', 'comet-legacy'] as const)('court: acquits a lawful history by %s', (rule) => {
  const history = historyOf(5, rule)
  const facts = history.links.flatMap((link) => factsOf(history, link))
  const healed: Observation = { kind: 'healed', atMs: 0, core: NODES }
  const ended: Observation = { kind: 'ended', atMs: 6000 }
  expect(judge(history, [healed, ...facts, ended]).violations()).toEqual([])
  // Nodes that get the blocks later, or hear of one twice, change nothing.
  const late = history.links.flatMap((link) => NODES.map((node) => history.committed(node, link)))
  expect(judge(history, [...facts, ...late]).violations()).toEqual([])
})

describe('validity', () => {
  const history = historyOf(2)
  const first = factsOf(history, history.links[0] ?? history.last)
  const { last } = history

  const remade = (node: number, appHash: Uint8Array): Committed => {
    const contents = { ...last.block, lastCommit: last.block.lastCommit }
    const block = { ...contents, header: { ...contents.header, appHash } }
    const { blockId } = makeBlockId(crypto, block)
    const place = { height: 2n, round: 0, blockId }
    const commit = history.commitOf(place, last.before.validators)
    return { ...history.committed(node, last), block, blockId, commit }
  }

  test('validity: a block that breaks a rule convicts who commits it', () => {
    const court = judge(history, [...first, remade(1, new Uint8Array(8))])
    expect(detailsOf(court, 'validity')).toEqual(['node 1: block 2 is not valid: app hash'])
    expect(court.violations().map(({ culprits }) => culprits)).toEqual([[1]])
  })

  test('validity: a commit without enough good signatures convicts', () => {
    const weak = history.commitOf(last.commit, last.before.validators, ['nil', 'absent'])
    const court = judge(history, [...first, { ...history.committed(2, last), commit: weak }])
    expect(detailsOf(court, 'validity')).toEqual(['node 2: the commit of block 2: power 20 of 40'])
  })

  test('validity: a prevote for a block that is not valid convicts', () => {
    const bad = remade(3, new Uint8Array(8))
    const { partSet } = makeBlockId(crypto, bad.block)
    const link = { ...last, blockId: bad.blockId, partSet }
    const vote = history.voted(3, link, { type: VoteType.prevote })
    expect(detailsOf(judge(history, [...first, vote]), 'validity')).toEqual([
      'node 3: prevotes a block at 2/0 that is not valid: app hash',
    ])
  })

  test('validity: a proposal of a block that is not valid convicts', () => {
    const fact = history.proposed(last)
    expect(detailsOf(judge(history, [...first, fact]), 'validity')).toEqual([])
    const bad = remade(fact.node, new Uint8Array(8))
    const { partSet } = makeBlockId(crypto, bad.block)
    const proposal = history.proposed({ ...last, blockId: bad.blockId, partSet })
    expect(detailsOf(judge(history, [...first, proposal]), 'validity')).toEqual([
      `node ${fact.node}: proposes a block at 2/0 that is not valid: app hash`,
    ])
  })

  test('validity: a height without the one below convicts', () => {
    const court = judge(history, [history.committed(0, last)])
    expect(detailsOf(court, 'validity').join()).toContain('before the height below it')
  })
})

describe('double sign', () => {
  const history = historyOf(4)
  const link = history.links[0] ?? history.last
  const crash: Observation = { kind: 'crashed', atMs: 1500, node: 1 }
  const vote = history.voted(1, link, { type: VoteType.prevote })
  const twice = (...facts: readonly Observation[]): string[] =>
    detailsOf(judge(history, facts), 'double-sign')

  test('double sign: the same message again after a crash is lawful', () => {
    expect(twice(vote, crash, vote)).toEqual([])
  })

  test('double sign: another vote in the same step convicts, nil and later times too', () => {
    const nil = history.voted(1, link, { type: VoteType.prevote, blockId: NIL_BLOCK_ID })
    expect(twice(vote, crash, nil)).toEqual(['node 1: signs twice: prevote 1/0'])
    const later = history.voted(1, link, { type: VoteType.prevote, timestamp: 5n })
    expect(twice(vote, later)).toEqual(['node 1: signs twice: prevote 1/0'])
    const other = history.voted(2, link, { type: VoteType.prevote, blockId: NIL_BLOCK_ID })
    const round = history.voted(1, link, { type: VoteType.prevote, round: 1 })
    expect(twice(vote, other, round)).toEqual([])
  })

  test('double sign: a second proposal convicts, with another polka round too', () => {
    const proposal = history.proposed(link)
    const other = history.proposed(link, { blockId: blockIdOf(1) })
    expect(twice(proposal, proposal)).toEqual([])
    expect(twice(proposal, other).join()).toContain('signs twice: proposal 1/0')
  })

  test('double sign: going back to an earlier round or step convicts', () => {
    const prevote = { type: VoteType.prevote, round: 1 }
    const later = history.voted(1, link, prevote)
    const precommit = history.voted(1, link, {})
    expect(twice(vote, precommit, later, precommit)).toEqual([])
    expect(twice(vote, later, precommit)).toEqual(['node 1: signs precommit 1/0 after prevote 1/1'])
    expect(twice(precommit, crash, vote)).toEqual(['node 1: signs prevote 1/0 after precommit 1/0'])
  })

  test('double sign: going back to an old height convicts', () => {
    const [old, ...others] = history.links.map((each) => history.voted(1, each, {}))
    const back = history.voted(1, link, { round: 1 })
    if (old === undefined) throw new Error('there are votes')
    expect(twice(...others, back)).toEqual(['node 1: signs precommit 1/1 after precommit 4/0'])
  })
})

describe('proposer schedule', () => {
  const history = historyOf(3)
  const facts = history.links.flatMap((link) => factsOf(history, link))
  const { last } = history

  test('proposer: a proposal out of turn convicts', () => {
    const link = history.links[0] ?? last
    const fact = history.proposed(link)
    const node = (fact.node + 1) % 4
    const found = detailsOf(judge(history, [{ ...fact, node }]), 'proposer')
    expect(found).toEqual([`node ${node} proposes at 1/0, the turn of node ${fact.node}`])
    const skipped = history.proposed(link, { round: 3 })
    expect(detailsOf(judge(history, [skipped]), 'proposer')).toEqual([])
  })

  test('proposer: who prevotes for a proposal of somebody else convicts', () => {
    const link = history.links[0] ?? last
    const type = VoteType.prevote
    const { node, proposal } = history.proposed(link)
    const of = (key: Key): Observation => {
      const foreign = signProposal(key, proposal)
      return history.voted(1, link, { type }, { fields: { proposal: foreign } })
    }
    expect(detailsOf(judge(history, [of(history.key(node))]), 'proposer')).toEqual([])
    expect(detailsOf(judge(history, [of(history.key((node + 1) % 4))]), 'proposer')).toEqual([
      'node 1 takes a proposal of 1/0 that its proposer did not sign',
    ])
  })

  test('proposer: other priorities or members than the reference convict', () => {
    const committed = history.committed(2, last)
    const rotated = { ...committed, validators: committed.validators.withPriorityIncremented(1) }
    expect(detailsOf(judge(history, [...facts, rotated]), 'proposer').join()).toMatch(
      /^node 2 has other validators at height 3: priority/,
    )
    const changed = { ...committed, validators: new History([10n, 10n, 10n]).state.validators }
    expect(detailsOf(judge(history, [...facts, changed]), 'proposer').join()).toContain('3 of them')
  })
})

describe('block time', () => {
  const history = historyOf(3)
  const facts = history.links.slice(0, 2).flatMap((link) => factsOf(history, link))
  const { last } = history
  const found = (time: bigint, setting: Partial<Setting> = {}, skewMs?: number): string => {
    const block = { ...last.block, header: { ...last.block.header, time } }
    const skewed: Observation[] =
      skewMs === undefined ? [] : NODES.map((node) => ({ kind: 'skewed', atMs: 0, node, skewMs }))
    const fact = { ...history.committed(0, last), block }
    return detailsOf(judge(history, [...skewed, ...facts, fact], setting), 'block-time').join()
  }
  const { time } = last.block.header

  test('block time: the median of honest timestamps is lawful', () => {
    expect(found(time)).toBe('')
  })

  test('block time: what does not move on, or nobody honest signed, convicts', () => {
    const before = history.links[1]?.block.header.time ?? 0n
    expect(found(before)).toContain('is not after the block before')
    expect(found(time + 1_000_000_000n)).toContain('lies outside the timestamps of honest signers')
    expect(found(time - 500_000_000n)).toContain('lies outside')
  })

  test('block time: ahead of or behind every honest clock convicts', () => {
    expect(found(time, { skewMs: [-3000, -3000, -3000, -3000] })).toContain('ahead of every')
    expect(found(time, { skewMs: [3000, 3000, 3000, 3000] })).toContain('behind every')
    expect(found(time, { skewMs: [3000, 3000, 3000, 3000] }, 0)).toBe('')
  })

  test('block time: the timestamp of a villain convicts', () => {
    const [, , , fourth] = last.before.lastValidators?.validators ?? []
    const liar = history.nodeOf(fourth?.address ?? new Uint8Array(0))
    const latest = last.block.lastCommit?.signatures[3]?.timestamp ?? 0n
    expect(found(latest)).toBe('')
    expect(found(latest, { villains: [liar] })).toContain('lies outside')
  })

  test('block time: half of the fewest signatures, rounded down, names the earliest', () => {
    const odd = new History([11n, 10n, 5n, 5n])
    odd.extend()
    odd.extend({ ballots: ['block', 'block', 'absent', 'absent'] })
    const link = odd.extend()
    const facts = odd.links.slice(0, 2).flatMap((each) => factsOf(odd, each))
    const early = link.block.header.time - 700_000_000n
    const block = { ...link.block, header: { ...link.block.header, time: early } }
    const verdict = (villains: readonly number[]): string => {
      const court = judge(odd, [...facts, { ...odd.committed(0, link), block }], { villains })
      return detailsOf(court, 'block-time').join()
    }
    expect(verdict([1])).toBe('')
    expect(verdict([2])).toContain('lies outside the timestamps of honest signers')
    expect(verdict([2])).toContain('is behind every honest clock')
  })

  test('block time: nothing is asked for when villains have a third', () => {
    expect(found(time + 1_000_000_000n, { villains: [0, 1] })).toBe('')
  })
})

describe('faults that are told', () => {
  const history = historyOf(1)
  const told = (change: Partial<ToldFault>, villains: readonly number[] = []): string => {
    const validators = [history.key(2).address]
    const place = { atMs: 1000, node: 0, height: 1n, isProved: true }
    const fact: Observation = { kind: 'told-fault', fault: 'equivocation', ...place, validators }
    return detailsOf(
      judge(history, [{ ...fact, ...change }], { villains }),
      'accountability',
    ).join()
  }

  test('told: a proved fault of somebody honest convicts who tells it', () => {
    expect(told({})).toBe('node 0 tells of equivocation of honest node 2 at height 1')
    expect(told({}, [2])).toBe('')
  })

  test('told: suspicions, and absence, may be of anybody', () => {
    expect(told({ isProved: false, fault: 'amnesia' })).toBe('')
    expect(told({ fault: 'downtime' })).toBe('')
  })
})

describe('equal execution, memory, halting', () => {
  const history = historyOf(2)
  const { last } = history
  const facts = history.links.flatMap((link) => factsOf(history, link, [0, 1]))

  test('app hash: another hash from the same block convicts both', () => {
    const response = { ...last.response, appHash: new Uint8Array(8).fill(2) }
    const other = { ...history.committed(2, last), response, appHash: response.appHash }
    const court = judge(history, [...facts, other])
    expect(court.violations()).toHaveLength(1)
    expect(court.violations()[0]).toMatchObject({ rule: 'app-hash', culprits: [0, 2] })
    const kept = { ...history.committed(2, last), appHash: response.appHash }
    expect(detailsOf(judge(history, [...facts, kept]), 'app-hash').join()).toContain(
      'keeps another',
    )
  })

  test('app hash: other results with the same hash convict', () => {
    const result = {
      code: 1,
      data: new Uint8Array(0),
      log: '',
      info: '',
      gasWanted: 0n,
      gasUsed: 0n,
      events: [],
      codespace: '',
    }
    const other = (fields: object) => ({ ...history.committed(2, last), ...fields })
    const results = { ...last.response, txResults: [result] }
    const found = detailsOf(judge(history, [...facts, other({ response: results })]), 'app-hash')
    expect(found.join()).toContain('different results')
    const of = (node: number, change: object): Observation => {
      const txResults = [{ ...result, ...change }]
      return { ...history.committed(node, last), response: { ...last.response, txResults } }
    }
    const [first] = history.links
    const before = first === undefined ? [] : factsOf(history, first)
    const pair = (change: object): string[] =>
      detailsOf(judge(history, [...before, of(0, {}), of(1, change)]), 'app-hash')
    expect(pair({ log: 'a log is a node’s own' })).toEqual([])
    expect(pair({ data: Uint8Array.of(1) })).toEqual([
      'height 2: nodes 1 and 0 have different results',
    ])
    expect(pair({ gasUsed: 1n })).toHaveLength(1)
  })

  test('app hash: other changes of parameters or keys convict', () => {
    const evidence = { maxAgeNumBlocks: 1n, maxAgeDuration: 1n, maxBytes: 1n }
    const { pubKey } = history.key(3)
    const found = (first: object, second: object): number => {
      const facts = [first, second].map((change, node) => {
        return { ...history.committed(node, last), response: { ...last.response, ...change } }
      })
      const [link = last] = history.links
      const court = judge(history, [...factsOf(history, link), ...facts])
      return detailsOf(court, 'app-hash').length
    }
    const params = (maxBytes: bigint): object => {
      return { consensusParamUpdates: { evidence: { ...evidence, maxBytes } } }
    }
    expect(found(params(1n), params(1n))).toBe(0)
    expect(found(params(1n), params(2n))).toBe(1)
    expect(found(params(1n), {})).toBe(1)
    const power = (type: PublicKey['type']): object => {
      return { validatorUpdates: [{ pubKey: { ...pubKey, type }, power: 5n }] }
    }
    expect(found(power('ed25519'), power('ed25519'))).toBe(0)
    expect(found(power('ed25519'), power('secp256k1'))).toBe(1)
  })

  test('app hash: what an application is told of signers and offenders is in the block', () => {
    const seats = [...last.before.validators.validators]
    const flags = last.block.lastCommit?.signatures.map(({ blockIdFlag }) => blockIdFlag) ?? []
    const votes = seats.map(({ address, votingPower: power }, index) => {
      return { address, power, flag: flags[index] ?? 0 }
    })
    const { hash } = last.blockId
    const lawful = { kind: 'executed', atMs: 2500, node: 1, height: 2n, hash, votes } as const
    const found = (change: object): number => {
      const told = { ...lawful, misbehavior: [], ...change }
      const before = detailsOf(judge(history, [told, ...facts]), 'app-hash').length
      expect(detailsOf(judge(history, [...facts, told]), 'app-hash')).toHaveLength(before)
      return before
    }
    expect(found({})).toBe(0)
    expect(found({ votes: [] })).toBe(1)
    expect(found({ votes: votes.toReversed() })).toBe(1)
    expect(found({ votes: votes.with(0, { ...lawful.votes[0], flag: 1 } as never) })).toBe(1)
    const guilty = { kind: 'duplicate-vote', address: seats[0]?.address, power: 10n, height: 1n }
    expect(found({ misbehavior: [{ ...guilty, time: 0n, total: 40n }] })).toBe(1)
    // Of a block that nobody has committed nothing is known.
    expect(found({ hash: new Uint8Array(32), votes: [] })).toBe(0)
  })

  test('memory: more than the bound convicts', () => {
    const held = (count: number): Observation => ({
      kind: 'held',
      atMs: 5,
      node: 3,
      what: 'pool-messages',
      count,
      bound: 10,
    })
    expect(judge(history, [held(10)]).violations()).toEqual([])
    expect(judge(history, [held(11)]).violations()).toEqual([
      {
        rule: 'memory',
        detail: 'node 3 holds 11 pool-messages, 10 are allowed',
        culprits: [3],
        atMs: 5,
      },
    ])
  })

  test('halted: a node that stops without a fault convicts', () => {
    const stopped = (isExcused: boolean): Observation => ({
      kind: 'stopped',
      atMs: 5,
      node: 1,
      reason: 'a bug',
      isExcused,
    })
    expect(judge(history, [stopped(true)]).violations()).toEqual([])
    expect(detailsOf(judge(history, [stopped(false)]), 'halted')).toEqual(['node 1 stops: a bug'])
    expect(judge(history, [stopped(false)], { villains: [2, 3] }).violations()).toEqual([])
    // What became of the powers since the genesis counts.
    const grown = new History([10n, 10n, 10n, 10n])
    const { pubKey } = grown.key(3)
    grown.extend({ response: { validatorUpdates: [{ pubKey, power: 50n }] } })
    const told = [...factsOf(grown, grown.last), stopped(false)]
    expect(detailsOf(judge(grown, told, { villains: [3] }), 'halted')).toEqual([])
    expect(detailsOf(judge(grown, told, { villains: [2] }), 'halted')).toHaveLength(1)
  })
})

describe('progress', () => {
  const history = historyOf(2)
  const facts = history.links.flatMap((link) => factsOf(history, link, [0, 1, 2]))
  const healed: Observation = { kind: 'healed', atMs: 2600, core: [0, 1, 2] }
  const at = (atMs: number): Observation => ({ kind: 'ended', atMs })
  const nilVote = (round: number, atMs: number): Observation => {
    const vote: Vote = signVote(history.key(0), {
      type: SignedMsgType.prevote,
      height: 3n,
      round,
      timestamp: BigInt(round),
    })
    const link = { ...history.last, before: history.state, block: makeBlock(crypto, heightThree) }
    const state = history.consensus(link, { round, fields: { proposal: null } })
    return { kind: 'signed-vote', atMs, node: 0, vote, state }
  }
  const three = history.propose()
  const heightThree = { ...three, lastCommit: history.last.commit }
  const found = (...all: readonly Observation[]): string =>
    detailsOf(judge(history, all), 'progress').join()

  test('progress: waiting is lawful as long as the rounds allow it', () => {
    expect(found(...facts, healed, at(10_000))).toBe('')
    expect(found(...facts, healed, ...[0, 1, 2, 3].map((round) => nilVote(round, 5000)))).toBe('')
  })

  test('progress: no block within the time of the rounds convicts', () => {
    expect(found(...facts, healed, at(200_000))).toBe('node 0, 1, 2 never gets past height 2')
    // Without healing, or with a core that cannot decide, nothing is owed.
    expect(found(...facts, at(200_000))).toBe('')
    expect(found(...facts, { ...healed, core: [0, 1] }, at(200_000))).toBe('')
  })

  test('progress: one member that is left behind convicts', () => {
    const long = historyOf(60)
    const two = long.links.flatMap((link) => factsOf(long, link, [0, 1]))
    const late = { ...healed, atMs: 0 }
    const court = judge(long, [late, ...two])
    const [detail] = detailsOf(court, 'progress')
    expect(detail).toBe('node 2 lacks block 1 for 7000 ms, which another of the core has')
  })

  test('progress: a member that does not get what another one has convicts', () => {
    const [one, two] = history.links
    if (one === undefined || two === undefined) throw new Error('there are two heights')
    const { gossipMs } = history.setting()
    const [toOne, toOthers] = [factsOf(history, two, [0]), factsOf(history, two, [1, 2])]
    const given = [...factsOf(history, one, [0, 1, 2]), { ...healed, atMs: 2000 }, ...toOne]
    const dueMs = history.momentOf(two) + 6000 + 4 * gossipMs
    expect(found(...given, at(dueMs))).toBe('')
    expect(found(...given, at(dueMs + 1))).toMatch(/^node 1 lacks block 2 for \d+ ms/)
    expect(found(...given, ...toOthers, at(dueMs + 1))).toBe('')
    // What was there before healing is owed from then on.
    const before = [...factsOf(history, one, [0, 1, 2]), ...toOne, { ...healed, atMs: 5000 }]
    expect(found(...before, at(dueMs + 1))).toBe('')
    expect(found(...before, at(11_001 + 4 * gossipMs))).toMatch(/^node 1 lacks block 2/)
  })

  test('progress: a core that signs nothing for two rounds convicts, whatever time is left', () => {
    expect(found(...facts, healed, nilVote(0, 5000), at(14_000))).toBe('')
    expect(found(...facts, healed, nilVote(0, 5000), at(16_000))).toBe(
      'nobody of the core signs anything at height 3 for 11000 ms',
    )
    // A core that goes on is given the time of all rounds.
    const rounds = [0, 1, 2, 3].map((round) => nilVote(round, 5000 + 6000 * round))
    expect(found(...facts, healed, ...rounds, at(24_000))).toBe('')
  })

  test('progress: who decides waits for members that are still on their way', () => {
    const long = historyOf(30)
    const ahead = long.links.flatMap((link) => factsOf(long, link, [0, 1]))
    const behind = long.links.flatMap((link) =>
      factsOf(long, link, [2]).map((fact) => ({ ...fact, atMs: 3 * long.momentOf(link) })),
    )
    const facts = [...ahead, ...behind].toSorted((a, b) => a.atMs - b.atMs)
    const told = (...more: readonly Observation[]): readonly string[] =>
      detailsOf(judge(long, [{ ...healed, atMs: 0 }, ...facts, ...more]), 'progress')
    expect(told()).toEqual([])
    expect(told(at(95_000))).toEqual([])
    expect(told(at(300_000))).toEqual(['node 0, 1, 2 never gets past height 30'])
  })

  test('progress: too many fair rounds without a decision convict', () => {
    const rounds = Array.from({ length: 12 }, (_, round) => nilVote(round, 5000))
    expect(found(...facts, healed, ...rounds)).toBe('height 3 has no decision in 5 fair rounds')
    // Rounds that are too short for the network count for nothing.
    const slow = judge(history, [...facts, healed, ...rounds], { gossipMs: 10_000 })
    expect(detailsOf(slow, 'progress')).toEqual([])
  })
})
