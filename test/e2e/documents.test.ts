// The documents do what they say: blocks marked `run` and transcripts are played, quotations are
// compared with their files.
//
// A transcript is a `text` block whose first line begins with `$ `; below each command stands what
// it prints, and `^C` where it is told to stop. What differs from run to run is masked. Every block
// has a clone of its own, in which `npm start` is the built command, and ports of its own.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readDocBlocks } from '../tidy/doc-blocks.ts'
import type { DocBlock } from '../tidy/doc-blocks.ts'
import { readRepository } from '../tidy/repository.ts'
import { DocClone, root } from './doc-clone.ts'
import { compareTranscript, isTranscript } from './doc-transcript.ts'

const documents = [...readRepository(root)].filter(([path]) => path.endsWith('.md'))
const blocks = documents.flatMap(([path, text]) => readDocBlocks(path, text))
const played = blocks.filter((block) => block.marks.includes('run') || isTranscript(block))

const titleOf = ({ file, line, code }: DocBlock): string =>
  `${file}:${line} ${code.split('\n', 1)[0] ?? ''}`

/** What is wrong with a block; empty when it is true. */
const play = async (block: DocBlock): Promise<string> => {
  const clone = new DocClone()
  if (isTranscript(block)) return compareTranscript(clone, block)
  const { code, out } = await (block.language === 'sh'
    ? clone.shell(block.code)
    : clone.program(block.code, block.language))
  return code === 0 ? '' : `${block.file}:${block.line}: exit code ${code}\n${out}`
}

const textBlock = (...lines: string[]): DocBlock => ({
  file: 'x.md',
  line: 1,
  language: 'text',
  marks: [],
  code: lines.join('\n'),
})

describe('documents', () => {
  test('documents: there are programs, shell blocks and transcripts to play', () => {
    const kinds = new Set(played.map(({ language }) => language))
    expect([...kinds].toSorted()).toEqual(['sh', 'text', 'ts'])
  })

  for (const block of played) {
    test.concurrent(`document: ${titleOf(block)}`, async () => {
      expect(await play(block)).toBe('')
    })
  }

  test('documents: a quotation stands in the file that it names', () => {
    let quotations = 0
    for (const [path, text] of documents) {
      const quoted = /(?:From|all of) \[[^\]]+\]\(([^)]+)\):\n\n(`{3,})[^\n]*\n([\s\S]*?)\n\2/g
      for (const [, file = '', , code = ''] of text.matchAll(quoted)) {
        quotations += 1
        const source = readFileSync(join(root, path, '..', file), 'utf8')
        expect(source).toContain(code)
      }
    }
    expect(quotations).toBeGreaterThanOrEqual(2)
  })

  test('documents: every npm command that they name is there', () => {
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>
    }
    const named = documents.flatMap(([path, text]) =>
      [...text.matchAll(/\bnpm (run )?([a-z:]+)/g)]
        .filter(([, run, name]) => run !== undefined || name === 'start' || name === 'test')
        .map(([, , name = '']) => ({ path, name })),
    )
    expect(named.length).toBeGreaterThan(0)
    expect(named.filter(({ name }) => scripts[name] === undefined)).toEqual([])
  })

  test.concurrent('documents: a line that is not true is told', async () => {
    const wrong = [
      textBlock('$ npx quadrille version', '99.0.0'),
      textBlock('$ npx quadrille version', '0.1.0', 'and more'),
      textBlock('$ npm start', '... writing five homes in .quadrille/dev', '^C'),
      { ...textBlock('false | true'), language: 'sh', marks: ['run'] },
      { ...textBlock('sleep 60 &', 'false'), language: 'sh', marks: ['run'] },
      { ...textBlock('const n: number = "1"; void n'), language: 'ts', marks: ['run'] },
      { ...textBlock('throw new Error("thrown")'), language: 'ts', marks: ['run'] },
    ]
    const told = await Promise.all(wrong.map(play))
    expect(told.map((each) => each.slice(0, 'x.md:1'.length))).toEqual(wrong.map(() => 'x.md:1'))
  })
})
