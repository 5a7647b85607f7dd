// The readers of this room that its door does not show, for tests that attack them.

export { encodeFrames, FRAME_HEADER_BYTES, FrameKind } from './frame.ts'
export type { NewFrame } from './frame.ts'
export {
  encodeHeight,
  laterRecords,
  makeSegmentStart,
  readSegment,
  segmentName,
} from './segment.ts'
