// The line that says how far a search is, on terminals of every width.

import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { SimProgress } from './sim-progress.ts'

test.each<[string, number, number]>([
  ['that does not know its width', 0, 79],
  ['that is narrow', 10, 9],
])('progress: fits a terminal %s', (_title, columns, shown) => {
  const stream = Object.assign(new PassThrough({ encoding: 'utf8' }), { isTTY: true, columns })
  new SimProgress(stream as unknown as NodeJS.WriteStream).show(1, 2, 'seeds'.repeat(30))
  expect(stream.read()).toHaveLength('\r\u001B[2K'.length + shown)
})
