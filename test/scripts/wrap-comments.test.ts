// Wrapping of comments: prose that is too wide is wrapped, everything else stays as it is.

import { describe, expect, test } from 'vitest'
import { wrapComments } from '../../scripts/wrap-comments.mjs'

describe('wrapComments', () => {
  test.each([
    ['prose that fits', '// a b c\n// d\n', '// a b c\n// d\n'],
    ['a wide line and what follows it', '// aa bb cc dd ee\n// ff\n', '// aa bb cc\n// dd ee ff\n'],
    ['a wide block on one line', '  /** aa bb cc */\n', '  /**\n   * aa bb\n   * cc\n   */\n'],
    ['an item of a list', '// - aa bb cc dd\n// - ee\n', '// - aa bb\n//   cc dd\n// - ee\n'],
    ['the next paragraph', '// aa bb cc dd\n//\n// ee\n', '// aa bb cc\n// dd\n//\n// ee\n'],
    ['a tag', ' * aa bb cc dd\n * @p x\n', ' * aa bb cc\n * dd\n * @p x\n'],
    [
      'columns and tables',
      '// aaaa  bbbb  cccc\n// | aaaa | bbbb |\n',
      '// aaaa  bbbb  cccc\n// | aaaa | bbbb |\n',
    ],
    ['code', 'const aaaa = bbbb // cccc\n', 'const aaaa = bbbb // cccc\n'],
    ['a word that is wider than a line', '// https://aaaaaaaa\n', '// https://aaaaaaaa\n'],
  ])('%s', (_title, text, wrapped) => {
    expect(wrapComments(text, 12)).toBe(wrapped)
  })
})
