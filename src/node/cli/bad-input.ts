// What a user typed and cannot be meant: one line that says what was expected, and exit code 2.

/** Input that a command with the exit codes 0, 1 and 2 refuses with 2. */
export class BadInput extends Error {
  override readonly name = 'BadInput'
}

/** The refusal of a flag's value; `expected` is a noun phrase, such as `a whole number`. */
export function badFlag(flag: string, expected: string, text: string): BadInput {
  return new BadInput(`${flag}: expected ${expected}, got "${text}"`)
}
