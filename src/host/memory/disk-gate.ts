// The one way by which files and stores in memory reach their disk: counted, stopped, failed and
// recorded step by step.

import { PortError } from '../ports/index.ts'
import type { DiskAction, StoredAt } from './disk-image.ts'
import { DiskImage } from './disk-image.ts'

/** One single step on the disk. */
export interface FileStep {
  readonly kind:
    | 'create'
    | 'write'
    | 'sync'
    | 'rename'
    | 'remove'
    | 'truncate'
    | 'sync-directory'
    | 'batch'
    | 'synced-batch'
  /** The method of the port that needs it. */
  readonly operation: string
  /** The file or directory, or the name of the store. */
  readonly path: string
  /** How many steps this disk made before. */
  readonly index: number
}

/** What a world may do to its disk. */
export interface DiskHooks {
  /**
   * Called before each single step on the disk. What it throws becomes the failure of that step and
   * of the operation; a crash in it ends this world right there.
   */
  readonly beforeStep?: (step: FileStep) => void
  /** How long a step takes; only this step waits, and what its port puts behind it. */
  readonly delay?: (step: FileStep) => Promise<void> | null
  /** May change the bytes that a read answers. */
  readonly onRead?: (at: StoredAt, bytes: Uint8Array) => void
}

/** What keeps the log of steps. */
export interface StepLog {
  note(step: FileStep, action: DiskAction): void
}

type Place = Omit<FileStep, 'index'>

/** One disk while its machine runs. */
export class DiskGate {
  readonly image: DiskImage
  readonly hooks: DiskHooks
  readonly #log: StepLog | null
  #steps = 0
  #isDead = false

  constructor(hooks: DiskHooks = {}, image: DiskImage = new DiskImage(), log?: StepLog) {
    this.hooks = hooks
    this.image = image
    this.#log = log ?? null
  }

  /** Steps that were made, failed ones included. */
  get steps(): number {
    return this.#steps
  }

  /** The machine is down: every later call rejects. */
  end(): void {
    this.#isDead = true
  }

  assertAlive(operation: string, path: string): void {
    if (!this.#isDead) return
    throw new PortError('PORTS_CLOSED', { operation, path, reason: 'the machine is down' })
  }

  /** Bytes as a read answers them; they are the reader's own. */
  read(at: StoredAt, bytes: Uint8Array): Uint8Array {
    this.hooks.onRead?.(at, bytes)
    return bytes
  }

  /**
   * One step. Throws `PortError`; then nothing has changed that anybody sees, but what was not
   * synced may be lost for good, and what failed may be on disk all the same.
   */
  async perform(place: Place, makeAction: () => DiskAction): Promise<void> {
    this.assertAlive(place.operation, place.path)
    const { kind, operation, path } = place
    const step: FileStep = { kind, operation, path, index: this.#steps }
    const wait = this.hooks.delay?.(step) ?? null
    if (wait !== null) await wait
    this.assertAlive(place.operation, place.path)
    this.#perform(step, makeAction)
  }

  #perform(step: FileStep, makeAction: () => DiskAction): void {
    try {
      this.hooks.beforeStep?.(step)
    } catch (cause) {
      const error = asPortError(step, cause)
      this.assertAlive(step.operation, step.path)
      const left = afterFailure(makeAction(), error)
      if (left !== null) this.#change(step, left)
      throw error
    }
    this.assertAlive(step.operation, step.path)
    this.#change(step, makeAction())
  }

  #change(step: FileStep, action: DiskAction): void {
    this.image.perform(action)
    this.#steps++
    this.#log?.note(step, action)
  }
}

/**
 * What a failed step leaves. After a failed sync the system counts the bytes as written, so that
 * the next sync of the file says nothing of them; a full disk takes the first half of a write; a
 * batch may be on disk although its sync has failed.
 */
function afterFailure(action: DiskAction, { code }: PortError): DiskAction | null {
  if (action.kind === 'sync') return { ...action, kind: 'lose' }
  if (action.kind === 'write' && code === 'PORTS_NO_SPACE') {
    return { ...action, bytes: action.bytes.subarray(0, action.bytes.length >>> 1) }
  }
  if (action.kind === 'batch') return { ...action, kind: 'failed-batch' }
  return null
}

function asPortError(step: FileStep, cause: unknown): PortError {
  if (cause instanceof PortError) return cause
  const reason = cause instanceof Error ? cause.message : String(cause)
  const isSync = step.kind === 'sync' || step.kind === 'sync-directory'
  const { operation, path } = step
  const code = isSync ? 'PORTS_SYNC_FAILED' : 'PORTS_IO_FAILED'
  return new PortError(code, { operation, path, reason }, cause)
}
