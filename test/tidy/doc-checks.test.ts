// Each check of documents finds its fault in a tiny bad example, and nothing in a good one.

import { describe, expect, test } from 'vitest'
import { readDocBlocks } from './doc-blocks.ts'
import { checkDocBlocks, checkLinks, checkMap } from './doc-checks.ts'
import { makeRepository } from './repository.ts'

const fence = '```'

describe('doc checks', () => {
  test('blocks: language, marks, code and line are read, also in lists', () => {
    const first = `${fence}ts run name=a\nf()\n${fence}`
    const second = `  ${fence}text\n  g()\n  ${fence}`
    const text = `One:\n\n${first}\n\n- Two:\n${second}\n`
    expect(readDocBlocks('a.md', text)).toEqual([
      { file: 'a.md', line: 4, language: 'ts', marks: ['run', 'name=a'], code: 'f()' },
      { file: 'a.md', line: 9, language: 'text', marks: [], code: 'g()' },
    ])
  })

  test('blocks: program text that is not marked to be run is named', () => {
    const text = `${fence}ts run\n${fence}\n${fence}sh\nls\n${fence}\n${fence}\n${fence}\n`
    expect(checkDocBlocks(makeRepository({ 'a.md': text, 'a.ts': text }))).toEqual([
      'a.md:3: the block is not marked to be run: write `sh run`, or `text`',
      'a.md:6: the code block names no language (`text` for plain text)',
    ])
  })

  test('map: folders that are missing and rows that lie are named', () => {
    const rows = '| folder | what |\n|---|---|\n| `src/core` | a |\n| `lost/` | b |\n'
    const readme = `# X\n\n## Map\n\n${rows}\n## End\n`
    const files = {
      'README.md': readme,
      'src/core/a/b.ts': '',
      'src/host/a/b.ts': '',
      'docs/a.md': '',
    }
    expect(checkMap(makeRepository(files))).toEqual([
      'README.md: the map lacks src/host',
      'README.md: the map lacks docs',
      'README.md: the map names lost, which is not there',
    ])
    expect(checkMap(makeRepository({ 'README.md': '# X\n' }))).toEqual([
      'README.md: no heading "## Map" with a table of the folders',
    ])
  })

  test('links: one that leads nowhere is named, code and the web are not looked at', () => {
    const text = `[a](../b.md#c) [d](lost.md)\n${fence}text\n[e](lost.md)\n${fence}\n[f](https://f.org)\n`
    expect(checkLinks(makeRepository({ 'docs/a.md': text }), (path) => path === 'b.md')).toEqual([
      'docs/a.md:1: the link to lost.md leads nowhere',
    ])
  })
})
