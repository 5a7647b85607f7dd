// The genesis document as it is served: compact, whole or in chunks.

import { err, ok, toBase64, toUtf8 } from '../../core/bytes/index.ts'
import { compactJson, jsonInt64 } from './json-text.ts'
import type { Answer } from './answer.ts'

/** Bytes of a chunk; a longer document is served in chunks only. */
const CHUNK_BYTES = 16 * 1024 * 1024

/**
 * Holds the document as text and, of those chunks that were asked for, the answer: base64 of them
 * is slow work.
 */
export class GenesisDocument {
  readonly #text: string
  readonly #served = new Map<bigint, Answer>()
  #bytes: Uint8Array | null = null

  /** The text may have any layout; what is served has none, as Go's encoder writes it. */
  constructor(text: string) {
    this.#text = compactJson(text)
  }

  /** What `genesis` answers. */
  whole(): Answer {
    if (this.#chunks() > 1) {
      return err('genesis response is large, please use the genesis_chunked API instead')
    }
    return ok(`{"genesis":${this.#text}}`)
  }

  /** What `genesis_chunked` answers. */
  chunk(asked: bigint): Answer {
    const total = this.#chunks()
    const chunk = BigInt.asIntN(64, asked)
    if (chunk < 0n) return err(`runtime error: index out of range [${chunk}]`)
    if (chunk >= BigInt(total)) return err(`there are ${total - 1} chunks, ${chunk} is invalid`)
    const served = this.#served.get(chunk)
    if (served !== undefined) return served
    const from = Number(chunk) * CHUNK_BYTES
    const data = toBase64(this.#utf8().subarray(from, from + CHUNK_BYTES))
    const answer = ok(`{"chunk":${jsonInt64(chunk)},"total":${jsonInt64(total)},"data":"${data}"}`)
    this.#served.set(chunk, answer)
    return answer
  }

  #chunks(): number {
    // No character takes more than three bytes of UTF-8 per unit of its length.
    if (this.#text.length * 3 <= CHUNK_BYTES) return 1
    return Math.ceil(this.#utf8().length / CHUNK_BYTES)
  }

  #utf8(): Uint8Array {
    this.#bytes ??= toUtf8(this.#text)
    return this.#bytes
  }
}
