// The readers of this room that its door does not show, for tests that attack them.

export { parseDurationMs } from './duration.ts'
export { nodeSettings } from './node-settings.ts'
