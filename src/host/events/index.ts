// Door of host/events: what happens on the chain, told to whoever asked.
//
// Promises: every subscriber gets each matching event once and in order, or is ended with the
// height to resume from; memory per subscriber is bounded; a publisher never waits. Must never:
// drop an event silently, hold history, or know where a subscriber's bytes go. Counterpart in
// CometBFT: types/event_bus.go, libs/pubsub and its query language.

export type {
  ChainEvent,
  ChainEventKind,
  FaultEvent,
  NewBlockEvent,
  RoundStepEvent,
  TxEvent,
} from './chain-event.ts'
export { EventBus } from './event-bus.ts'
export { PublishedEvent } from './published-event.ts'
export { MAX_QUERY_LENGTH, Query } from './query.ts'
export type { ArgumentKind, Condition, EventAttributes } from './query.ts'
export { LaggedError, MAX_BUFFER, Subscription } from './subscription.ts'
export type { Overflow, SubscribeOptions } from './subscription.ts'
