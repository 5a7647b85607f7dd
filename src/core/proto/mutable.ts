// The type of a message while its fields are being read.

/** The same fields without `readonly`: decoders fill a copy and hand it out as the message. */
export type Mutable<T> = { -readonly [K in keyof T]: T[K] }
