// The package door `quadrille/sim`: worlds played by hand.

import { describe, expect, test } from 'vitest'
import { simulate } from './simulate.ts'
import type { RunResult } from './simulate.ts'

// The example of the documents.
const play = (seed: number): Promise<RunResult> => {
  const world = simulate({ validators: 4, seed, latencyMs: [20, 200], loss: 0.01 })
  world.at(1000, () => world.partition([0, 1], [2, 3]))
  world.at(4000, () => world.heal())
  world.byzantine(3, 'equivocator')
  return world.run({ heights: 2 })
}

interface TraceLine {
  readonly atMs?: number
  readonly kind?: string
  readonly height?: number
  readonly end?: { readonly digest: string }
}

const linesOf = ({ trace }: RunResult): TraceLine[] =>
  trace
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as TraceLine)

// A machine that is busy with other tests may take its time.
describe('simulate', { timeout: 60_000 }, () => {
  test('world: is the same for the same seed, and another for another', async () => {
    const [first, again, other] = [await play(42), await play(42), await play(43)]
    expect(first.violations).toEqual([])
    expect(first.committed.filter((height) => height >= 2n).length).toBeGreaterThanOrEqual(3)
    expect([again.digest, again.trace]).toEqual([first.digest, first.trace])
    expect(other.digest).not.toBe(first.digest)
  })

  test('world: nothing is decided while no group has a quorum', async () => {
    const result = await play(42)
    const lines = linesOf(result)
    const [cut, healed] = ['partition', 'heal'].map(
      (kind) => lines.find((line) => line.kind === kind)?.atMs,
    )
    expect([cut, healed]).toEqual([1000, 4000])
    const decided = lines.filter(({ kind, atMs = 0 }) => kind === 'decide' && atMs > 1100)
    expect(decided.length).toBeGreaterThan(0)
    expect(decided.filter(({ atMs = 0 }) => atMs < 4000)).toEqual([])
    expect(lines.at(-1)?.end?.digest).toBe(result.digest)
  })

  test('world: a node that lost its power comes back on its disk', async () => {
    const world = simulate({ validators: 4, seed: 1 })
    world.at(1500, () => world.crash(2))
    world.at(4000, () => world.restart(2))
    const result = await world.run({ heights: 6 })
    expect(result.violations).toEqual([])
    expect(linesOf(result).filter(({ kind }) => kind === 'crash' || kind === 'restart')).toEqual([
      expect.objectContaining({ atMs: 1500, node: 2, kind: 'crash' }),
      expect.objectContaining({ atMs: 4000, node: 2, kind: 'restart' }),
    ])
    expect(result.committed[2]).toBeGreaterThanOrEqual(6n)
  })

  test('world: two liars of four fork it, and both are named', async () => {
    const forks: (readonly number[])[] = []
    for (let seed = 1; seed <= 20 && forks.length === 0; seed++) {
      const world = simulate({ validators: 4, seed })
      world.byzantine(2, 'equivocator')
      world.byzantine(3, 'equivocator')
      const { outcome } = await world.run({ heights: 10, maxMs: 20_000 })
      const fork = outcome.violations.find(({ rule }) => rule === 'agreement')
      if (fork !== undefined) forks.push(fork.culprits)
    }
    expect(forks).toEqual([[2, 3]])
  })

  test('world: refuses what no world can have', async () => {
    expect(() => simulate({ validators: 0, seed: 1 })).toThrow(/^validators: expected/)
    expect(() => simulate({ validators: 4, seed: 1, votingPowers: [1] })).toThrow(/^powers: /)
    expect(() => simulate({ validators: 4, seed: 1, loss: 2 })).toThrow(/^network\.loss: /)
    const world = simulate({ validators: 4, seed: 1 })
    expect(() => world.byzantine(3, 'liar')).toThrow(/^byzantine\.0\.villain: expected one of equi/)
    expect(() => world.crash(4)).toThrow('expected a node from 0 to 3, got 4')
    for (const ms of [-5, Number.NaN, Infinity]) {
      expect(() => world.at(ms, () => {})).toThrow(
        `at: expected milliseconds from 0 to 100000000000, got ${ms}`,
      )
    }
    expect(() => world.partition([0, 1], [1, 2])).toThrow(
      'partition: expected each node once, got [[0,1],[1,2]]',
    )
    await world.run({ heights: 1, maxMs: 2000 })
    await expect(world.run({ heights: 1 })).rejects.toThrow('a world runs once')
  })
})
