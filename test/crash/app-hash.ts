// The app hash of the kvstore, computed from nothing but the number of transactions.

/** Eight bytes: twice the number as a protobuf varint, filled up with zeros. */
export function appHashOf(txs: bigint): Uint8Array {
  const bytes: number[] = []
  let left = 2n * txs
  for (; left >= 128n; left /= 128n) bytes.push(Number(left % 128n) + 128)
  bytes.push(Number(left))
  return Uint8Array.from({ length: 8 }, (_, i) => bytes[i] ?? 0)
}
