// Wraps the comments that are wider than a line may be, which the formatter leaves as they are.

const commentLine = /^(\s*)(\/\/|\*(?!\/))( ?)(.*)$/
const blockOnOneLine = /^(\s*)\/\*\* (.*) \*\/$/

/**
 * Answers the text with every paragraph of comment that has a line wider than `width` wrapped anew.
 * Tables, code and columns in comments (a bar, or two spaces inside a line) stay as they are, as
 * does all code.
 */
export function wrapComments(text, width = 100) {
  const lines = text.split('\n').flatMap((line) => openBlock(line, width))
  const result = []
  for (let index = 0; index < lines.length;) {
    const paragraph = paragraphAt(lines, index)
    result.push(...wrapParagraph(paragraph, width))
    index += paragraph.length
  }
  return result.join('\n')
}

/** A one-line block comment that is too wide becomes three lines. */
function openBlock(line, width) {
  const [, indent, words] = blockOnOneLine.exec(line) ?? []
  if (words === undefined || line.length <= width) return [line]
  return [`${indent}/**`, `${indent} * ${words}`, `${indent} */`]
}

/** The lines from `start` on that flow into one another. */
function paragraphAt(lines, start) {
  const first = commentLine.exec(lines[start])
  let end = start + 1
  if (first === null || !isProse(first[4])) return lines.slice(start, end)
  while (end < lines.length) {
    const next = commentLine.exec(lines[end])
    const flows = next !== null && next[1] === first[1] && next[2] === first[2]
    if (!flows || !isProse(next[4]) || startsAnew(next[4])) break
    end += 1
  }
  return lines.slice(start, end)
}

function isProse(words) {
  return words !== '' && !/\S {2,}\S|\||^(oxlint-|@ts-|[#/=-]{2,})/.test(words)
}

/**
 * List items and tags of documentation begin a paragraph, and so do the words of a door's header.
 */
function startsAnew(words) {
  return /^\s*([-*] |\d+[.)] |@\w+|\w[\w ]{0,30}: )/.test(words)
}

function wrapParagraph(lines, width) {
  if (lines.every((line) => line.length <= width)) return lines
  const [, indent, mark, gap, words] = commentLine.exec(lines[0]) ?? []
  if (words === undefined || !isProse(words)) return lines
  const lead = `${indent}${mark}${gap}`
  const item = /^\s*([-*] |\d+[.)] )?/.exec(words)[0]
  const all = lines.flatMap((line) => commentLine.exec(line)[4].trim().split(/\s+/))
  if (item.trim() !== '') all.shift()
  const result = []
  let line = `${lead}${item}`
  let empty = true
  for (const word of all) {
    if (!empty && line.length + 1 + word.length > width) {
      result.push(line)
      line = lead + ' '.repeat(item.length) + word
    } else {
      line += empty ? word : ` ${word}`
    }
    empty = false
  }
  return [...result, line]
}
