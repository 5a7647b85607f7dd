// Transactions between peers on the wire (mempool/types.proto), channel 0x30.

import { readTxs, writeTxs } from './block.ts'
import { Reader } from './reader.ts'
import { encodeMessage } from './writer.ts'
import type { Writer } from './writer.ts'

const NO_TXS: readonly Uint8Array[] = []

function writeTxsMessage(writer: Writer, txs: readonly Uint8Array[]): void {
  writer.message(0x0a, writeTxs, txs)
}

/** Wire: mempool/types.proto Message with its only member Txs. */
export function encodeTxs(txs: readonly Uint8Array[]): Uint8Array {
  return encodeMessage(writeTxsMessage, txs)
}

/** The transactions are views of the input. @throws ProtoError on malformed bytes or no member. */
export function decodeTxs(bytes: Uint8Array): readonly Uint8Array[] {
  const reader = new Reader(bytes)
  let txs: readonly Uint8Array[] | null = null
  while (reader.pos < reader.end) {
    const tag = reader.tag()
    if (tag === 0x0a) txs = reader.message(readTxs, NO_TXS)
    else reader.skip(tag, 1)
  }
  if (txs === null) throw reader.fail('PROTO_MISSING', 'mempool message of no known kind')
  return txs
}
