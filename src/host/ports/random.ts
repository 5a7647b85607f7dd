// The randomness port.

/** A source of random bytes; cryptographically strong on a real node, seeded in a simulation. */
export interface Random {
  /** A new array of `size` random bytes; size is a non-negative integer. */
  bytes(size: number): Uint8Array
}
