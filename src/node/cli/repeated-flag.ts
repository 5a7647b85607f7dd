// A flag that may be given several times.

/** For commander: all of its values, in order. */
export function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value]
}
