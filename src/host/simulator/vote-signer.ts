// Whose vote a message is, without decoding it: most of what nodes say are votes of honest ones.

const SIGNATURE_BYTES = 64
const ADDRESS_BYTES = 20
/** Tag and length of the fields at the end of a vote: address, index if not 0, signature. */
const ADDRESS = [0x32, ADDRESS_BYTES] as const
const INDEX = 0x38
const SIGNATURE = [0x42, SIGNATURE_BYTES] as const
/** Bytes of the index: left out, or its tag and one or two digits. */
const INDEX_BYTES = [0, 2, 3] as const

/**
 * The validator address in an encoded message that is a vote without an extension; null where that
 * cannot be told. Addresses are hashes, so one that looks like the tags around it is rare.
 */
export function signerOfVote(message: Uint8Array): Uint8Array | null {
  const signature = message.length - SIGNATURE_BYTES - 2
  if (!isAt(message, signature, SIGNATURE)) return null
  for (const size of INDEX_BYTES) {
    const address = signature - size - ADDRESS_BYTES - 2
    if (size > 0 && message[signature - size] !== INDEX) continue
    if (isAt(message, address, ADDRESS)) return message.subarray(address + 2, signature - size)
  }
  return null
}

function isAt(message: Uint8Array, at: number, [tag, length]: readonly [number, number]): boolean {
  return at >= 0 && message[at] === tag && message[at + 1] === length
}
