// What a signer signs, what it repeats, what it refuses, and that no crash makes it sign twice.

import { describe, expect, test } from 'vitest'
import { concatBytes, equalBytes, fromUtf8, toUtf8 } from '../../core/bytes/index.ts'
import type { Crypto } from '../../core/crypto/index.ts'
import { nobleCrypto, verifySignature } from '../../core/crypto/index.ts'
import type { BlockId, Proposal, Vote } from '../../core/types/index.ts'
import {
  NIL_BLOCK_ID,
  proposalSignBytes,
  verifyVoteExtension,
  voteSignBytes,
} from '../../core/types/index.ts'
import { MemoryFiles, MemoryRandom } from '../memory/index.ts'
import type { FileSigner } from './file-signer.ts'
import { generateFileSigner, loadFileSigner } from './signer-files.ts'

const chainId = 'test-chain'
const crypto = nobleCrypto
/** Signatures that cost one hash, for the many runs of the crash test. */
const cheapCrypto: Crypto = {
  ...nobleCrypto,
  publicKeyEd25519: (seed) => nobleCrypto.sha256(seed),
  signEd25519: (seed, message) => cheapSignature(nobleCrypto.sha256(seed), message),
  verifyEd25519: (pubKey, message, signature) =>
    equalBytes(signature, cheapSignature(pubKey, message)),
}
const cheapSignature = (pubKey: Uint8Array, message: Uint8Array): Uint8Array => {
  const half = nobleCrypto.sha256(concatBytes(pubKey, message))
  return concatBytes(half, half)
}
const keyPath = '/home/config/priv_validator_key.json'
const statePath = '/home/data/priv_validator_state.json'
const EMPTY = new Uint8Array(0)

const blockId = (fill: number): BlockId => ({
  hash: new Uint8Array(32).fill(fill),
  partSetHeader: { total: 1, hash: new Uint8Array(32).fill(fill + 1) },
})

const voteOf = (signer: FileSigner, fields: Partial<Vote> = {}): Vote => ({
  type: 1,
  height: 5n,
  round: 0,
  blockId: blockId(1),
  timestamp: 1_700_000_000_123_456_789n,
  validatorAddress: signer.address,
  validatorIndex: 0,
  signature: EMPTY,
  extension: EMPTY,
  extensionSignature: EMPTY,
  ...fields,
})

const proposalOf = (fields: Partial<Proposal> = {}): Proposal => ({
  type: 32,
  height: 5n,
  round: 0,
  polRound: -1,
  blockId: blockId(1),
  timestamp: 1_700_000_000_123_456_789n,
  signature: EMPTY,
  ...fields,
})

async function makeSigner(
  files = new MemoryFiles(),
  crypto: Crypto = nobleCrypto,
): Promise<{ files: MemoryFiles; signer: FileSigner }> {
  await files.makeDirectory('/home/config')
  await files.makeDirectory('/home/data')
  const random = new MemoryRandom(1)
  return { files, signer: await generateFileSigner({ files, crypto, random, keyPath, statePath }) }
}

const reload = (files: MemoryFiles, crypto: Crypto = nobleCrypto): Promise<FileSigner> =>
  loadFileSigner({ files, crypto, keyPath, statePath })

describe('file signer: signatures', () => {
  test('file signer: signs votes and proposals so that they verify', async () => {
    const { signer } = await makeSigner()
    const proposal = await signer.signProposal(chainId, proposalOf())
    const vote = await signer.signVote(chainId, voteOf(signer))
    if (!proposal.ok || !vote.ok) throw new Error('refused')
    const { pubKey } = signer
    const { signature } = proposal.value
    expect(
      verifySignature(crypto, pubKey, proposalSignBytes(chainId, proposal.value), signature),
    ).toBe(true)
    expect(
      verifySignature(crypto, pubKey, voteSignBytes(chainId, vote.value), vote.value.signature),
    ).toBe(true)
  })

  test('file signer: signs the extension of a precommit for a block, when asked to', async () => {
    const { signer } = await makeSigner()
    const signExtension = { signExtension: true }
    const precommit = voteOf(signer, { type: 2, extension: toUtf8('price: 5') })
    const signed = await signer.signVote(chainId, precommit, signExtension)
    const empty = await signer.signVote(
      chainId,
      voteOf(signer, { type: 2, height: 6n }),
      signExtension,
    )
    const nil = await signer.signVote(
      chainId,
      voteOf(signer, { type: 2, height: 7n, blockId: NIL_BLOCK_ID }),
      signExtension,
    )
    const unasked = await signer.signVote(chainId, voteOf(signer, { type: 2, height: 8n }))
    if (!signed.ok || !empty.ok || !nil.ok || !unasked.ok) throw new Error('refused')
    expect(verifyVoteExtension(crypto, chainId, signed.value, signer.pubKey)).toBe(true)
    expect(verifyVoteExtension(crypto, chainId, empty.value, signer.pubKey)).toBe(true)
    expect(nil.value.extensionSignature).toEqual(EMPTY)
    expect(unasked.value.extensionSignature).toEqual(EMPTY)
  })

  test('file signer: the same message gets the same signature, after a restart too', async () => {
    const { files, signer } = await makeSigner()
    const first = await signer.signVote(chainId, voteOf(signer))
    expect(await signer.signVote(chainId, voteOf(signer))).toEqual(first)
    expect(await (await reload(files)).signVote(chainId, voteOf(signer))).toEqual(first)
  })

  test('file signer: gives the last signature again, and none of those before', async () => {
    const { files, signer } = await makeSigner()
    await signer.signVote(chainId, voteOf(signer))
    const precommit = await signer.signVote(chainId, voteOf(signer, { type: 2 }))
    for (const each of [signer, await reload(files)]) {
      expect(await each.signVote(chainId, voteOf(signer, { type: 2 }))).toEqual(precommit)
      const before = await each.signVote(chainId, voteOf(signer))
      expect(before).toMatchObject({ error: { kind: 'step-regression' } })
    }
  })

  test.each([
    ['one nanosecond later', 1n],
    ['an hour later', 3_600_000_000_000n],
    ['earlier', -5_000_000_000n],
  ])('file signer: a message with another time (%s) gets old time and signature', async (_, by) => {
    const { files, signer } = await makeSigner()
    const proposal = await signer.signProposal(chainId, proposalOf())
    const moved = proposalOf({ timestamp: proposalOf().timestamp + by })
    expect(await signer.signProposal(chainId, moved)).toEqual(proposal)
    const vote = await signer.signVote(chainId, voteOf(signer))
    const later = voteOf(signer, { timestamp: voteOf(signer).timestamp + by })
    expect(await signer.signVote(chainId, later)).toEqual(vote)
    expect(await (await reload(files)).signVote(chainId, later)).toEqual(vote)
  })

  test('file signer: the address and index of a vote are not signed and may differ', async () => {
    const { signer } = await makeSigner()
    const first = await signer.signVote(chainId, voteOf(signer))
    const second = await signer.signVote(chainId, voteOf(signer, { validatorIndex: 3 }))
    expect(first.ok && second.ok && equalBytes(first.value.signature, second.value.signature)).toBe(
      true,
    )
  })
})

describe('file signer: refusals', () => {
  const signedAt = async (): Promise<FileSigner> => {
    const { signer } = await makeSigner()
    await signer.signVote(chainId, voteOf(signer, { height: 10n, round: 3, type: 1 }))
    return signer
  }

  test.each<[string, Partial<Vote>]>([
    ['height-regression', { height: 9n, round: 9, type: 2 }],
    ['round-regression', { height: 10n, round: 2, type: 2 }],
    ['conflicting-data', { height: 10n, round: 3, type: 1, blockId: blockId(7) }],
    ['conflicting-data', { height: 10n, round: 3, type: 1, blockId: NIL_BLOCK_ID }],
    ['conflicting-data', { height: 10n, round: 3, blockId: blockId(7), timestamp: 1n }],
    ['not-signable', { height: 11n, type: 32 }],
    ['not-signable', { height: 11n, type: 1, extension: toUtf8('x') }],
  ])('file signer: refuses a vote with %s (%o)', async (kind, fields) => {
    const signer = await signedAt()
    const refused = await signer.signVote(chainId, voteOf(signer, fields))
    expect(refused).toMatchObject({
      ok: false,
      error: { kind, last: { height: 10n, round: 3, step: 2 } },
    })
  })

  test('file signer: refuses a proposal after a vote of its round, signs the next', async () => {
    const signer = await signedAt()
    const refused = await signer.signProposal(chainId, proposalOf({ height: 10n, round: 3 }))
    expect(refused).toMatchObject({
      error: {
        kind: 'step-regression',
        reason:
          'the proposal of height 10, round 3 lies before the prevote of height 10, round 3, ' +
          'which was signed already',
      },
    })
    expect((await signer.signProposal(chainId, proposalOf({ height: 10n, round: 4 }))).ok).toBe(
      true,
    )
    expect((await signer.signVote(chainId, voteOf(signer, { height: 10n, round: 4 }))).ok).toBe(
      true,
    )
  })

  test('file signer: refuses the same vote for another chain', async () => {
    const { signer } = await makeSigner()
    await signer.signVote(chainId, voteOf(signer))
    expect(await signer.signVote('other-chain', voteOf(signer))).toMatchObject({
      error: { kind: 'conflicting-data' },
    })
  })

  test('file signer: refuses a proposal that differs in its proof-of-lock round', async () => {
    const { signer } = await makeSigner()
    await signer.signProposal(chainId, proposalOf({ round: 2 }))
    const other = proposalOf({ round: 2, polRound: 1, timestamp: 7n })
    expect(await signer.signProposal(chainId, other)).toMatchObject({
      error: { kind: 'conflicting-data' },
    })
  })

  test('file signer: of two different votes asked for at once it signs one', async () => {
    const { signer } = await makeSigner()
    const both = await Promise.all([
      signer.signVote(chainId, voteOf(signer)),
      signer.signVote(chainId, voteOf(signer, { blockId: NIL_BLOCK_ID })),
    ])
    expect(both.map(({ ok }) => ok)).toEqual([true, false])
  })
})

describe('file signer: durability', () => {
  /** Votes a validator could be talked into: two for every place. */
  const temptations = (signer: FileSigner): Vote[][] =>
    [1, 2].flatMap((type) =>
      [5n, 6n].map((height) => [
        voteOf(signer, { type, height }),
        voteOf(signer, { type, height, blockId: blockId(9) }),
      ]),
    )

  /**
   * Signs until the machine stops at a step of the disk; answers what got out and what was left on
   * disk.
   */
  async function signUntil(
    crashAt: number,
    keepUnsynced: (index: number) => boolean,
  ): Promise<{ steps: number; out: Vote[]; after: MemoryFiles }> {
    let steps = 0
    let after: MemoryFiles | null = null
    const files: MemoryFiles = new MemoryFiles({
      beforeStep: () => {
        if (steps++ === crashAt) after = files.crash((_, index) => keepUnsynced(index))
      },
    })
    const out: Vote[] = []
    try {
      const { signer } = await makeSigner(files, cheapCrypto)
      for (const [first] of temptations(signer)) {
        const signed = await signer.signVote(chainId, first!)
        if (signed.ok) out.push(signed.value)
      }
    } catch {
      // The machine is down.
    }
    return { steps, out, after: after ?? files.crash() }
  }

  test('file signer: after a crash at any step of the disk it contradicts nothing', async () => {
    const whole = await signUntil(-1, () => false)
    expect(whole.out).toHaveLength(3)
    expect(whole.steps).toBeGreaterThanOrEqual(25)
    let cases = 0
    for (let crashAt = 0; crashAt < whole.steps; crashAt++) {
      for (let kept = 0; kept < 8; kept++) {
        const { out, after } = await signUntil(crashAt, (index) => ((kept >> index) & 1) === 1)
        cases++
        if ((await after.readFile(keyPath)) === null) continue
        const signer = await reload(after, cheapCrypto)
        for (const votes of temptations(signer)) {
          for (const vote of votes.toReversed()) {
            const again = await signer.signVote(chainId, vote)
            if (again.ok) out.push(again.value)
          }
        }
        expect(contradictions(out), `crash at ${crashAt}, keeping ${kept}`).toEqual([])
      }
    }
    expect(cases).toBe(8 * whole.steps)
  })

  function contradictions(votes: readonly Vote[]): string[] {
    const signed = new Map<string, string>()
    const found: string[] = []
    for (const vote of votes) {
      const place = `${vote.height}/${vote.round}/${vote.type}`
      const what = `${vote.blockId.hash.join()} ${vote.timestamp}`
      if ((signed.get(place) ?? what) !== what) found.push(place)
      signed.set(place, what)
    }
    return found
  }

  test('file signer: file and directory are synced before the signature is given out', async () => {
    const { files, signer } = await makeSigner()
    const signed = await signer.signVote(chainId, voteOf(signer))
    expect(files.unsyncedChanges).toBe(0)
    const again = await (await reload(files.crash())).signVote(chainId, voteOf(signer))
    expect(again).toEqual(signed)
  })

  test('file signer: the record waits for what has to be on disk before it', async () => {
    const { files, signer } = await makeSigner()
    const place = async (): Promise<bigint> => (await reload(files)).lastSigned.height
    const ask = [
      (after: Promise<void>) => signer.signVote(chainId, voteOf(signer), { after }),
      (after: Promise<void>) => signer.signProposal(chainId, proposalOf({ height: 6n }), { after }),
    ]
    const seen: bigint[] = []
    for (const sign of ask) {
      let allow = (): void => {}
      const signed = sign(new Promise((resolve) => (allow = resolve)))
      // Other work of the disk gives the record all the time that it wants.
      await files.writeFileDurable('/home/data/other', EMPTY, { mode: 0o600 })
      await files.writeFileDurable('/home/data/other', EMPTY, { mode: 0o600 })
      seen.push(await place())
      allow()
      expect(await signed).toMatchObject({ ok: true })
      seen.push(await place())
    }
    expect(seen).toEqual([0n, 5n, 5n, 6n])
  })

  test('file signer: signs nothing any more when what comes before its record fails', async () => {
    const { files, signer } = await makeSigner()
    const after = Promise.reject(new Error('the log is full'))
    const failed = expect.objectContaining({ code: 'PRIVVAL_STATE_WRITE_FAILED' })
    await expect(signer.signVote(chainId, voteOf(signer), { after })).rejects.toEqual(failed)
    await expect(signer.signVote(chainId, voteOf(signer))).rejects.toEqual(failed)
    expect((await reload(files)).lastSigned.height).toBe(0n)
  })

  test.each(['create', 'write', 'sync', 'rename', 'sync-directory'] as const)(
    'file signer: after a failed %s it rejects, gives out no signature and never signs again',
    async (kind) => {
      let armed = false
      const files = new MemoryFiles({
        beforeStep: (step) => {
          if (armed && step.kind === kind) throw new Error('EIO: injected')
        },
      })
      const { signer } = await makeSigner(files)
      armed = true
      const failed = expect.objectContaining({ code: 'PRIVVAL_STATE_WRITE_FAILED' })
      await expect(signer.signVote(chainId, voteOf(signer))).rejects.toEqual(failed)
      armed = false
      const next = voteOf(signer, { height: 6n })
      await expect(signer.signVote(chainId, next)).rejects.toEqual(failed)
      await expect(signer.signProposal(chainId, proposalOf({ height: 7n }))).rejects.toEqual(failed)
    },
  )

  test('file signer: a refusal or a repetition writes nothing', async () => {
    let steps = 0
    const { signer } = await makeSigner(new MemoryFiles({ beforeStep: () => void steps++ }))
    await signer.signVote(chainId, voteOf(signer))
    steps = 0
    await signer.signVote(chainId, voteOf(signer))
    await signer.signVote(chainId, voteOf(signer, { blockId: NIL_BLOCK_ID }))
    await signer.signVote(chainId, voteOf(signer, { height: 1n }))
    expect(steps).toBe(0)
  })

  test('file signer: the state file is what CometBFT writes', async () => {
    const { files, signer } = await makeSigner()
    const vote = voteOf(signer, { type: 2, height: 12n, round: 1 })
    expect(fromUtf8((await files.readFile(statePath))!)).toBe(
      '{\n  "height": "0",\n  "round": 0,\n  "step": 0\n}',
    )
    const signed = await signer.signVote(chainId, vote)
    if (!signed.ok) throw new Error('refused')
    const signature = Buffer.from(signed.value.signature).toString('base64')
    const signbytes = Buffer.from(voteSignBytes(chainId, vote)).toString('hex').toUpperCase()
    expect(fromUtf8((await files.readFile(statePath))!)).toBe(
      `{\n  "height": "12",\n  "round": 1,\n  "step": 3,\n` +
        `  "signature": "${signature}",\n  "signbytes": "${signbytes}"\n}`,
    )
  })
})
