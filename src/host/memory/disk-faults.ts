// Faults of a disk, small enough to be put together: failures of steps, tears and turned bits.

import { PortError } from '../ports/index.ts'
import type { DiskImage, Keep, Kept, StoredAt } from './disk-image.ts'
import type { FileStep } from './disk-gate.ts'

/** Makes steps fail by throwing; see `beforeStep`. */
export type StepFault = (step: FileStep) => void

/** A whole number from 0 up to, not including, `below`. */
export type Draw = (below: number) => number

/** The failure of a step as a real disk reports it. */
export function diskError({ kind, operation, path }: FileStep, errno: 'EIO' | 'ENOSPC'): PortError {
  const isSync = kind === 'sync' || kind === 'sync-directory'
  const failed = isSync ? 'PORTS_SYNC_FAILED' : 'PORTS_IO_FAILED'
  const code = errno === 'ENOSPC' ? 'PORTS_NO_SPACE' : failed
  return new PortError(code, { operation, path, reason: `${errno}: injected` })
}

/** The step with this index fails once, with EIO; what comes after works again. */
export function failStep(index: number): StepFault {
  return (step) => {
    if (step.index === index) throw diskError(step, 'EIO')
  }
}

/** Every step fails from this one on, with EIO. */
export function failFrom(index: number): StepFault {
  return (step) => {
    if (step.index >= index) throw diskError(step, 'EIO')
  }
}

/**
 * No space from step `from` to before step `until`: what needs room fails with ENOSPC, the rest
 * works.
 */
export function fullDisk(from: number, until: number = Infinity): StepFault {
  return (step) => {
    const needsRoom = !FREE_KINDS.includes(step.kind)
    if (needsRoom && step.index >= from && step.index < until) throw diskError(step, 'ENOSPC')
  }
}

/** Several faults at once; the first that throws decides. */
export function allFaults(...faults: readonly StepFault[]): StepFault {
  return (step) => {
    for (const fault of faults) fault(step)
  }
}

/**
 * A crash that keeps what chance keeps: of each change nothing, all, the first bytes, or some of
 * the sectors.
 */
export function keepDrawn(draw: Draw): Keep {
  return (change) => {
    if (change.kind !== 'write') return draw(2) === 1
    const kinds: readonly (() => Kept)[] = [
      () => false,
      () => true,
      () => draw(change.bytes.length + 1),
      () => () => draw(2) === 1,
    ]
    return kinds[draw(kinds.length)]?.() ?? false
  }
}

/** Everything a disk holds that a bit can be turned in, with its size. */
export function storedIn(image: DiskImage): { readonly at: StoredAt; readonly bytes: number }[] {
  const files = image.paths.map((path) => ({
    at: { path },
    bytes: image.at(path).written.length,
  }))
  const values = image.stores.flatMap((store) => {
    const table = image.table(store)
    return table.keysIn({ limit: table.size }).map((key) => ({
      at: { store, key: Uint8Array.from(key, (letter) => letter.charCodeAt(0)) },
      bytes: table.get(key)?.length ?? 0,
    }))
  })
  return [...files, ...values]
}

const FREE_KINDS: readonly FileStep['kind'][] = ['remove', 'truncate', 'rename']
