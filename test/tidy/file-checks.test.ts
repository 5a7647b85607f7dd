// Each check of single files finds its fault in a tiny bad example, and nothing in a good one.

import { describe, expect, test } from 'vitest'
import * as files from './file-checks.ts'
import { readImportGraph } from './import-graph.ts'
import { makeRepository } from './repository.ts'

const good = { 'src/core/bytes/hex.ts': '// Text of bytes in base 16.\nexport const hex = 1\n' }

describe('file checks', () => {
  test('headers: a file without an opening comment is named', () => {
    const bad = { 'src/core/bytes/hex.ts': 'export const hex = 1\n' }
    expect(files.checkHeaders(makeRepository(bad))).toEqual([
      'src/core/bytes/hex.ts:1: begin with a comment: one sentence of purpose',
    ])
    expect(files.checkHeaders(makeRepository(good))).toEqual([])
  })

  test('headers: the opening sentence may wrap and ends with a full stop', () => {
    const wrapped = '// Text of bytes\n// in base 16.\n//\n// More of it\n'
    const open = '// Text of bytes\n\nexport const hex = 1\n'
    expect(files.checkHeaders(makeRepository({ 'a.ts': wrapped }))).toEqual([])
    expect(files.checkHeaders(makeRepository({ 'a.ts': open }))).toEqual([
      'a.ts:1: the opening sentence has no full stop',
    ])
  })

  test('headers: a program may begin with its interpreter', () => {
    expect(
      files.checkHeaders(makeRepository({ 'a.ts': '#!/usr/bin/env node\n// Starts.\n' })),
    ).toEqual([])
  })

  test('names: capitals, underscores and empty words are named once', () => {
    const bad = {
      'src/core/utils/hex.ts': '',
      'src/core/utils/base64.ts': '',
      'src/core/bytes/bitArray.ts': '',
      'src/host/peer-manager.ts': '',
      'docs/Guide.md': '',
    }
    expect(files.checkNames(makeRepository(bad))).toEqual([
      'src/core/utils: "utils" says nothing about what is inside',
      'src/core/bytes/bitArray.ts: names are kebab-case',
      'src/host/peer-manager.ts: "manager" says nothing about what is inside',
      'docs/Guide.md: names are kebab-case',
    ])
  })

  test('names: documents of the root and READMEs have capitals', () => {
    const fine = { 'README.md': '', 'CHANGELOG.md': '', 'docs/README.md': '', '.oxlintrc.json': '' }
    expect(files.checkNames(makeRepository(fine))).toEqual([])
  })

  test('exports: a name that says nothing is named', () => {
    const bad = { 'src/core/bytes/hex.ts': '// Hex.\nexport class PeerManager {}\n' }
    const fine = { 'src/core/bytes/hex.ts': '// Hex.\nexport class PeerLibrary {}\n' }
    expect(files.checkExports(readImportGraph(makeRepository(bad)))).toEqual([
      'src/core/bytes/hex.ts:2: "manager" in PeerManager says nothing',
    ])
    expect(files.checkExports(readImportGraph(makeRepository(fine)))).toEqual([])
  })

  test('width: a wide line is named, one long word is not', () => {
    const wide = `// ${'word '.repeat(20)}\n`
    const word = `const key = '${'ab'.repeat(60)}'\n`
    expect(files.checkWidth(makeRepository({ 'a.ts': `${wide}${word}`, 'a.md': wide }))).toEqual([
      'a.ts:1: 103 columns, 100 at most',
    ])
  })

  test('size: 600 lines pass, 601 do not, 401 warn', () => {
    const lines = (count: number): string => 'x\n'.repeat(count)
    const repository = makeRepository({
      'a.ts': lines(601),
      'b.ts': lines(600),
      'c.ts': lines(400),
    })
    expect(files.checkSize(repository)).toEqual([
      'a.ts: 601 lines, 600 at most: a second noun is hiding in it',
    ])
    expect(files.warnOfSize(repository)).toEqual(['b.ts: 600 lines, 400 are plenty'])
  })

  test('markers: what is left to do is named, a longer word is not', () => {
    const marker = ['TO', 'DO'].join('')
    expect(
      files.checkMarkers(makeRepository({ 'a.md': `one\n${marker}: two\n${marker}S\n` })),
    ).toEqual([`a.md:2: ${marker}: finish it or say it in the changelog`])
  })

  test('workplace: an absolute path of one machine is named, one inside another is not', () => {
    const path = (root: string): string => ['', root, 'quadrille'].join('/')
    const inside = `src${path('work')}\nx.org${path('Users')}`
    const text = `${path('work')}\n${inside}\n${path('Users')}\n`
    expect(files.checkWorkplace(makeRepository({ 'a.md': text }))).toEqual([
      `a.md:1: ${path('work').slice(0, 6)}... is a path of one machine`,
      `a.md:4: ${path('Users').slice(0, 7)}... is a path of one machine`,
    ])
  })

  test('tests: those that run alone or not at all are named', () => {
    const text = ['test', `.only('a')\ndescribe.concurrent`, `.skip('b')\nvi`, `.mock('c')\n`]
    expect(files.checkTests(makeRepository({ 'a.test.ts': text.join('') }))).toEqual([
      'a.test.ts:1: .only leaves tests out',
      'a.test.ts:2: .skip leaves tests out',
      'a.test.ts:3: mocks a module: the code lacks a port',
    ])
    expect(files.checkTests(makeRepository({ 'a.test.ts': 'test.skipIf(windows)()\n' }))).toEqual(
      [],
    )
  })
})
