// The readers of this room that its door does not show, for tests that attack them.

export { FrameOpener, FrameSealer } from './sealed-frames.ts'
