// Two villains of one kind collude without a word: more than a third of the power, and the chain
// forks.

import { expect, test } from 'vitest'
import { Theatre } from './theatre.fixture.ts'

const LAST_HEIGHT = 8n

test('equivocator: two of four lead the two honest validators to different blocks', async () => {
  const theatre = await Theatre.open({ villains: { 2: 'equivocator', 3: 'equivocator' } })
  let forks: bigint[] = []
  for (let height = 1n; height <= LAST_HEIGHT && forks.length === 0; height++) {
    await theatre.play(height, 30_000)
    forks = await theatre.forks()
  }
  expect(forks.length).toBe(1)
  // Each of the two can be proved to have voted twice there, and neither of the honest ones.
  const [height] = forks
  for (const liar of [2, 3]) {
    expect(theatre.equivocations(liar)).toContain(`${height}/0/2`)
  }
  for (const honest of [0, 1]) expect(theatre.equivocations(honest)).toEqual([])
  await theatre.close()
})
