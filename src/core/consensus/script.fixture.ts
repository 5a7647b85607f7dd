// Plays golden scripts: commands to one machine, and exactly what it answers. A script whose file
// name ends in -paper or -legacy is for that lock rule, every other one holds under both.
//
// A script is prose with commands. A line that begins with "> " is a command, the lines below it up
// to the next empty line or command are the machine's reaction: its effects in order, then its
// place and its locks. Commands, with four validators v0 to v3 and blocks A to Z:
//
//   > start self=v1 powers=1,1,1,1 wait-for-txs later skip-commit-timeout last=0,1,2
//   > proposal A round=1 pol=0        the proposal of that round's proposer, without its parts
//   > parts A 0,2 round=1             parts of a block, all of them when none is named
//   > prevote v1,v2 A round=0         verified votes; nil is a block name; precommit likewise
//   > late-precommit v3 A             a precommit of the height before
//   > built A | built none            answers to build-block
//   > valid A | invalid A             answers to validate-block
//   > signed | refused                answers to all open requests for a signature
//   > timeout propose round=0         of new-height, propose, prevote or precommit
//   > txs                             the mempool has transactions
//   > next powers=1,1,1               the next height begins, with other validators where given
//
// `height=` may be given wherever `round=` may. Blocks whose names are D to F have three parts.

import { VoteSet, VoteType } from '../types/index.ts'
import type { LockRule, Part, ValidatorSet } from '../types/index.ts'
import { CHAIN_ID, TIMEOUTS, blockNamed, cheapCrypto, idNamed } from './cast.fixture.ts'
import { makeValidators, signProposal, signVote } from './cast.fixture.ts'
import type { Effect } from './effect.ts'
import type { Input } from './input.ts'
import { printEffect, printPlace } from './script-print.fixture.ts'
import { makeConsensus, votesOf } from './state.ts'
import type { ConsensusState } from './state.ts'
import type { Timeout } from './timeout.ts'
import { transition } from './transition.ts'

/** The words of a command: its name, what it is about, and its key=value pairs. */
interface Command {
  readonly name: string
  readonly words: readonly string[]
  readonly options: ReadonlyMap<string, string>
}

function parseCommand(line: string): Command {
  const [name = '', ...rest] = line.trim().split(/\s+/)
  const options = rest.filter((word) => word.includes('=')).map((word) => word.split('='))
  return {
    name,
    words: rest.filter((word) => !word.includes('=')),
    options: new Map(options.map(([key = '', value = '']) => [key, value])),
  }
}

/** One machine under a script. */
export class Player {
  readonly #rule: LockRule
  #state: ConsensusState | null = null
  #requests: Effect[] = []
  #immediately = true

  constructor(rule: LockRule) {
    this.#rule = rule
  }

  /** Runs one command and answers the printed reaction. */
  play(line: string): readonly string[] {
    const command = parseCommand(line)
    const inputs = command.name === 'start' ? this.#start(command) : this.#inputs(command)
    const printed: string[] = []
    for (const input of inputs) printed.push(...this.#apply(input))
    return [...printed, printPlace(this.#now)]
  }

  get #now(): ConsensusState {
    if (this.#state === null) throw new Error('a script begins with start')
    return this.#state
  }

  #start({ words, options }: Command): readonly Input[] {
    const powers = (options.get('powers') ?? '1,1,1,1').split(',').map(Number)
    const validatorSet = makeValidators(powers)
    const self = options.get('self') ?? 'none'
    this.#state = makeConsensus({
      chainId: CHAIN_ID,
      crypto: cheapCrypto,
      lockRule: this.#rule,
      self: self === 'none' ? null : (validatorSet.get(indexOf(self))?.address ?? null),
      timeouts: TIMEOUTS,
      skipTimeoutCommit: words.includes('skip-commit-timeout'),
    })
    const last = options.get('last')
    this.#immediately = !words.includes('later')
    return [
      {
        kind: 'start-height',
        height: last === undefined ? 1n : 2n,
        validatorSet,
        lastPrecommits: last === undefined ? null : lastPrecommits(validatorSet, last),
        waitForTxs: words.includes('wait-for-txs'),
        immediately: this.#immediately,
      },
    ]
  }

  #inputs(command: Command): readonly Input[] {
    const { name, words, options } = command
    const state = this.#now
    const height = BigInt(options.get('height') ?? state.height)
    const round = Number(options.get('round') ?? state.round)
    const [first = '', second = ''] = words
    switch (name) {
      case 'proposal': {
        const polRound = Number(options.get('pol') ?? -1)
        const content = { height, round, polRound, blockId: idNamed(first) }
        return [{ kind: 'proposal', proposal: signProposal(state.validatorSet, content) }]
      }
      case 'parts':
        return partsOf(first, second).map((part) => ({ kind: 'block-part', height, round, part }))
      case 'prevote':
      case 'precommit': {
        const place = { type: VoteType[name], height, round }
        return votes(state.validatorSet, first, place, second)
      }
      case 'late-precommit': {
        const lastRound = Number(options.get('round') ?? 0)
        const place = { type: VoteType.precommit, height: height - 1n, round: lastRound }
        const voters = state.lastPrecommits?.validatorSet ?? state.validatorSet
        return votes(voters, first, place, second)
      }
      case 'built':
        return [
          {
            kind: 'block-built',
            height,
            round,
            block: first === 'none' ? null : blockNamed(first),
          },
        ]
      case 'valid':
      case 'invalid':
        return [
          { kind: 'block-validity', height, blockId: idNamed(first), valid: name === 'valid' },
        ]
      case 'signed':
      case 'refused':
        return this.#answers(name)
      case 'timeout':
        return [{ kind: 'timeout', timeout: { height, round, step: first as Timeout['step'] } }]
      case 'txs':
        return [{ kind: 'txs-available', height }]
      case 'next':
        return [this.#next(options.get('powers'))]
      default:
        throw new Error(`unknown command ${name}`)
    }
  }

  #answers(name: 'signed' | 'refused'): readonly Input[] {
    const requests = this.#requests
    this.#requests = []
    return requests.map((request) => this.#answer(request, name === 'refused'))
  }

  #answer(request: Effect, isRefused: boolean): Input {
    const { validatorSet, context } = this.#now
    if (request.kind === 'sign-proposal') {
      if (isRefused) return { ...request, kind: 'sign-refused', what: 'proposal' }
      return { kind: 'signed-proposal', proposal: signProposal(validatorSet, request) }
    }
    if (request.kind !== 'sign-vote') throw new Error('not a request for a signature')
    const { type, height, round, blockId } = request
    const what = type === VoteType.prevote ? 'prevote' : 'precommit'
    if (isRefused) return { kind: 'sign-refused', height, round, what }
    const index = validatorSet.indexOf(context.self ?? new Uint8Array(0))
    return {
      kind: 'signed-vote',
      vote: signVote(validatorSet, index, { type, height, round }, blockId),
    }
  }

  #next(powers: string | undefined): Input {
    const { height, commitRound } = this.#now
    const changed = powers?.split(',').map(Number)
    const validatorSet = changed ? makeValidators(changed) : this.#now.validatorSet
    return {
      kind: 'start-height',
      height: height + 1n,
      validatorSet,
      lastPrecommits: votesOf(this.#now, commitRound).precommits,
      waitForTxs: false,
      immediately: this.#immediately,
    }
  }

  #apply(input: Input): readonly string[] {
    const { state, effects } = transition(this.#now, input)
    this.#state = state
    for (const effect of effects) {
      const isRequest = effect.kind === 'sign-vote' || effect.kind === 'sign-proposal'
      if (isRequest) this.#requests.push(effect)
    }
    return effects.map((effect) => printEffect(state, effect))
  }
}

function indexOf(name: string): number {
  return Number(name.slice(1))
}

function partsOf(name: string, which: string): readonly Part[] {
  const { partSet } = blockNamed(name)
  const wanted = which === '' ? partSet.bits.indexes() : which.split(',').map(Number)
  return wanted.flatMap((index) => partSet.get(index) ?? [])
}

function votes(
  validatorSet: ValidatorSet,
  who: string,
  place: { type: VoteType; height: bigint; round: number },
  name: string,
): readonly Input[] {
  const blockId = idNamed(name)
  return who.split(',').map((voter) => ({
    kind: 'vote',
    vote: signVote(validatorSet, indexOf(voter), place, blockId),
  }))
}

function lastPrecommits(validatorSet: ValidatorSet, who: string): VoteSet {
  const place = { type: VoteType.precommit, height: 1n, round: 0 } as const
  let votes = VoteSet.empty({ ...place, validatorSet })
  for (const index of who.split(',').map(Number)) {
    const added = votes.add(signVote(validatorSet, index, place, idNamed('Z')))
    if (added.kind === 'added') votes = added.voteSet
  }
  return votes
}

/** Plays a whole script under a lock rule and answers it with the reactions as they are now. */
export function playScript(text: string, rule: LockRule): string {
  const player = new Player(rule)
  const result: string[] = []
  let inReaction = false
  for (const line of text.trimEnd().split('\n')) {
    if (line.startsWith('> ')) {
      if (inReaction) result.push('')
      result.push(line, ...player.play(line.slice(2)))
      inReaction = true
    } else if (!inReaction || line === '') {
      result.push(line)
      inReaction = false
    }
  }
  return `${result.join('\n')}\n`
}
