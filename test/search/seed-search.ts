// A search through seeds that goes on where the last one stopped and names the seed that fails.

import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runs, timeLeftMs } from './depth.ts'

export interface SeedSearch extends SearchOptions {
  /** Runs one seed; what it throws fails the search. */
  readonly run: (seed: number) => void | Promise<void>
}

/** A search that runs several seeds at once, or knows more than one of them. */
export interface StreamSearch extends SearchOptions {
  /**
   * Runs the seeds from `from` to `to` and yields once for each, in their order; what it throws is
   * the failure of the seed that is next.
   */
  readonly stream: (from: number, to: number) => AsyncIterable<unknown>
}

interface SearchOptions {
  /** Kebab-case; names the file that remembers the next seed. */
  readonly name: string
  /** How many seeds `npm test` would try. */
  readonly seeds: number
  /** Whether a long run tries as many and no more, because it does more with each. */
  readonly isWhole?: boolean
  /** The first seed, 0 unless given; a search that was cut short goes on with its own seeds. */
  readonly first?: number
  /** Where the next seed is remembered; `.quadrille/search` in the checkout unless given. */
  readonly folder?: string
  /** Whether the time is up; unless given, after half of what is left of the run. */
  readonly isOver?: () => boolean
}

const usualFolder = fileURLToPath(new URL('../../.quadrille/search', import.meta.url))

/**
 * Tries seeds in order, one at least, and answers how many it tried. A search that is cut short by
 * the deadline or by a failure continues from that seed the next time; one that comes to its end
 * starts over. With QUADRILLE_SEED in the environment exactly this seed is run.
 */
export async function searchSeeds(search: SeedSearch | StreamSearch): Promise<number> {
  const only = process.env['QUADRILLE_SEED']
  if (only !== undefined) {
    await runSeeds(search, { next: Number(only), end: Number(only) + 1 }, () => false)
    return 1
  }
  const { folder = usualFolder, isOver = halfOfTheTimeLeft() } = search
  const memory = join(folder, `${search.name}.json`)
  const range = rangeOf(search, recall(memory))
  let seed = range.next
  try {
    await runSeeds(search, range, () => ++seed < range.end && isOver())
  } finally {
    if (seed >= range.end) rmSync(memory, { force: true })
    else remember(memory, { next: seed, end: range.end })
  }
  return seed - range.next
}

/** Searches run one after the other: none takes all the time of those behind it. */
function halfOfTheTimeLeft(): () => boolean {
  const untilMs = Date.now() + timeLeftMs() / 2
  return () => Date.now() >= untilMs
}

/** Seeds from `next` to below `end`. */
interface SeedRange {
  readonly next: number
  readonly end: number
}

/** The seeds that are left of the remembered search, or those of a new one. */
function rangeOf(search: SearchOptions, known: SeedRange | null): SeedRange {
  const { first, seeds, isWhole = false } = search
  const next = first ?? 0
  const end = next + (isWhole ? seeds : runs(seeds))
  if (known === null) return { next, end }
  if (first !== undefined) return known.next < known.end ? known : { next, end }
  return { next: known.next < end ? known.next : next, end }
}

/** Runs seeds until `isLast` says so after one of them. */
async function runSeeds(
  search: SeedSearch | StreamSearch,
  { next, end }: SeedRange,
  isLast: () => boolean,
): Promise<void> {
  let seed = next
  try {
    for await (const _done of 'stream' in search
      ? search.stream(next, end - 1)
      : oneByOne(search, { next, end })) {
      seed++
      if (isLast()) break
    }
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    const text = `${search.name}: seed ${seed} fails (QUADRILLE_SEED=${seed} repeats it): ${reason}`
    throw new Error(text, { cause })
  }
}

async function* oneByOne({ run }: SeedSearch, { next, end }: SeedRange): AsyncGenerator<void> {
  for (let seed = next; seed < end; seed++) {
    await run(seed)
    yield
  }
}

function recall(memory: string): SeedRange | null {
  try {
    const { next, end } = JSON.parse(readFileSync(memory, 'utf8')) as Record<string, unknown>
    return isSeed(next) ? { next, end: isSeed(end) ? end : 0 } : null
  } catch {
    // Nothing remembered, or nothing that can be read: the search starts over.
    return null
  }
}

function isSeed(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}

function remember(memory: string, range: SeedRange): void {
  mkdirSync(dirname(memory), { recursive: true })
  writeFileSync(memory, `${JSON.stringify(range)}\n`)
}
