// Four validator processes: with one down they go on, with two down they wait, and nobody forks.
import { afterEach, describe, expect, test } from 'vitest'
import { LocalNetwork, QUADRILLE_NODE } from '../network/local-network.ts'

const FAST = {
  'consensus.timeout_commit': '50ms',
  'consensus.timeout_propose': '500ms',
  'consensus.timeout_propose_delta': '100ms',
  'consensus.timeout_prevote': '200ms',
  'consensus.timeout_precommit': '200ms',
}

let network: LocalNetwork | null = null
afterEach(async () => {
  await network?.dispose()
  network = null
})

describe('four validators', () => {
  test('network: goes on with three, waits with two, and the fourth catches up', async () => {
    const programs = Array.from({ length: 4 }, () => QUADRILLE_NODE)
    network = await LocalNetwork.start({ programs, settings: FAST })
    await network.rpc(0).reached(3)

    await network.endNode(3, 'SIGKILL')
    const alone = await network.rpc(0).height()
    expect(await network.rpc(0).commit('three=3')).toBeGreaterThan(alone)
    await network.rpc(1).reached(alone + 10)

    await network.startNode(3)
    const target = (await network.rpc(0).height()) + 5
    await network.rpc(3).reached(target)
    expect(await network.rpc(3).query('three')).toBe('3')

    await network.endNode(2, 'SIGKILL')
    await network.endNode(3, 'SIGKILL')
    const halted = await settledHeight(network)
    const tx = Buffer.from('two=2').toString('base64')
    await network.rpc(0).call('broadcast_tx_sync', { tx })
    await expect(network.rpc(0).reached(halted + 1, 3000)).rejects.toThrow('did not reach')
    expect(await network.rpc(0).query('two')).toBeNull()

    await network.startNode(2)
    const goneOn = await network.rpc(0).reached(halted + 3)
    await network.startNode(3)
    await network.rpc(3).reached(goneOn)
    await expectSameBlocks(network, goneOn)
    expect(await network.rpc(0).query('two')).toBe('2')
  }, 60_000)
})

// A block that was already decided when the second validator died may still be on its way.
async function settledHeight(nodes: LocalNetwork): Promise<number> {
  let height = await nodes.rpc(0).height()
  for (;;) {
    try {
      height = await nodes.rpc(0).reached(height + 1, 1500)
    } catch {
      return height
    }
  }
}

async function expectSameBlocks(nodes: LocalNetwork, height: number): Promise<void> {
  for (let h = 1; h <= height; h++) {
    const blocks = await Promise.all([0, 1, 2, 3].map((i) => nodes.rpc(i).block(h)))
    const hashes = new Set(blocks.map((each) => each.block_id.hash))
    const appHashes = new Set(blocks.map((each) => each.block.header.app_hash))
    expect([...hashes]).toHaveLength(1)
    expect([...appHashes]).toHaveLength(1)
  }
}
