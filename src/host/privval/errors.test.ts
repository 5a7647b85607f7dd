// What errors advise can be pasted, whatever the home is called.

import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { commandFor, shellWord } from './errors.ts'

test('advised command: a path is one word of a shell, in quotes only where it must be', () => {
  expect(commandFor('init', '/home/you/node-1.x')).toBe(
    '`quadrille init --home /home/you/node-1.x`',
  )
  for (const path of ['/a b', "/it's", '/$HOME/*', '/"q"\\n', '/é;ls', '']) {
    const command = `printf %s ${shellWord(path)}`
    expect(execFileSync('sh', ['-c', command], { encoding: 'utf8' })).toBe(path)
  }
})
