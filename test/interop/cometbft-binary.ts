// Builds CometBFT v0.38.23 with Go, once, into an ignored folder of the checkout.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { join } from 'node:path'
import type { Program } from '../network/local-network.ts'

const VERSION = 'v0.38.23'
const folder = fileURLToPath(new URL('../../.interop/bin', import.meta.url))
const binary = join(folder, 'cometbft')

/** CometBFT as a program of a test network. */
export function cometBft(): Program {
  if (!existsSync(binary)) {
    mkdirSync(folder, { recursive: true })
    process.stderr.write(`building CometBFT ${VERSION}, about a minute\n`)
    execFileSync('go', ['install', `github.com/cometbft/cometbft/cmd/cometbft@${VERSION}`], {
      env: { ...process.env, GOBIN: folder },
      stdio: ['ignore', 'inherit', 'inherit'],
    })
  }
  return { command: [binary], ready: /Starting RPC HTTP server/ }
}
