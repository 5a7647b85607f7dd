// The exclusive lock on a node's home, which the system releases by itself when the process dies.

import { join } from 'node:path'
import { PortError } from '../../host/ports/index.ts'
import { NodeFiles } from './files.ts'
import { LevelKeyValueStore } from './key-value-store.ts'

/** A home that this process holds. */
export interface HomeLock {
  readonly home: string
  /** Lets another process have the home. */
  release(): Promise<void>
}

/** The home cannot be used; the message is one line for the user. */
export class HomeLockError extends Error {
  readonly code: 'PLATFORM_HOME_IN_USE' | 'PLATFORM_HOME_UNUSABLE'
  readonly home: string

  constructor(code: HomeLockError['code'], home: string, reason: string, cause: unknown) {
    super(`cannot use the home ${home}: ${reason}`, { cause })
    this.name = 'HomeLockError'
    this.code = code
    this.home = home
  }
}

/**
 * Takes the home for this process. The lock is the advisory lock that LevelDB holds on the LOCK
 * file of a tiny database of its own (`data/quadrille/lock`): kept by the kernel, so that neither
 * kill -9 nor a loss of power leaves one behind.
 * @throws HomeLockError when another process, or this one, holds it already.
 */
export async function lockHome(home: string): Promise<HomeLock> {
  const directory = join(home, 'data', 'quadrille')
  try {
    await new NodeFiles().makeDirectory(directory)
    const store = await LevelKeyValueStore.open(join(directory, 'lock'), {
      cacheBytes: 0,
      writeBufferBytes: 64 * 1024,
    })
    return { home, release: () => store.close() }
  } catch (cause) {
    if (cause instanceof PortError && cause.code === 'PORTS_IN_USE') {
      const reason = 'already in use by another process'
      throw new HomeLockError('PLATFORM_HOME_IN_USE', home, reason, cause)
    }
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new HomeLockError('PLATFORM_HOME_UNUSABLE', home, reason, cause)
  }
}
