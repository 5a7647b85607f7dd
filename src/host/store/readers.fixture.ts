// The readers of this room that its door does not show, for tests that attack them.

export { putValue } from './stored-value.ts'
