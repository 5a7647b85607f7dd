// Plays a transcript of a document and compares what is printed, with masks over what differs from
// run to run.

import type { DocBlock } from '../tidy/doc-blocks.ts'
import type { DocClone } from './doc-clone.ts'

/** What stands for the folder of the clone in documents. */
const FOLDER = '/home/you/quadrille'

const MASKS: readonly (readonly [RegExp, string])[] = [
  [/\b(dev|chain|test-chain)-[0-9A-Za-z]{6}\b/g, '$1-XXXXXX'],
  [/\b[0-9a-f]{40}\b/g, 'NODE-ID'],
  [/\bhash [0-9A-F]{12}\b/g, 'hash HASH'],
  [/\bproposer node[0-3]\b/g, 'proposer NODE'],
  [/\b\d+ txs? +/g, 'TXS '],
  [/\bafter \d+\.\d\d s$/g, 'after TIME'],
  [/\btook \d+\.\d s \(\d+ virtual seconds per second\)$/g, 'took TIME'],
  [/\b(2[6-9]|3[0-2])\d{3}\b/g, 'PORT'],
  [/\bat height \d+;/g, 'at height HEIGHT;'],
]
/** Said by a devnet when the usual ports are taken, as they are while tests run. */
const PORTS_TAKEN = /^ports \d+ and up are taken/

interface Step {
  readonly command: string
  /** Printed before the stop, or at all. */
  readonly before: readonly string[]
  /** Printed after `^C`; null when the command ends by itself. */
  readonly after: readonly string[] | null
}

/** Whether a block shows commands with what they print. */
export function isTranscript({ language, code }: DocBlock): boolean {
  return language === 'text' && code.startsWith('$ ')
}

/** Plays the commands one after the other; what is not as the block says, or nothing. */
export async function compareTranscript(clone: DocClone, block: DocBlock): Promise<string> {
  for (const step of stepsOf(block.code)) {
    const printed = step.after === null ? await clone.shell(step.command) : await play(clone, step)
    const lines = linesOf(clone, printed.out)
    const complaint = difference(step, lines)
    if (complaint !== null) {
      const place = `${block.file}:${block.line}: $ ${step.command}`
      return `${place}\n${complaint}\nprinted:\n${printed.out}`
    }
  }
  return ''
}

async function play(clone: DocClone, { command, before }: Step): Promise<{ readonly out: string }> {
  const running = clone.start(command)
  const shown = await running.lines(before.length, (line) => !PORTS_TAKEN.test(line))
  return shown ? running.interrupt() : running.ended
}

function stepsOf(code: string): readonly Step[] {
  return code
    .split(/^\$ /m)
    .slice(1)
    .map((text) => {
      const [command = '', ...lines] = text.trimEnd().split('\n')
      const stop = lines.indexOf('^C')
      if (stop < 0) return { command, before: lines, after: null }
      return { command, before: lines.slice(0, stop), after: lines.slice(stop + 1) }
    })
}

// Between the last line shown and the stop a command may print more of the same.
function difference({ before, after }: Step, lines: readonly string[]): string | null {
  const last = after ?? []
  if (after === null && lines.length > before.length) return 'prints more'
  const tail = last.length === 0 ? [] : lines.slice(-last.length)
  const pairs = [
    ...before.map((line, i) => [line, lines[i]] as const),
    ...last.map((line, i) => [line, tail[i]] as const),
  ]
  for (const [said, is] of pairs) {
    const expected = maskLine(said)
    if (is !== expected) return `expected  ${expected}\nbut it is ${is ?? 'nothing'}`
  }
  return null
}

function linesOf(clone: DocClone, out: string): readonly string[] {
  const lines = out.replaceAll(clone.folder, FOLDER).split('\n')
  if (lines.at(-1) === '') lines.pop()
  return lines.filter((line) => !PORTS_TAKEN.test(line)).map(maskLine)
}

function maskLine(line: string): string {
  return MASKS.reduce((text, [pattern, mask]) => text.replace(pattern, mask), line)
}
