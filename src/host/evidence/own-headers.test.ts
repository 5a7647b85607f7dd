// Our own past where a header contradicts it: every set of validators is that of its height.

import { expect, test } from 'vitest'
import { lightBlockOf } from '../../core/faults/past.fixture.ts'
import { nativeCrypto } from '../../node/platform/index.ts'
import { keyed } from '../execution/node.fixture.ts'
import { Desk } from './desk.fixture.ts'
import { loadOwnHeaders } from './own-headers.ts'

test('own headers: come with the validators of their heights, which change', async () => {
  const desk = await Desk.at(1n)
  const blocks = await desk.changePower(15, 16, 17, 18, 19, 20)
  const { blockStore, stateStore, chainState } = desk.node
  const past = { store: { chainState }, blockStore, stateStore }
  const hashOf = (height: bigint): Uint8Array | undefined =>
    blocks.find(({ header }) => header.height === height)?.header.validatorsHash
  for (const [height, common] of [
    [5n, 4n],
    [6n, 4n],
    [6n, 5n],
  ] as const) {
    const header = blocks.find((block) => block.header.height === height)?.header
    if (header === undefined) throw new Error(`there is no block ${height}`)
    const own = await loadOwnHeaders(past, lightBlockOf(keyed, header), common)
    expect([own?.trusted.header.height, own?.common.height]).toEqual([height, common])
    expect(own?.trustedValidators.hash(nativeCrypto)).toEqual(hashOf(height))
    expect(own?.common.validators.hash(nativeCrypto)).toEqual(hashOf(common))
  }
  expect(hashOf(4n)).not.toEqual(hashOf(5n))
  expect(hashOf(5n)).not.toEqual(hashOf(6n))
})
