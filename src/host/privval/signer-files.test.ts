// The files of keys and sign state: made once, read strictly, never lost silently.

import { describe, expect, test } from 'vitest'
import { fromUtf8, toHexUpper, toUtf8 } from '../../core/bytes/index.ts'
import { nobleCrypto } from '../../core/crypto/index.ts'
import { MemoryFiles, MemoryRandom } from '../memory/index.ts'
import { formatKeyFile, parseKeyFile } from './key-file.ts'
import { generateNodeKey, loadNodeKey, loadOrGenerateNodeKey } from './node-key.ts'
import { formatSignState, parseSignState } from './sign-state.ts'
import {
  generateFileSigner,
  loadFileSigner,
  loadOrGenerateFileSigner,
  resetSignState,
} from './signer-files.ts'

const crypto = nobleCrypto
const keyPath = '/home/config/priv_validator_key.json'
const statePath = '/home/data/priv_validator_state.json'
const path = '/home/config/node_key.json'
const random = new MemoryRandom(3)

async function makeHome(): Promise<MemoryFiles> {
  const files = new MemoryFiles()
  await files.makeDirectory('/home/config')
  await files.makeDirectory('/home/data')
  return files
}

const paths = (files: MemoryFiles) => ({ files, crypto, random, keyPath, statePath })
const write = (files: MemoryFiles, at: string, text: string): Promise<void> =>
  files.writeFileDurable(at, toUtf8(text), { mode: 0o600 })

/** RFC 8032, test 1. */
const SEED = Uint8Array.from(
  Buffer.from('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60', 'hex'),
)
const KEY_FILE = {
  address: '21FE31DFA154A261626BF854046FD2271B7BED4B',
  pub_key: {
    type: 'tendermint/PubKeyEd25519',
    value: '11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=',
  },
  priv_key: {
    type: 'tendermint/PrivKeyEd25519',
    value:
      'nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2DXWpgBgrEKt9VL/tPJZAc6DuFy89qmIyWvAhpo9wdRGg==',
  },
}

describe('validator key file', () => {
  test('validator key file: is written as CometBFT writes it, and read back', () => {
    expect(fromUtf8(formatKeyFile(crypto, SEED))).toBe(JSON.stringify(KEY_FILE, null, 2))
    const key = parseKeyFile(crypto, keyPath, formatKeyFile(crypto, SEED))
    expect(toHexUpper(key.address)).toBe(KEY_FILE.address)
    expect(key.seed).toEqual(SEED)
  })

  const { pub_key: pub, priv_key: priv } = KEY_FILE
  test.each<[string, string]>([
    ['', 'the file is empty'],
    ['{', 'the file is not JSON'],
    ['[]', 'is not a JSON object'],
    ['{}', 'field priv_key: is not a JSON object'],
    [
      JSON.stringify({ ...KEY_FILE, priv_key: { ...priv, type: 'x' } }),
      'field priv_key.type: is not tendermint/PrivKeyEd25519',
    ],
    [
      JSON.stringify({ ...KEY_FILE, priv_key: { ...priv, value: 5 } }),
      'field priv_key.value: is not a string',
    ],
    [
      JSON.stringify({ ...KEY_FILE, priv_key: { type: priv.type } }),
      'field priv_key.value: is missing',
    ],
    [
      JSON.stringify({ ...KEY_FILE, priv_key: { ...priv, value: '%%' } }),
      'field priv_key.value: is not base64',
    ],
    [
      JSON.stringify({ ...KEY_FILE, priv_key: { ...priv, value: 'AAAA' } }),
      'field priv_key.value: holds 3 bytes, not 64',
    ],
    [
      JSON.stringify({ ...KEY_FILE, priv_key: { ...priv, value: priv.value.replace('nW', 'nX') } }),
      'field priv_key.value: ends with a public key that does not belong to its seed',
    ],
    [
      JSON.stringify({ ...KEY_FILE, pub_key: { ...pub, value: pub.value.replace('11', '12') } }),
      'field pub_key.value: does not belong to priv_key',
    ],
    [JSON.stringify({ ...KEY_FILE, pub_key: undefined }), 'field pub_key: is not a JSON object'],
    [
      JSON.stringify({ ...KEY_FILE, address: KEY_FILE.address.replace('21', '22') }),
      'field address: does not belong to priv_key',
    ],
    [JSON.stringify({ ...KEY_FILE, address: 'zz' }), 'field address: is not hexadecimal'],
    [JSON.stringify({ ...KEY_FILE, address: undefined }), 'field address: is missing'],
  ])('validator key file: %j is refused with file, field and reason', (text, reason) => {
    const parse = (): unknown => parseKeyFile(crypto, keyPath, toUtf8(text))
    expect(parse).toThrow(expect.objectContaining({ code: 'PRIVVAL_KEY_MALFORMED' }))
    expect(parse).toThrow(keyPath)
    expect(parse).toThrow(reason)
  })

  test('validator key file: no error shows the key', () => {
    const secret = priv.value.slice(0, 12)
    for (const text of [
      `${JSON.stringify(KEY_FILE)}x`,
      JSON.stringify({ ...KEY_FILE, address: '' }),
    ]) {
      try {
        parseKeyFile(crypto, keyPath, toUtf8(text))
        expect.unreachable()
      } catch (error) {
        expect(String(error) + String((error as Error).cause)).not.toContain(secret)
      }
    }
  })
})

describe('sign state file', () => {
  /** A prevote for nothing at height 7, round 2: type, height, round and chain. */
  const signBytes = '1B080111070000000000000019020000000000000032057465737431'

  const signedAt = (place: string): string =>
    `{${place},"signature":"AQI=","signbytes":"${signBytes.toLowerCase()}"}`

  test('sign state file: reads what CometBFT writes', () => {
    const text = signedAt('"height":"7","round":2,"step":2')
    const state = parseSignState(statePath, toUtf8(text))
    expect(state).toEqual({
      height: 7n,
      round: 2,
      step: 2,
      signature: Uint8Array.of(1, 2),
      signBytes: new Uint8Array(Buffer.from(signBytes, 'hex')),
    })
    expect(parseSignState(statePath, formatSignState(state))).toEqual(state)
  })

  test.each<[string, string]>([
    ['"height":"6","round":2,"step":2', 'height: is not that of signbytes, which is 7'],
    ['"height":"7","round":0,"step":2', 'round: is not that of signbytes, which is 2'],
    ['"height":"7","round":2,"step":1', 'step: is not that of signbytes, which is 2'],
  ])('sign state file: a place that its sign bytes deny is refused (%s)', (place, reason) => {
    const parse = (text: string) => (): unknown => parseSignState(statePath, toUtf8(text))
    const refusal = expect.objectContaining({ code: 'PRIVVAL_STATE_MALFORMED' })
    expect(parse(signedAt(place))).toThrow(refusal)
    expect(parse(signedAt(place))).toThrow(`field ${reason}`)
  })

  test.each<[string, string]>([
    ['', 'the file is empty'],
    ['{"height":7,"round":0,"step":0}', 'field height: is not a string'],
    ['{"round":0,"step":0}', 'field height: is missing'],
    ['{"height":"-1","round":0,"step":0}', 'field height: is not a decimal number'],
    ['{"height":"9223372036854775808","round":0,"step":0}', 'field height: is not a decimal'],
    ['{"height":"7","round":"0","step":0}', 'field round: is not an integer from 0 to 2147483647'],
    ['{"height":"7","round":0.5,"step":0}', 'field round: is not an integer'],
    ['{"height":"7","round":0}', 'field step: is not an integer from 0 to 3'],
    ['{"height":"7","round":0,"step":4}', 'field step: is not an integer from 0 to 3'],
    [
      '{"height":"7","round":0,"step":1,"signature":"?","signbytes":"00"}',
      'field signature: is not base64',
    ],
    [
      '{"height":"7","round":0,"step":1,"signature":"AQI=","signbytes":"0"}',
      'field signbytes: is not hexadecimal',
    ],
    [
      '{"height":"7","round":0,"step":1,"signature":"AQI="}',
      'field signbytes: is missing although',
    ],
    ['{"height":"7","round":0,"step":1,"signbytes":"00"}', 'field signature: is missing although'],
  ])('sign state file: %j is refused with file, field and reason', (text, reason) => {
    const parse = (): unknown => parseSignState(statePath, toUtf8(text))
    expect(parse).toThrow(expect.objectContaining({ code: 'PRIVVAL_STATE_MALFORMED' }))
    expect(parse).toThrow(statePath)
    expect(parse).toThrow(reason)
  })
})

describe('signer files', () => {
  test('signer files: a missing state next to a key names file, why and way on', async () => {
    const files = await makeHome()
    await generateFileSigner(paths(files))
    await files.remove(statePath)
    const load = loadFileSigner(paths(files))
    await expect(load).rejects.toEqual(expect.objectContaining({ code: 'PRIVVAL_STATE_MISSING' }))
    await expect(load).rejects.toThrow(statePath)
    await expect(load).rejects.toThrow('could sign twice')
    await expect(load).rejects.toThrow('`quadrille unsafe-reset-priv-validator`')
    await resetSignState({ files, statePath })
    expect((await loadFileSigner(paths(files))).lastSigned).toEqual({
      height: 0n,
      round: 0,
      step: 0,
    })
  })

  test('signer files: a missing key is named with the way on', async () => {
    const files = await makeHome()
    await expect(loadFileSigner(paths(files))).rejects.toThrow(
      `${keyPath}: there is no validator key; \`quadrille init\``,
    )
  })

  test('signer files: making replaces no key, nor the state of a key that is away', async () => {
    const files = await makeHome()
    const signer = await generateFileSigner(paths(files))
    const before = await files.readFile(keyPath)
    await expect(generateFileSigner(paths(files))).rejects.toEqual(
      expect.objectContaining({ code: 'PRIVVAL_KEY_EXISTS' }),
    )
    expect(await files.readFile(keyPath)).toEqual(before)
    await signer.signProposal('c', proposal)
    await files.rename(keyPath, '/home/config/away.json')
    await expect(loadOrGenerateFileSigner(paths(files))).rejects.toEqual(
      expect.objectContaining({ code: 'PRIVVAL_STATE_FOREIGN' }),
    )
  })

  test('signer files: the state of another validator is refused', async () => {
    const files = await makeHome()
    const other = await makeHome()
    const signer = await generateFileSigner(paths(files))
    await generateFileSigner(paths(other))
    await signer.signProposal('c', proposal)
    const foreign = (await files.readFile(statePath))!
    await other.writeFileDurable(statePath, foreign, { mode: 0o600 })
    await expect(loadFileSigner(paths(other))).rejects.toEqual(
      expect.objectContaining({ code: 'PRIVVAL_STATE_FOREIGN' }),
    )
    expect((await loadFileSigner(paths(files))).lastSigned.height).toBe(4n)
  })

  test('signer files: an empty state file is refused', async () => {
    const files = await makeHome()
    await generateFileSigner(paths(files))
    await write(files, statePath, '')
    await expect(loadFileSigner(paths(files))).rejects.toThrow('the file is empty')
  })

  const proposal = {
    type: 32,
    height: 4n,
    round: 0,
    polRound: -1,
    blockId: {
      hash: new Uint8Array(32).fill(1),
      partSetHeader: { total: 1, hash: new Uint8Array(32).fill(2) },
    },
    timestamp: 1n,
    signature: new Uint8Array(0),
  }
})

describe('node key', () => {
  test('node key: is made once and read back with its id', async () => {
    const files = await makeHome()
    const made = await loadOrGenerateNodeKey({ files, crypto, random, path })
    expect(made.id).toMatch(/^[0-9a-f]{40}$/)
    expect(await loadOrGenerateNodeKey({ files, crypto, random, path })).toEqual(made)
    await expect(generateNodeKey({ files, crypto, random, path })).rejects.toEqual(
      expect.objectContaining({ code: 'PRIVVAL_KEY_EXISTS' }),
    )
  })

  test('node key: reads what CometBFT writes', async () => {
    const files = await makeHome()
    await write(files, path, JSON.stringify({ priv_key: KEY_FILE.priv_key }))
    const { id } = await loadNodeKey({ files, crypto, path })
    expect(id).toBe(KEY_FILE.address.toLowerCase())
  })

  test('node key: missing or malformed, it is refused with file, field and reason', async () => {
    const files = await makeHome()
    await expect(loadNodeKey({ files, crypto, path })).rejects.toThrow('`quadrille init`')
    await write(files, path, '{"priv_key":{"type":"tendermint/PrivKeyEd25519","value":"AAAA"}}')
    await expect(loadNodeKey({ files, crypto, path })).rejects.toThrow(
      `${path}, field priv_key.value: holds 3 bytes, not 64`,
    )
  })
})
