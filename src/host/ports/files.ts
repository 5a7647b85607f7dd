// The files port: whole small files replaced durably, and files that only grow.

/**
 * A file that grows at its end. All calls take effect in the order they were made; none may be made
 * after `close` (`PORTS_CLOSED`). After one failed call every later one rejects with the same
 * error: what a disk holds after a failed write or sync is unknown, so it is never retried.
 */
export interface AppendFile {
  /**
   * Where the next append goes. Right after opening: the length of the file, reserved zeros
   * included.
   */
  readonly size: number
  /**
   * Writes at the end. The bytes are not kept after the promise resolves and must not change
   * before.
   */
  append(bytes: Uint8Array): Promise<void>
  /** Everything appended before this call is on disk (fdatasync) when the promise resolves. */
  sync(): Promise<void>
  /**
   * Cuts the file at `size` (at most the present size), reserved room included; on disk when
   * resolved.
   */
  truncate(size: number): Promise<void>
  /**
   * Fills the file with zeros for at least `bytes` bytes behind `size`, on disk when resolved, so
   * that appends into them sync without a change of the file's length. `size` stays.
   */
  reserve(bytes: number): Promise<void>
  close(): Promise<void>
}

/** How a file is replaced. */
export interface WriteOptions {
  /** Access rights; 0o600 for keys. */
  readonly mode: number
  /** The old file stays until this has resolved, and for good when it rejects. */
  readonly after?: Promise<void>
}

/**
 * A tree of files. Paths use `/`; a path's directory must exist unless said otherwise. Every change
 * of a directory (a new, renamed or removed name) is on disk when its promise resolves. Failures
 * reject with `PortError` (`PORTS_SYNC_FAILED`, `PORTS_NO_SPACE`, `PORTS_IO_FAILED`).
 */
export interface Files {
  /** The whole file, or null when there is none. */
  readFile(path: string): Promise<Uint8Array | null>
  /**
   * Up to `length` bytes from `offset`; shorter at the end of the file, null when there is no file.
   */
  readRange(path: string, offset: number, length: number): Promise<Uint8Array | null>
  /**
   * Replaces the file as one step: after a crash there is the old content or the new, whole.
   * Written beside it, fdatasync, renamed over it once `after` has resolved, directory synced. On
   * any failure the old file is still there.
   */
  writeFileDurable(path: string, bytes: Uint8Array, options: WriteOptions): Promise<void>
  /** Opens for appending and creates the file (0o600) when it is missing. One opener at a time. */
  openAppend(path: string): Promise<AppendFile>
  /** Names in a directory, sorted; empty when the directory is missing. */
  list(directory: string): Promise<string[]>
  /** Removes a file; a missing one is fine. */
  remove(path: string): Promise<void>
  /** Renames a file over another. */
  rename(from: string, to: string): Promise<void>
  /** Makes a directory (0o700) and those above it; an existing one is fine. */
  makeDirectory(path: string): Promise<void>
}
