// Ctrl-C and SIGTERM: the first one asks for a clean stop, a later one ends the process at once.

/** Through npm a single Ctrl-C can arrive twice: the terminal's and npm's own. */
const SAME_SIGNAL_MS = 1000
/** What a shell answers for a process that SIGINT ended. */
const INTERRUPTED = 130

/**
 * Aborted by the first SIGINT or SIGTERM, or when nobody reads our output any more. A second signal
 * counts only after one second.
 */
export function stopSignal(): AbortSignal {
  const controller = new AbortController()
  let firstAt: number | null = null
  const onSignal = (): void => {
    const now = performance.now()
    if (firstAt === null) {
      firstAt = now
      controller.abort()
    } else if (now - firstAt > SAME_SIGNAL_MS) {
      process.exit(INTERRUPTED)
    }
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
  process.stdout.on('error', () => controller.abort())
  return controller.signal
}

/** Resolves once the signal is aborted. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
