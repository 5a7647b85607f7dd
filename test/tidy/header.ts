// The comment a file begins with.

/**
 * The comments at the top of a file, up to the first line of anything else; empty when there are
 * none.
 */
export function leadingComment(text: string): string {
  const body = text.replace(/^#!.*\n/, '')
  return /^(\s*(\/\/.*(\n|$)|#.*(\n|$)|\/\*[\s\S]*?\*\/|<!--[\s\S]*?-->))*/.exec(body)?.[0] ?? ''
}

/** The first paragraph of that comment as one line of words. */
export function firstSentence(text: string): string {
  const lines = leadingComment(text)
    .replace(/^\s*(\/\*+|<!--)/, '')
    .replace(/(\*+\/|-->)[\s\S]*$/, '')
    .split('\n')
    .map((line) => line.replace(/^\s*(\/\/|\*|#)?\s?/, '').trim())
  const start = lines.findIndex((line) => line !== '')
  if (start === -1) return ''
  const length = lines.slice(start).findIndex((line) => line === '')
  return lines.slice(start, length === -1 ? undefined : start + length).join(' ')
}
