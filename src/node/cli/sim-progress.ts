// One line on a terminal that says how far a search is; nothing where nobody watches.

const BAR_CHARS = 24
const LEAST_MS_BETWEEN = 100
/** Of a terminal that does not know how wide it is, and says 0. */
const USUAL_COLUMNS = 80

/** Draws over its own line, ten times a second at most. */
export class SimProgress {
  readonly #stream: NodeJS.WriteStream
  #drawnAt = -Infinity

  constructor(stream: NodeJS.WriteStream = process.stderr) {
    this.#stream = stream
  }

  /** Says how much is done of what there is to do. */
  show(done: number, total: number, text: string): void {
    const now = performance.now()
    if (!this.#stream.isTTY || now - this.#drawnAt < LEAST_MS_BETWEEN) return
    this.#drawnAt = now
    const full = Math.round((BAR_CHARS * done) / total)
    const bar = '#'.repeat(full).padEnd(BAR_CHARS, '.')
    const line = `[${bar}] ${done}/${total} ${text}`
    const columns = this.#stream.columns || USUAL_COLUMNS
    this.#stream.write(`\r\u001B[2K${line.slice(0, columns - 1)}`)
  }

  /** Takes the line away, so that another can be printed. */
  clear(): void {
    if (this.#stream.isTTY && this.#drawnAt > -Infinity) this.#stream.write('\r\u001B[2K')
    this.#drawnAt = -Infinity
  }
}
