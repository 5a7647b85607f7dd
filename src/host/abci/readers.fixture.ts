// The readers of this room that its door does not show, for tests that attack them.

export { selectValue } from './state-query.ts'
export { parseValidatorTx } from './validator-tx.ts'
