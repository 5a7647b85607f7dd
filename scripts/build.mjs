// `npm run build`: set-up and nothing else.

import { setUp } from './set-up.mjs'

try {
  await setUp()
} catch (error) {
  console.error(error.message)
  process.exit(1)
}
