// Blocks by height: parts, headers, and the commits that decided them.
//
// A block is stored once, as its parts with their proofs: a part is served to a lagging peer with
// one read of 64 KiB, and a block is its parts joined. What belongs to a block and the new bounds
// of the store are in one atomic batch, so after a crash every height from `base` to `height` is
// whole.

import { assert, equalBytes } from '../../core/bytes/index.ts'
import type { Result } from '../../core/bytes/index.ts'
import {
  decodeBlock,
  decodeBlockMeta,
  decodeCommit,
  decodePart,
  encodeBlockMeta,
  encodeCommit,
  encodePart,
  tryDecode,
} from '../../core/proto/index.ts'
import type { Block, BlockId, BlockMeta, Commit, Part, PartSet } from '../../core/types/index.ts'
import { MAX_BLOCK_PARTS } from '../../core/types/index.ts'
import type { KeyValueOperation, KeyValueStore } from '../ports/index.ts'
import {
  decodeBounds,
  encodeBounds,
  hashKey,
  HEIGHT_KEY_BYTES,
  heightKey,
  heightOf,
  Kind,
  partKey,
} from './keys.ts'
import { StoreBatch } from './store-batch.ts'
import { corrupt, openValue, putValue } from './stored-value.ts'

/** A decided block. */
export interface StoredBlock {
  readonly block: Block
  readonly blockId: BlockId
  /** Complete, of this block. */
  readonly partSet: PartSet
  /** The precommits this node decided by. */
  readonly seenCommit: Commit
}

/** Heights removed with one batch. */
const PRUNE_STEP = 100

/**
 * The blocks of a chain without gaps. Reads of heights outside `base` to `height` answer null;
 * inside, a value that is missing or damaged throws `StoreError`.
 */
export class BlockStore {
  readonly #store: KeyValueStore
  #base: bigint
  #height: bigint

  private constructor(store: KeyValueStore, base: bigint, height: bigint) {
    this.#store = store
    this.#base = base
    this.#height = height
  }

  /** Reads the bounds and looks whether both ends are there. Throws `StoreError` when not. */
  static async open(store: KeyValueStore): Promise<BlockStore> {
    const what = 'bounds of the blocks'
    const bytes = openValue(Kind.blockHead, await store.get(Kind.blockHead), what)
    if (bytes === undefined) return new BlockStore(store, 0n, 0n)
    const bounds = decodeBounds(bytes)
    if (bounds === null) throw corrupt(what, `take ${bytes.length} bytes`)
    const blocks = new BlockStore(store, bounds.low, bounds.high)
    if (bounds.high > 0n) {
      await blocks.loadBlockMeta(bounds.low)
      await blocks.loadBlockMeta(bounds.high)
    }
    return blocks
  }

  /** Lowest height stored, 0n before the first block. */
  get base(): bigint {
    return this.#base
  }

  /** Highest height stored, 0n before the first block. */
  get height(): bigint {
    return this.#height
  }

  /**
   * Adds a block to a batch: the next height, or any height when the store is empty. A block that
   * is stored already changes nothing. `base` and `height` show it after the commit.
   */
  putBlock(batch: StoreBatch, stored: StoredBlock): void {
    const { block, blockId, partSet, seenCommit } = stored
    const { height } = block.header
    if (this.#height > 0n && height <= this.#height) return
    assert(this.#height === 0n || height === this.#height + 1n, `block ${height} leaves a gap`)
    assert(partSet.isComplete, 'a block is stored whole')
    const base = this.#base === 0n ? height : this.#base
    batch.add(partOperations(height, partSet))
    batch.add([
      putValue(heightKey(Kind.blockMeta, height), encodeBlockMeta(metaOf(block, blockId, partSet))),
      putValue(hashKey(blockId.hash), heightKey(Kind.blockMeta, height)),
      putValue(heightKey(Kind.seenCommit, height), encodeCommit(seenCommit)),
      { del: heightKey(Kind.seenCommit, height - 1n) },
      putValue(Kind.blockHead, encodeBounds(base, height)),
    ])
    // The commit of the height before is final only now: it is the one that this block carries.
    if (block.lastCommit !== null && block.lastCommit.signatures.length > 0) {
      const key = heightKey(Kind.commit, height - 1n)
      batch.add([putValue(key, encodeCommit(block.lastCommit))])
    }
    batch.afterCommit(() => {
      this.#base = base
      this.#height = height
    })
  }

  /** Stores a block in a batch of its own. */
  async saveBlock(stored: StoredBlock & { readonly sync: boolean }): Promise<void> {
    const batch = new StoreBatch(this.#store)
    this.putBlock(batch, stored)
    await batch.commit({ sync: stored.sync })
  }

  /**
   * Adds the commit of a height whose block is not stored: where a node that skips blocks begins.
   */
  putSeenCommit(batch: StoreBatch, commit: Commit): void {
    batch.add([putValue(heightKey(Kind.seenCommit, commit.height), encodeCommit(commit))])
  }

  async loadBlock(height: bigint): Promise<Block | null> {
    const bytes = await this.loadBlockBytes(height)
    if (bytes === null) return null
    return decoded(`block ${height}`, tryDecode(decodeBlock, bytes))
  }

  /** The encoded block. */
  async loadBlockBytes(height: bigint): Promise<Uint8Array | null> {
    if (!this.#holds(height)) return null
    const parts = await this.#loadParts(height)
    const size = parts.reduce((sum, part) => sum + part.bytes.length, 0)
    const bytes = new Uint8Array(size)
    let at = 0
    for (const part of parts) {
      bytes.set(part.bytes, at)
      at += part.bytes.length
    }
    return bytes
  }

  async loadBlockMeta(height: bigint): Promise<BlockMeta | null> {
    if (!this.#holds(height)) return null
    const what = `header of block ${height}`
    const bytes = await this.#load(heightKey(Kind.blockMeta, height), what)
    if (bytes === undefined) throw corrupt(what, 'is missing')
    return decoded(what, tryDecode(decodeBlockMeta, bytes))
  }

  async loadBlockMetaByHash(hash: Uint8Array): Promise<BlockMeta | null> {
    const what = 'height of a block hash'
    const bytes = await this.#load(hashKey(hash), what)
    if (bytes === undefined) return null
    if (bytes.length !== HEIGHT_KEY_BYTES) throw corrupt(what, `takes ${bytes.length} bytes`)
    const meta = await this.loadBlockMeta(heightOf(bytes))
    return meta !== null && equalBytes(meta.blockId.hash, hash) ? meta : null
  }

  /** A part with its proof, ready to be sent; null when the block has no such part. */
  async loadPart(height: bigint, index: number): Promise<Part | null> {
    if (!this.#holds(height) || index < 0) return null
    const what = `part ${index} of block ${height}`
    const bytes = await this.#load(partKey(height, index), what)
    if (bytes !== undefined) return decoded(what, tryDecode(decodePart, bytes))
    const meta = await this.loadBlockMeta(height)
    if (meta !== null && index < meta.blockId.partSetHeader.total) throw corrupt(what, 'is missing')
    return null
  }

  /** The commit of `height` as block `height + 1` carries it; null until that block is stored. */
  async loadCommit(height: bigint): Promise<Commit | null> {
    if (height < this.#base || height > this.#height) return null
    const commit = await this.#loadCommit(Kind.commit, height)
    if (commit === null && height < this.#height) {
      throw corrupt(`commit of block ${height}`, 'is missing')
    }
    return commit
  }

  /** The commit this node decided its highest block by; null for other heights. */
  loadSeenCommit(height: bigint): Promise<Commit | null> {
    return this.#loadCommit(Kind.seenCommit, height)
  }

  /** Removes the blocks below `retainHeight`, at most up to the highest one; answers how many. */
  async prune(retainHeight: bigint): Promise<number> {
    const end = retainHeight > this.#height ? this.#height : retainHeight
    let removed = 0
    while (this.#base > 0n && this.#base < end) {
      const last = this.#base + BigInt(PRUNE_STEP) < end ? this.#base + BigInt(PRUNE_STEP) : end
      const batch = new StoreBatch(this.#store)
      for (let height = this.#base; height < last; height++) {
        batch.add(await this.#removal(height))
        removed++
      }
      batch.add([putValue(Kind.blockHead, encodeBounds(last, this.#height))])
      batch.afterCommit(() => (this.#base = last))
      await batch.commit({ sync: false })
    }
    return removed
  }

  async #removal(height: bigint): Promise<KeyValueOperation[]> {
    const meta = await this.loadBlockMeta(height)
    if (meta === null) return []
    const operations: KeyValueOperation[] = [
      { del: heightKey(Kind.blockMeta, height) },
      { del: hashKey(meta.blockId.hash) },
      { del: heightKey(Kind.commit, height - 1n) },
    ]
    for (let index = 0; index < meta.blockId.partSetHeader.total; index++) {
      operations.push({ del: partKey(height, index) })
    }
    return operations
  }

  /**
   * The first part says how many there are; nearly all blocks are one part, and then one read is
   * all.
   */
  async #loadParts(height: bigint): Promise<Part[]> {
    const first = await this.loadPart(height, 0)
    if (first === null) throw corrupt(`block ${height}`, 'has no parts')
    const { total } = first.proof
    if (total < 1n || total > BigInt(MAX_BLOCK_PARTS)) {
      throw corrupt(`block ${height}`, `has ${total} parts`)
    }
    const keys: Uint8Array[] = []
    for (let index = 1; index < Number(total); index++) keys.push(partKey(height, index))
    const values = keys.length === 0 ? [] : await this.#store.getMany(keys)
    const rest = keys.map((key, i) => {
      const what = `part ${i + 1} of block ${height}`
      const bytes = openValue(key, values[i], what)
      if (bytes === undefined) throw corrupt(what, 'is missing')
      return decoded(what, tryDecode(decodePart, bytes))
    })
    return [first, ...rest]
  }

  async #loadCommit(kind: Uint8Array, height: bigint): Promise<Commit | null> {
    const what = `commit of block ${height}`
    const bytes = await this.#load(heightKey(kind, height), what)
    return bytes === undefined ? null : decoded(what, tryDecode(decodeCommit, bytes))
  }

  async #load(key: Uint8Array, what: string): Promise<Uint8Array | undefined> {
    return openValue(key, await this.#store.get(key), what)
  }

  #holds(height: bigint): boolean {
    return this.#height > 0n && height >= this.#base && height <= this.#height
  }
}

function partOperations(height: bigint, partSet: PartSet): KeyValueOperation[] {
  const operations: KeyValueOperation[] = []
  for (let index = 0; index < partSet.header.total; index++) {
    const part = partSet.get(index)
    if (part !== null) operations.push(putValue(partKey(height, index), encodePart(part)))
  }
  return operations
}

function metaOf(block: Block, blockId: BlockId, partSet: PartSet): BlockMeta {
  return {
    blockId,
    blockSize: BigInt(partSet.byteSize),
    header: block.header,
    numTxs: BigInt(block.txs.length),
  }
}

function decoded<T>(what: string, result: Result<T, string>): T {
  if (!result.ok) throw corrupt(what, `cannot be decoded: ${result.error}`)
  return result.value
}
