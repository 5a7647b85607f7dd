// The readers of this room that its door does not show, for tests that attack them.

export { TIMESTAMP_FIELD, timestampOf } from './sign-bytes.ts'
