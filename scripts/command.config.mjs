// Rolldown's settings for the command: dist/ as few files. A process that loads hundreds of modules
// takes half as long again to start.

import { isAbsolute } from 'node:path'

export default {
  input: {
    main: 'dist/node/cli/main.js',
    // A thread is started by its file's name.
    'seed-worker': 'dist/node/sim/seed-worker.js',
  },
  platform: 'node',
  // Packages stay what they are: some hold native code, and all have licences of their own.
  external: (id) => !id.startsWith('.') && !isAbsolute(id),
  // As deep as the modules it is made of: they name package.json by its place.
  output: { dir: 'dist/node/command', format: 'esm', cleanDir: true },
}
