// Go's way to quote what a client sent inside an error text.

const SHORT_ESCAPES: Readonly<Record<string, string>> = {
  '\u0007': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '"': '\\"',
  '\\': '\\\\',
}

const PRINTABLE = /[\p{L}\p{M}\p{N}\p{P}\p{S} ]/u

/** Whether Go prints a character as it is. */
export function isPrintable(symbol: string): boolean {
  return PRINTABLE.test(symbol)
}

/** `%q`: in double quotes, with escapes. */
export function quoteText(text: string): string {
  let quoted = ''
  for (const symbol of text) quoted += quoteSymbol(symbol)
  return `"${quoted}"`
}

/**
 * A byte in single quotes as the JSON decoder names it; the byte counts as the character of that
 * number.
 */
export function quoteByte(byte: number): string {
  if (byte === 39) return "'\\''"
  if (byte === 34) return "'\"'"
  return `'${quoteSymbol(String.fromCharCode(byte))}'`
}

function quoteSymbol(symbol: string): string {
  const short = SHORT_ESCAPES[symbol]
  if (short !== undefined) return short
  if (isPrintable(symbol)) return symbol
  const code = symbol.codePointAt(0) ?? 0
  if (code < 0x20 || code === 0x7f) return `\\x${hex(code, 2)}`
  return code > 0xffff ? `\\U${hex(code, 8)}` : `\\u${hex(code, 4)}`
}

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, '0')
}

/**
 * The first byte of the UTF-8 of the character at an index: what Go's byte-wise scanners see there.
 */
export function leadByte(text: string, index: number): number {
  const code = text.codePointAt(index) ?? 32
  if (code < 0x80) return code
  if (code < 0x800) return 0xc0 | (code >> 6)
  return code < 0x10000 ? 0xe0 | (code >> 12) : 0xf0 | (code >> 18)
}
