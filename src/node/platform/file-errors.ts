// Turns the system's errors on files into the port's.

import type { PortErrorCode } from '../../host/ports/index.ts'
import { PortError } from '../../host/ports/index.ts'

const NO_SPACE = new Set(['ENOSPC', 'EDQUOT', 'EFBIG'])

/** The system's code of an error (`ENOENT`), or an empty string. */
export function systemCode(cause: unknown): string {
  const code = cause instanceof Error ? (cause as NodeJS.ErrnoException).code : undefined
  return code ?? ''
}

/** The port's error for a failed step of `operation` on `path`. */
export function fileError(operation: string, path: string, cause: unknown): PortError {
  if (cause instanceof PortError) return cause
  const code: PortErrorCode = NO_SPACE.has(systemCode(cause)) ? 'PORTS_NO_SPACE' : 'PORTS_IO_FAILED'
  return new PortError(code, { operation, path, reason: reasonOf(cause) }, cause)
}

/** The port's error for a failed fdatasync or fsync, whatever the system calls it. */
export function syncError(operation: string, path: string, cause: unknown): PortError {
  return new PortError('PORTS_SYNC_FAILED', { operation, path, reason: reasonOf(cause) }, cause)
}

/**
 * `EACCES: permission denied` from `EACCES: permission denied, open '/x'`: the path stands in the
 * error already.
 */
function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause)
  const system = /^[A-Z0-9]+: [^,]*/.exec(cause.message)
  return system === null ? cause.message : system[0]
}
