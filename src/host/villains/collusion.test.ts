// Two equivocators of four fork the chain without a word between them; one never does.

import { expect, test } from 'vitest'
import { Theatre } from './theatre.fixture.ts'

test('equivocator: two of four lead two honest validators to different blocks', async () => {
  const theatre = await Theatre.open({ villains: { 2: 'equivocator', 3: 'equivocator' } })
  let forks: bigint[] = []
  for (let height = 1n; height <= 8n && forks.length === 0; height++) {
    await theatre.play(height, 20_000).catch((e) => { console.log(String(e)) })
    forks = await theatre.forks()
    console.log(height, forks, theatre.equivocations(2), theatre.equivocations(3))
  }
  expect(forks.length).toBeGreaterThan(0)
  await theatre.close()
}, 20000)
