// Verification runs in a browser: nothing that the door reaches is of Node.

import { expect, test } from 'vitest'
import { reachedBeyondCore } from '../../../test/tidy/reach.ts'

test('finality: its door reaches core and the noble packages, nothing of Node', () => {
  expect(reachedBeyondCore('src/core/finality/index.ts')).toEqual([])
})
