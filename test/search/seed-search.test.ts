// A seed search resumes after an interruption, starts over after its end, and names a failing seed.

import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { searchSeeds } from './seed-search.ts'

describe('searchSeeds', () => {
  let folder = ''
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'quadrille-search-'))
  })
  afterEach(() => {
    rmSync(folder, { recursive: true })
  })

  /** Searches five seeds until `failing`, or until `most` are done; answers the seeds tried. */
  async function search(most: number, failing = -1): Promise<number[]> {
    const tried: number[] = []
    const run = (seed: number): void => {
      tried.push(seed)
      if (seed === failing) throw new Error('two blocks')
    }
    const isOver = (): boolean => tried.length === most
    const count = await searchSeeds({ name: 'forks', seeds: 5, run, folder, isOver })
    expect(count).toBe(tried.length)
    return tried
  }

  test('to the end: every seed once, and nothing is remembered', async () => {
    expect(await search(9)).toEqual([0, 1, 2, 3, 4])
    expect(existsSync(join(folder, 'forks.json'))).toBe(false)
  })

  test('interrupted: the next search goes on from there', async () => {
    expect(await search(2)).toEqual([0, 1])
    expect(await search(1)).toEqual([2])
    expect(await search(9)).toEqual([3, 4])
    expect(await search(1)).toEqual([0])
  })

  test('a first seed: the search begins there; an interrupted one keeps its seeds', async () => {
    const tried: number[] = []
    const go = (first: number, most: number): Promise<number> => {
      const isOver = (): boolean => tried.length === most
      return searchSeeds({
        name: 'fresh',
        seeds: 3,
        first,
        run: (s) => void tried.push(s),
        folder,
        isOver,
      })
    }
    await go(70, 2)
    await go(90, 3)
    await go(90, 5)
    expect(tried).toEqual([70, 71, 72, 90, 91])
  })

  test('a failing seed: it is named, and tried first the next time', async () => {
    await expect(search(9, 3)).rejects.toThrow(
      'forks: seed 3 fails (QUADRILLE_SEED=3 repeats it): two blocks',
    )
    expect(await search(9)).toEqual([3, 4])
  })

  test('a stream: goes on at the seed that failed, and names it', async () => {
    const begun: (readonly [number, number])[] = []
    let failing = 2
    async function* stream(from: number, to: number): AsyncGenerator<void> {
      begun.push([from, to])
      for (let seed = from; seed <= to; seed++) {
        if (seed === failing) throw new Error('two blocks')
        yield
      }
    }
    const go = (): Promise<number> =>
      searchSeeds({ name: 'streamed', seeds: 5, isWhole: true, stream, folder })
    await expect(go()).rejects.toThrow('streamed: seed 2 fails (QUADRILLE_SEED=2 repeats it)')
    failing = 9
    expect([await go(), await go()]).toEqual([3, 5])
    expect(begun).toEqual([
      [0, 4],
      [2, 4],
      [0, 4],
    ])
  })

  test('a memory that cannot be read: the search starts over', async () => {
    writeFileSync(join(folder, 'forks.json'), '{"next":')
    expect(await search(1)).toEqual([0])
  })
})
