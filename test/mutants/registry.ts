// Every mistake that the tests are known to notice; each row is a reason why its killer exists.

import { algorithm, script } from './algorithm-mutants.ts'
import type { Mutant } from './mutant.ts'

const TYPES = 'src/core/types'

/** Mistakes in counting and checking what the algorithm counts. */
const counting: readonly Mutant[] = [
  {
    name: 'two-thirds-suffice',
    mistake: 'exactly two thirds of the power are a quorum',
    file: `${TYPES}/validator-set.ts`,
    find: 'return 3n * power > 2n * this.totalVotingPower',
    replace: 'return 3n * power >= 2n * this.totalVotingPower',
    killer: script('flaw 7 more than two thirds (paper)'),
  },
  {
    name: 'one-third-suffices',
    mistake: 'exactly one third of the power pulls a node into a later round',
    file: `${TYPES}/validator-set.ts`,
    find: 'return 3n * power > this.totalVotingPower',
    replace: 'return 3n * power >= this.totalVotingPower',
    killer: script('flaw 7 more than one third (paper)'),
  },
  {
    name: 'heads-are-counted',
    mistake: 'each vote counts one, whatever power is behind it',
    file: `${TYPES}/vote-set.ts`,
    find: 'const { votingPower } = this.validatorSet.validators[index] as { votingPower: bigint }',
    replace:
      'const votingPower = this.validatorSet.totalVotingPower / BigInt(this.validatorSet.size)',
    killer: script('flaw 7 power not heads (paper)'),
  },
  {
    name: 'first-vote-wins',
    mistake: 'the second vote of an equivocator is dropped, and the polka it completes with it',
    file: `${TYPES}/vote-set.ts`,
    find: "if (value !== undefined && value.votes[index] !== null) return { kind: 'duplicate' }",
    replace: "if (this.votes[index] !== null) return { kind: 'duplicate' }",
    killer: script('flaw 6 conflicting votes count for their values (paper)'),
  },
  {
    name: 'commit-of-two-thirds',
    mistake: 'a commit counts signatures for nil as signatures for its block',
    file: `${TYPES}/commit-verification.ts`,
    find: 'if (isForBlock) power += signer.votingPower',
    replace: 'power += signer.votingPower',
    killer: {
      file: `${TYPES}/commit-verification.test.ts`,
      title: 'full verification commit: more than two thirds for the block are needed',
    },
  },
  {
    name: 'commit-signatures-unchecked',
    mistake: 'a commit is believed without looking at its signatures',
    file: `${TYPES}/commit-verification.ts`,
    find: 'if (isKnown || verifySignature(crypto, pubKey, signBytes, signature)) return null',
    replace: 'return null',
    killer: {
      file: `${TYPES}/commit-verification.test.ts`,
      title: 'full verification commit: a wrong signature anywhere refuses it, for nil too',
    },
  },
]

const POOL = 'src/core/message-pool'

/** Mistakes in what is let in. */
const admission: readonly Mutant[] = [
  {
    name: 'votes-unverified',
    mistake: 'a vote counts before its signature is verified',
    file: `${POOL}/message-pool.ts`,
    find: "if (peerId !== null && !this.#isSigned(screened)) return refused('wrong signature')",
    replace: '',
    killer: {
      file: `${POOL}/message-pool.test.ts`,
      title: 'votes of the height message pool: refuses a wrong signature and stores nothing of it',
    },
  },
  {
    name: 'proposer-unchecked',
    mistake: 'anybody may propose',
    file: `${POOL}/message-pool.ts`,
    find: 'if (!isOwn && !this.#isSignedByProposer(proposals, proposal)) {',
    replace: 'if (false) {',
    killer: {
      file: `${POOL}/proposals.test.ts`,
      title: 'proposals flaw 12: only the proposer of the round may propose',
    },
  },
  {
    name: 'rounds-unbounded',
    mistake: 'a peer may open as many rounds ahead as it likes',
    file: `${POOL}/message-pool.ts`,
    find: 'if (!this.#isCatchUp(round) || peerId === null) return null',
    replace: 'return null',
    killer: {
      file: `${POOL}/message-pool.test.ts`,
      title:
        'bounds on heights and rounds flaw 19: one peer leads at most two rounds ahead, and the ' +
        'next round is free',
    },
  },
  {
    name: 'evidence-unverified',
    mistake: 'a proof of a double vote is believed without its signatures',
    file: 'src/core/faults/duplicate-vote.ts',
    find: "if (!isSigned(voteA)) return 'the signature of vote A is wrong'",
    replace: 'if (isSigned(voteA) || !isSigned(voteA)) return null',
    killer: {
      file: 'src/core/faults/faults.test.ts',
      title: 'proof of a double vote proof: a vote that was not signed accuses nobody',
    },
  },
]

/** Mistakes in what is remembered over a crash. */
const durability: readonly Mutant[] = [
  {
    name: 'no-sign-state',
    mistake: 'the signer signs a second value for one height, round and step',
    file: 'src/host/privval/file-signer.ts',
    find: 'if (order === 0) return this.#again(request)',
    replace: '',
    killer: {
      file: 'src/host/privval/file-signer.test.ts',
      title:
        'file signer: refusals file signer: of two different votes asked for at once it signs one',
    },
  },
  {
    name: 'sign-state-after-the-signature',
    mistake: 'a signature is given out before its record is durable',
    file: 'src/host/privval/file-signer.ts',
    find: 'await this.#save({ height, round, step, signature, signBytes }, request.after)',
    replace: 'void this.#save({ height, round, step, signature, signBytes }).catch(() => {})',
    killer: {
      file: 'src/host/privval/file-signer.test.ts',
      title:
        'file signer: durability file signer: file and directory are synced before the signature ' +
        'is given out',
    },
  },
  {
    name: 'timers-lost',
    mistake: 'a timeout that the algorithm asks for is never set on the clock',
    file: 'src/host/engine/effect-handlers.ts',
    find: 'this.#options.timeouts.schedule(timeout, Math.max(0, durationMs - passed))',
    replace: 'void timeout',
    killer: {
      file: 'src/host/engine/replay.test.ts',
      title:
        'replay of the log replay: a lock of round 0 holds after the restart and decides round 1',
    },
  },
  {
    name: 'sign-before-sync',
    mistake: 'a vote leaves before the inputs that led to it are in the log on disk',
    file: 'src/host/engine/effect-handlers.ts',
    find: 'const after = this.#options.wal.sync()',
    replace: 'const after = Promise.resolve()',
    killer: {
      file: 'src/host/engine/replay.test.ts',
      title: 'replay of the log replay: the state that a signature came from is there again',
    },
  },
  {
    name: 'signer-before-log',
    mistake: 'the sign state may hold a vote whose inputs the log has lost',
    file: 'src/host/engine/effect-handlers.ts',
    find: 'Promise.all([sign({ after }), after])',
    replace: 'Promise.all([sign({}), after])',
    killer: {
      file: 'src/host/engine/late-signature.test.ts',
      title: 'a prevote: what led to it is in the log on disk before the signer has a record of it',
    },
  },
  {
    name: 'timeouts-not-replayed',
    mistake: 'a restarted node waits again for a timeout that it has acted upon',
    file: 'src/host/engine/engine.ts',
    find: '  #replay(input: RecordedInput): void {',
    replace: "  #replay(input: RecordedInput): void {\n    if (input.kind === 'timeout') return",
    killer: {
      file: 'src/host/engine/replay.test.ts',
      title: 'replay of the log replay: a timeout that has fired is not waited for again',
    },
  },
  {
    name: 'old-rounds-not-gossiped',
    mistake: 'a peer gets votes of its own round only',
    file: 'src/host/gossip/pump.ts',
    find: 'if (round > link.known.round + 1 && round !== ourRound) continue',
    replace: 'if (round !== link.known.round) continue',
    killer: {
      file: 'src/host/gossip/reactor.test.ts',
      title: 'gossip of votes votes: those of an old round and of the next one go to a peer too',
    },
  },
  {
    name: 'vote-of-another-height',
    mistake: 'a vote that waits for its signature takes its place from the height that is on then',
    file: 'src/host/engine/effect-handlers.ts',
    find: 'const sign = prepare(signer)',
    replace: 'const sign = () => prepare(signer)()',
    killer: {
      file: 'src/host/engine/late-signature.test.ts',
      title: 'a precommit that waits behind a prevote: has the place of its own height',
    },
  },
  {
    name: 'block-of-the-future',
    mistake: 'a proposed block may be ahead of the clock by any time',
    file: 'src/host/engine/effect-handlers.ts',
    find: 'if (ahead > BLOCK_TIME_TOLERANCE_NS)',
    replace: 'if (ahead < -BLOCK_TIME_TOLERANCE_NS * BLOCK_TIME_TOLERANCE_NS)',
    killer: {
      file: 'src/host/engine/clock-ahead.test.ts',
      title: 'block time: more than a minute ahead of the clock gets no prevote, less does',
    },
  },
  {
    name: 'written-is-durable',
    mistake: 'records that were handed to the disk pass for synced',
    file: 'src/host/wal/write-ahead-log.ts',
    find: ' && this.#durable === this.#chain.sequence - 1',
    replace: '',
    killer: {
      file: 'src/host/wal/write-ahead-log.test.ts',
      title:
        'write-ahead log: durability write-ahead log: a sync waits for a record that was ' +
        'written on its way too',
    },
  },
  {
    name: 'damage-in-the-log-unseen',
    mistake: 'a record of the log is read without its checksum',
    file: 'src/host/wal/frame.ts',
    find: 'checksums.of(offset + LENGTH, offset + size) !== checksum',
    replace: 'checksum < 0',
    killer: {
      file: 'src/host/wal/damage.test.ts',
      title:
        'write-ahead log: corruption write-ahead log: every flipped bit is found; ' +
        'the last record passes for torn',
    },
  },
]

/** Mistakes in what may follow what. */
const chain: readonly Mutant[] = [
  {
    name: 'validators-change-at-once',
    mistake: 'an update of validators acts at the next height instead of the one after it',
    file: 'src/core/chain/apply-results.ts',
    find: 'validators: chainState.nextValidators,',
    replace: 'validators: nextValidators.value,',
    killer: {
      file: 'src/core/chain/apply-results.test.ts',
      title: 'results of a block validator changes: of height H act at H + 2',
    },
  },
  {
    name: 'restart-by-the-next-set',
    mistake: 'the stored precommits of the last height are read by the validators of the next one',
    file: 'src/host/replica/foundation.ts',
    find: 'VoteSet.fromCommit(commit, lastValidators)',
    replace: 'VoteSet.fromCommit(commit, chainState.validators)',
    killer: {
      file: 'src/host/replica/validators-change.test.ts',
      title: 'validators change: who restarts in the middle of it, or was away, goes on',
    },
  },
  {
    name: 'served-by-the-next-set',
    mistake: 'who is behind is sent the commit of a height as the validators of the next one',
    file: 'src/host/replica/stored-blocks.ts',
    find: 'stateStore.loadValidators(height)',
    replace: 'stateStore.loadValidators(height + 1n)',
    killer: {
      file: 'src/host/replica/validators-change.test.ts',
      title: 'validators change: who restarts in the middle of it, or was away, goes on',
    },
  },
  {
    name: 'evidence-by-the-present-set',
    mistake: 'whoever has left the set since cannot be proved guilty any more',
    file: 'src/host/evidence/chain-judge.ts',
    find: 'load(needs.validators, (at) => this.#loadValidators(at))',
    replace: 'load(needs.validators, () => this.#loadValidators(facts.lastBlockHeight + 1n))',
    killer: {
      file: 'src/host/simulator/world.test.ts',
      title: 'a calm world a liar that loses all its power: is proved guilty of what it did before',
    },
  },
  {
    name: 'app-hash-unchecked',
    mistake: 'a block may name any state of the application',
    file: 'src/core/chain/block-validation.ts',
    find: 'if (!equalBytes(given, wanted)) {\n      return `${name} ',
    replace: "if (name !== 'appHash' && !equalBytes(given, wanted)) {\n      return `${name} ",
    killer: {
      file: 'src/core/chain/block-validation.test.ts',
      title:
        'block validation header: each field that differs from the chain state refuses the block',
    },
  },
  {
    name: 'time-may-stand-still',
    mistake: 'a block may have the time of the block before it',
    file: 'src/core/chain/block-validation.ts',
    find: 'time <= chainState.lastBlockTime',
    replace: 'time < chainState.lastBlockTime',
    killer: {
      file: 'src/core/chain/block-validation.test.ts',
      title: 'block time time: must be after the last block even when the median is not',
    },
  },
  {
    name: 'one-median-rule',
    mistake: 'precommits for nil have a say in the block time of every chain',
    file: `${TYPES}/median-time.ts`,
    find: "if (rule === 'commit-only' && blockIdFlag !== BlockIdFlag.commit) continue",
    replace: '',
    killer: {
      file: 'src/core/chain/block-validation.test.ts',
      title: 'block time time: is the median by the rule of the chain and not by the other rule',
    },
  },
]

/** All of them, each killed by the test that it names. */
export const mutants: readonly Mutant[] = [
  ...algorithm,
  ...counting,
  ...admission,
  ...durability,
  ...chain,
]
