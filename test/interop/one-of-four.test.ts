// A real CometBFT as one of four validators: the same chain, whoever proposes, whoever is killed.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { LocalNetwork, QUADRILLE_NODE } from '../network/local-network.ts'
import { cometBft } from './cometbft-binary.ts'

const HEIGHTS = 50
const COMET = 3

let network: LocalNetwork

beforeAll(async () => {
  const programs = [QUADRILLE_NODE, QUADRILLE_NODE, QUADRILLE_NODE, cometBft()]
  network = await LocalNetwork.start({
    programs,
    settings: { 'consensus.timeout_commit': '200ms', proxy_app: 'kvstore' },
  })
}, 240_000)

afterAll(async () => {
  await network.dispose()
})

describe('three of ours and one CometBFT', () => {
  test('interop: 50 heights are equal, with transactions sent to either side', async () => {
    for (let i = 0; i < 10; i++) {
      await network.rpc(i % 3).commit(`ours${i}=${i}`)
      await network.rpc(COMET).commit(`comet${i}=${i}`)
    }
    await Promise.all([0, 1, 2, COMET].map((i) => network.rpc(i).reached(HEIGHTS)))
    const proposers = await expectEqualChain(1, HEIGHTS)
    expect(proposers.size).toBe(4)
    for (const i of [0, COMET]) {
      expect(await network.rpc(i).query('ours9')).toBe('9')
      expect(await network.rpc(i).query('comet9')).toBe('9')
    }
  }, 120_000)

  test('interop: CometBFT, killed and started again, catches up from ours', async () => {
    await network.endNode(COMET, 'SIGKILL')
    const height = await network.rpc(0).height()
    await network.rpc(0).commit('while-comet-is-down=1')
    await network.rpc(0).reached(height + 10)
    await network.startNode(COMET)
    const target = (await network.rpc(0).height()) + 5
    await network.rpc(COMET).reached(target)
    expect(await network.rpc(COMET).query('while-comet-is-down')).toBe('1')
    await expectEqualChain(HEIGHTS, target)
  }, 120_000)

  test('interop: one of ours, killed and started again, catches up through CometBFT', async () => {
    await network.endNode(0, 'SIGKILL')
    const height = await network.rpc(COMET).height()
    await network.rpc(COMET).commit('while-ours-is-down=1')
    await network.rpc(COMET).reached(height + 10)
    await network.startNode(0)
    // Now a second of ours goes: without CometBFT's votes and blocks there is no quorum.
    await network.endNode(1, 'SIGKILL')
    const target = (await network.rpc(COMET).height()) + 5
    await network.rpc(0).reached(target)
    await network.startNode(1)
    await network.rpc(1).reached(target)
    expect(await network.rpc(0).query('while-ours-is-down')).toBe('1')
    await expectEqualChain(HEIGHTS, target)
  }, 120_000)
})

async function expectEqualChain(from: number, to: number): Promise<ReadonlySet<string>> {
  const proposers = new Set<string>()
  for (let height = from; height <= to; height++) {
    const blocks = await Promise.all([0, 1, 2, COMET].map((i) => network.rpc(i).block(height)))
    expect(new Set(blocks.map((each) => each.block_id.hash)).size).toBe(1)
    expect(new Set(blocks.map((each) => each.block.header.app_hash)).size).toBe(1)
    proposers.add(blocks[0]?.block.header.proposer_address ?? '')
  }
  return proposers
}
