// A published event with its composite keys, worked out only when a query or a subscriber asks for
// them.

import { toHexUpper } from '../../core/bytes/index.ts'
import type { Event } from '../../core/proto/index.ts'
import type { ChainEvent } from './chain-event.ts'
import type { EventAttributes } from './query.ts'

/** What a subscriber receives. */
export class PublishedEvent {
  readonly event: ChainEvent
  #attributes: EventAttributes | null = null

  constructor(event: ChainEvent) {
    this.event = event
  }

  /**
   * `tm.event` and, for blocks and transactions, `type.key` of every attribute the application
   * gave.
   */
  get attributes(): EventAttributes {
    this.#attributes ??= attributesOf(this.event)
    return this.#attributes
  }

  /** The height the event belongs to. */
  get height(): bigint {
    return heightOf(this.event)
  }
}

function attributesOf(event: ChainEvent): EventAttributes {
  const attributes = new Map<string, string[]>()
  if (event.kind === 'NewBlock') addAll(attributes, event.response.events)
  if (event.kind === 'NewBlockEvents') addAll(attributes, event.events)
  if (event.kind === 'Tx') addAll(attributes, event.result.events)
  add(attributes, 'tm.event', event.kind)
  if (event.kind === 'Tx') {
    add(attributes, 'tx.hash', toHexUpper(event.hash))
    add(attributes, 'tx.height', event.height.toString())
  }
  return attributes
}

function addAll(attributes: Map<string, string[]>, events: readonly Event[]): void {
  for (const event of events) {
    if (event.type === '') continue
    for (const { key, value } of event.attributes) {
      if (key !== '') add(attributes, `${event.type}.${key}`, value)
    }
  }
}

function add(attributes: Map<string, string[]>, key: string, value: string): void {
  const values = attributes.get(key)
  if (values === undefined) attributes.set(key, [value])
  else values.push(value)
}

function heightOf(event: ChainEvent): bigint {
  switch (event.kind) {
    case 'NewBlock':
      return event.block.header.height
    case 'NewBlockHeader':
      return event.header.height
    case 'Vote':
      return event.vote.height
    default:
      return event.height
  }
}
