// A folder for one test, gone afterwards.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

/** Makes the folder; called inside a test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'quadrille-assembly-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** The message of the error that `act` ends with. */
export async function messageOf(act: () => unknown): Promise<string> {
  try {
    await act()
    return 'no error'
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
