// `npm start`: set-up, then the devnet in this very process, so that Ctrl-C reaches it.

import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { root } from './run.mjs'
import { setUp } from './set-up.mjs'

// Whoever interrupts the set-up wants nothing more; later the devnet itself is asked to stop.
const quit = () => process.exit(0)
process.on('SIGINT', quit)
await setUp()
const { main } = await import(pathToFileURL(join(root, 'dist', 'node', 'command', 'main.js')).href)
process.off('SIGINT', quit)
process.exitCode = await main(['dev', ...process.argv.slice(2)])
