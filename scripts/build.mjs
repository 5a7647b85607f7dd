// `npm run build`: set-up and nothing else.

import { setUp } from './set-up.mjs'

await setUp()
