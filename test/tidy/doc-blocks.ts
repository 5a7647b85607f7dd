// The fenced code blocks of Markdown documents, with the marks by which doc tests find those they
// run.

export interface DocBlock {
  readonly file: string
  /** Of the first line of code. */
  readonly line: number
  /** The first word behind the fence; empty when there is none. */
  readonly language: string
  /** The further words: `run` for a block that doc tests execute. */
  readonly marks: readonly string[]
  readonly code: string
}

/**
 * Reads the blocks of one document, in order. A fence that is never closed ends with the document.
 */
export function readDocBlocks(file: string, markdown: string): DocBlock[] {
  const blocks: DocBlock[] = []
  const lines = markdown.split('\n')
  for (let index = 0; index < lines.length; index += 1) {
    const [, indent = '', fence, info = ''] =
      /^(\s*)(`{3,}|~{3,})(.*)$/.exec(lines[index] ?? '') ?? []
    if (fence === undefined) continue
    const first = index + 1
    do index += 1
    while (index < lines.length && lines[index]?.trim() !== fence)
    const [language = '', ...marks] = info.trim().split(/\s+/)
    const code = lines.slice(first, index).map((line) => line.replace(indent, ''))
    blocks.push({ file, line: first + 1, language, marks, code: code.join('\n') })
  }
  return blocks
}
