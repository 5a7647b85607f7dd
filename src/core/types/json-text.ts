// The exact text of one member of a JSON object, which parsing would lose.

/** Index after the string that begins at `at`. */
const afterString = (text: string, at: number): number => {
  for (let i = at + 1; i < text.length; i++) {
    if (text[i] === '\\') i++
    else if (text[i] === '"') return i + 1
  }
  return text.length
}

const afterSpace = (text: string, at: number): number => {
  while (at < text.length && ' \t\r\n'.includes(text[at] as string)) at++
  return at
}

/**
 * Index after the value that begins at `at`: the comma or bracket that follows it on its own level.
 */
const afterValue = (text: string, at: number): number => {
  let depth = 0
  for (let i = at; i < text.length; i++) {
    const char = text[i] as string
    if (char === '"') i = afterString(text, i) - 1
    else if (char === '{' || char === '[') depth++
    else if (depth === 0 && (char === ',' || char === '}')) return i
    else if (char === '}' || char === ']') depth--
  }
  return text.length
}

/**
 * The text of the member `name` of the object that `text` is, without the space around it; null
 * when there is none. `text` must be valid JSON. Of equal names the last counts, as in parsers.
 */
export const textOfMember = (text: string, name: string): string | null => {
  let found: string | null = null
  let at = afterSpace(text, 0)
  if (text[at] !== '{') return null
  at = afterSpace(text, at + 1)
  while (text[at] === '"') {
    const afterName = afterString(text, at)
    const isWanted = JSON.parse(text.slice(at, afterName)) === name
    const start = afterSpace(text, afterSpace(text, afterName) + 1)
    const end = afterValue(text, start)
    if (isWanted) found = text.slice(start, end).trimEnd()
    at = afterSpace(text, end + 1)
  }
  return found
}
