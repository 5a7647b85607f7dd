// CRC32C (Castagnoli), the checksum of everything kept on disk.

const POLYNOMIAL = 0x82f63b78
const TABLES = makeTables()

/** Eight tables: the checksum advances eight bytes a step, at about a gigabyte a second. */
function makeTables(): Int32Array {
  const tables = new Int32Array(8 * 256)
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1
    tables[byte] = crc
  }
  for (let at = 256; at < tables.length; at++) {
    const before = tables[at - 256] as number
    tables[at] = (tables[before & 0xff] as number) ^ (before >>> 8)
  }
  return tables
}

/**
 * The checksum of `bytes`, an unsigned 32-bit number. With the checksum of what came before as
 * `previous` it is that of both joined.
 */
export function crc32c(bytes: Uint8Array, previous = 0): number {
  const t = TABLES
  const n = bytes.length
  let crc = ~previous
  let i = 0
  for (; i + 8 <= n; i += 8) {
    const low =
      crc ^
      ((bytes[i] as number) |
        ((bytes[i + 1] as number) << 8) |
        ((bytes[i + 2] as number) << 16) |
        ((bytes[i + 3] as number) << 24))
    crc =
      (t[1792 + (low & 0xff)] as number) ^
      (t[1536 + ((low >>> 8) & 0xff)] as number) ^
      (t[1280 + ((low >>> 16) & 0xff)] as number) ^
      (t[1024 + (low >>> 24)] as number) ^
      (t[768 + (bytes[i + 4] as number)] as number) ^
      (t[512 + (bytes[i + 5] as number)] as number) ^
      (t[256 + (bytes[i + 6] as number)] as number) ^
      (t[bytes[i + 7] as number] as number)
  }
  for (; i < n; i++) crc = (t[(crc ^ (bytes[i] as number)) & 0xff] as number) ^ (crc >>> 8)
  return ~crc >>> 0
}

/** The polynomial 1, highest bit first: what leaves a factor as it is. */
const ONE = 0x80000000

/** The product of two polynomials modulo that of the checksum. */
function multiply(a: number, b: number): number {
  let product = 0
  let shifted = b
  for (let bit = ONE; bit !== 0; bit >>>= 1) {
    if ((a & bit) !== 0) product ^= shifted
    shifted = shifted & 1 ? (shifted >>> 1) ^ POLYNOMIAL : shifted >>> 1
  }
  return product
}

/** x to the power of 8 * 2^i: by how much 2^i bytes shift a checksum. */
const SHIFTS = makeShifts()

function makeShifts(): Int32Array {
  const shifts = new Int32Array(32)
  // x itself is the bit below ONE; squared three times it is x^8.
  let power = ONE >>> 1
  for (let i = 0; i < 3; i++) power = multiply(power, power)
  for (let i = 0; i < shifts.length; i++) {
    shifts[i] = power
    power = multiply(power, power)
  }
  return shifts
}

/**
 * The checksum of the second of two byte strings, from that of the first, that of both joined, and
 * the length of the second: some hundred steps, however long it is.
 */
export function crc32cOfRest(first: number, joined: number, restLength: number): number {
  let shift = ONE
  for (let i = 0, rest = restLength; rest > 0; i++, rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) shift = multiply(SHIFTS[i] as number, shift)
  }
  return (joined ^ multiply(shift, first)) >>> 0
}
