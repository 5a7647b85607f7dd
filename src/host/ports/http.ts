// The HTTP server port: whole requests in, whole responses out, and sockets of text messages.

/** A request whose body has arrived completely and within the limit. */
export interface HttpRequest {
  /** As sent, such as `POST`. */
  readonly method: string
  /** The path, percent-decoded, without the query. */
  readonly path: string
  /** What stands after the question mark, not decoded; empty when there is none. */
  readonly query: string
  /** The `Host` header. */
  readonly host: string
  /** The `Content-Type` header, empty when there is none. */
  readonly contentType: string
  /** The `Origin` header, empty when there is none. */
  readonly origin: string
  /** UTF-8, with U+FFFD where the bytes are not. */
  readonly body: string
}

/** A response; `Date` and `Content-Length` are added by the server. */
export interface HttpResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** One WebSocket. Handlers are set in the turn in which the socket is handed over. */
export interface MessageSocket {
  /** Bytes given to `send` that the system has not taken yet. */
  readonly bufferedBytes: number
  /** Queues one text message; ignored after close. */
  send(text: string): void
  onMessage(f: (text: string) => void): void
  /**
   * Called when everything queued has been taken by the system after a `send` that left bytes in
   * the buffer.
   */
  onDrain(f: () => void): void
  /** Called once, whoever ended it. */
  onClose(f: () => void): void
  /**
   * Reads no more until `resume`, so that the client feels it; messages already received may still
   * be handed over.
   */
  pause(): void
  resume(): void
  /** Ends the socket with a close frame; what does not close in time is cut. */
  close(code: number, reason: string): void
}

/** Who answers. No method may throw or reject. */
export interface HttpHandler {
  request(request: HttpRequest): HttpResponse | Promise<HttpResponse>
  /** The answer to a request whose body is over the limit; the rest of it is not read. */
  oversized(): HttpResponse
  /** Paths on which a WebSocket is accepted; elsewhere an upgrade is an ordinary request. */
  acceptsSocket(path: string): boolean
  socket(socket: MessageSocket): void
}

/** Bounds of a server; each has to be given by who listens. */
export interface HttpLimits {
  /** Open connections, WebSockets included; further ones wait or are refused. */
  readonly maxConnections: number
  readonly maxBodyBytes: number
  /** Request line and headers. */
  readonly maxHeaderBytes: number
  /** Largest message on a WebSocket. */
  readonly maxMessageBytes: number
  /** How long a request may take to arrive. */
  readonly readTimeoutMs: number
}

/** A server that listens. */
export interface HttpListener {
  /** `host:port` really listened on (the port that was chosen when 0 was asked for). */
  readonly address: string
  /** Accepts no more, ends what is open, and resolves when all is closed. */
  close(): Promise<void>
}

/** Servers for HTTP/1.1 and WebSocket. */
export interface HttpServer {
  /** Rejects when the address (`host:port`) is taken or not ours. */
  listen(address: string, limits: HttpLimits, handler: HttpHandler): Promise<HttpListener>
}
