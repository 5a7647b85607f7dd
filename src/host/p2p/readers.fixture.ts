// The readers of this room that its door does not show, for tests that attack them.

export { compareNodeInfo, MAX_NODE_INFO_SIZE, validateNodeInfo } from './node-info.ts'
