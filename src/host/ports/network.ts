// The network port: byte streams that are dialled or accepted.

/**
 * One connection: ordered bytes both ways. Handlers are set right after the stream is handed over,
 * one of each kind.
 */
export interface Stream {
  /** `host:port` of the other side. */
  readonly remoteAddress: string
  /** Bytes given to `write` that the system has not taken yet. */
  readonly bufferedBytes: number
  /**
   * Queues bytes, never blocks, ignored after close. False once more is buffered than the stream
   * likes to hold: wait for `onDrain`. The bytes must not change until they are sent.
   */
  write(bytes: Uint8Array): boolean
  /** Called with each piece received; bytes that arrive before a handler is set are kept for it. */
  onData(f: (bytes: Uint8Array) => void): void
  /** Called once when the stream has ended, from either side, with the reason. */
  onClose(f: (reason: string) => void): void
  /** Called when the buffer has emptied after a `write` that answered false. */
  onDrain(f: () => void): void
  /** Stops `onData` until `resume`, and lets the other side feel it. */
  pause(): void
  resume(): void
  /** Ends the stream at once in both directions; closing twice is fine. */
  close(reason?: string): void
}

/** How long and until when to try a connection. */
export interface DialOptions {
  readonly signal: AbortSignal
  readonly timeoutMs: number
}

/** A place where connections arrive. */
export interface Listener {
  /** `host:port` really listened on (the port that was chosen when 0 was asked for). */
  readonly address: string
  /** Accepts no more; streams already accepted stay open. */
  close(): Promise<void>
}

/** Connections to and from other machines. Addresses are `host:port`. */
export interface Network {
  /** Rejects when refused, out of time or aborted. */
  dial(address: string, options: DialOptions): Promise<Stream>
  /** Rejects when the address is taken or not ours. */
  listen(address: string, onStream: (stream: Stream) => void): Promise<Listener>
}
