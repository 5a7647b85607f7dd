// The decoded blocks of one height, so that a block is decoded once however often it is needed.
import type { Crypto } from '../../core/crypto/index.ts'
import { equalBytes } from '../../core/bytes/index.ts'
import { tryDecode } from '../../core/proto/index.ts'
import type { Result } from '../../core/bytes/index.ts'
import { blockIdKey, decodeBlock, hashHeader } from '../../core/types/index.ts'
import type { Block, BlockId, PartSet } from '../../core/types/index.ts'

/** Blocks kept at once: consensus itself bounds how many block ids it asks about. */
const MAX_BLOCKS = 16

/** Decodes complete part sets and remembers the result until the height changes. */
export class BlockCache {
  readonly #crypto: Crypto
  readonly #blocks = new Map<string, Result<Block, string>>()

  constructor(crypto: Crypto) {
    this.#crypto = crypto
  }

  /** The block behind the id, or why its parts are not that block. `partSet` must be complete. */
  resolve(blockId: BlockId, partSet: PartSet): Result<Block, string> {
    const key = blockIdKey(blockId)
    const known = this.#blocks.get(key)
    if (known !== undefined) return known
    const decoded = this.#decode(blockId, partSet)
    if (this.#blocks.size >= MAX_BLOCKS) this.#blocks.clear()
    this.#blocks.set(key, decoded)
    return decoded
  }

  /** Remembers a block made here. */
  put(blockId: BlockId, block: Block): void {
    this.#blocks.set(blockIdKey(blockId), { ok: true, value: block })
  }

  /** A block that was resolved before. */
  get(blockId: BlockId): Block | null {
    const known = this.#blocks.get(blockIdKey(blockId))
    return known?.ok === true ? known.value : null
  }

  clear(): void {
    this.#blocks.clear()
  }

  #decode(blockId: BlockId, partSet: PartSet): Result<Block, string> {
    const decoded = tryDecode(decodeBlock, partSet.bytes())
    if (!decoded.ok) return decoded
    const hash = hashHeader(this.#crypto, decoded.value.header)
    if (equalBytes(hash, blockId.hash)) return decoded
    return { ok: false, error: 'the header has another hash than the proposal names' }
  }
}
