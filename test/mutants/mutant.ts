// What a mutant is, and how its patch is applied to the text of one source file.

/** One deliberate mistake in production code, and the test that must notice it. */
export interface Mutant {
  /** Kebab-case. */
  readonly name: string
  /** What the mistake means, in the words of the protocol. */
  readonly mistake: string
  /** Path in the repository of the file that is changed. */
  readonly file: string
  /** Text that stands in the file exactly once. */
  readonly find: string
  readonly replace: string
  /** The test that fails with the mistake; `title` is its full name, suites included. */
  readonly killer: { readonly file: string; readonly title: string }
}

/** The file's text with the mistake in it. Throws when `find` does not stand there exactly once. */
export function applyMutant(mutant: Mutant, text: string): string {
  const places = text.split(mutant.find).length - 1
  if (places !== 1) {
    throw new Error(
      `mutant ${mutant.name}: its text stands ${places} times in ${mutant.file}: write it anew`,
    )
  }
  if (mutant.find === mutant.replace) throw new Error(`mutant ${mutant.name} changes nothing`)
  // A function: the text may hold the patterns of String.replace.
  return text.replace(mutant.find, () => mutant.replace)
}
