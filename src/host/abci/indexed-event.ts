// An event of an application, every attribute of it indexed.

import type { Event } from '../../core/proto/index.ts'

/** An event with its attributes as texts, in the order in which they are given. */
export function indexedEvent(
  type: string,
  attributes: Readonly<Record<string, string | number | bigint>>,
): Event {
  return {
    type,
    attributes: Object.entries(attributes).map(([key, value]) => ({
      key,
      value: String(value),
      index: true,
    })),
  }
}
