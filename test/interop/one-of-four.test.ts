// A real CometBFT as one of four validators: the same chain, whoever proposes, whoever is killed.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { folderForTest, quadrille } from '../e2e/command.ts'
import { LocalNetwork, QUADRILLE_NODE } from '../network/local-network.ts'
import { cometBft } from './cometbft-binary.ts'
import { signedTwice } from './signed-twice.ts'

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

  test('interop: evidence given to either side is in one block, and all agree on it', async () => {
    for (const [given, accused] of [
      [0, 1],
      [COMET, 2],
    ] as const) {
      const from = await network.rpc(0).height()
      const evidence = await signedTwice(network.home(accused), network.rpc(0), from - 2)
      const { hash } = await network.rpc(given).call<{ hash: string }>('broadcast_evidence', {
        evidence,
      })
      expect(hash).toMatch(/=$/)
      // Sent again it is known, to the other side by gossip at the latest by its block.
      const to = from + 8
      await Promise.all([0, 1, 2, COMET].map((i) => network.rpc(i).reached(to)))
      await network.rpc(0).call('broadcast_evidence', { evidence })
      const [ours, comets] = await Promise.all([0, COMET].map((i) => accusedIn(i, from, to)))
      expect(ours).toHaveLength(1)
      expect(comets).toEqual(ours)
      await expectEqualChain(from, to)
    }
    const { validators } = await network.rpc(COMET).call<Validators>('validators')
    // The kvstore takes one from the power of whoever is proved guilty, and one is all they had.
    expect(validators.map(({ voting_power: power }) => power)).toEqual(['1', '1'])
  }, 60_000)

  test('interop: what CometBFT answers proves that a block is final, and a fault', async () => {
    const folder = folderForTest()
    const genesis = join(network.home(COMET), 'config', 'genesis.json')
    const [final, fault] = [join(folder, 'final.json'), join(folder, 'fault.json')]
    const { url } = network.rpc(COMET)
    await succeed('finality', 'export', '10', '--node', url, '-o', final)
    const verdict = await succeed('finality', 'verify', final, '--trust', `genesis:${genesis}`)
    expect(verdict).toMatch(/^final: block 10 of \S+, decided in round 0\n/)
    const ours = await succeed('finality', 'export', '10', '--node', network.rpc(0).url)
    expect(ours).toBe(readFileSync(final, 'utf8'))

    const listed = await succeed('evidence', 'ls', '--node', url)
    expect(listed).toBe(await succeed('evidence', 'ls', '--node', network.rpc(0).url))
    const id = /^(\d+\/0) /m.exec(listed)?.[1] ?? ''
    await succeed('evidence', 'export', id, '--node', url, '-o', fault)
    const proved = await succeed('evidence', 'verify', fault, '--validators', genesis)
    expect(proved).toMatch(/^proved: validator [0-9A-F]{40} precommitted twice at height /)
  }, 60_000)

  test('interop: validators come back, leave and change, and all agree on every set', async () => {
    const from = await network.rpc(0).height()
    let to = from
    for (const [asked, validator, power] of [
      [COMET, 1, 2],
      [0, COMET, 0],
      [COMET, COMET, 3],
      [0, 2, 5],
      [COMET, 0, 4],
    ] as const) {
      to = await network.rpc(asked).commit(`val=ed25519!${keyOf(validator)}!${power}`)
      await Promise.all([0, 1, 2, COMET].map((i) => network.rpc(i).reached(to + 3)))
      for (const height of [to + 1, to + 2]) await expectEqualSets(height)
      const powers = await powersAt(0, to + 2)
      expect(powers.get(keyOf(validator)) ?? '0').toBe(String(power))
    }
    await expectEqualChain(from, to)
  }, 60_000)
})

/** What the command prints; fails when it fails. */
async function succeed(...args: readonly string[]): Promise<string> {
  const { code, out, err } = await quadrille(args)
  expect([code, err]).toEqual([0, ''])
  return out
}

interface Validators {
  readonly validators: readonly {
    readonly pub_key: { readonly value: string }
    readonly voting_power: string
  }[]
}

/** The public key of a validator, in base64. */
function keyOf(node: number): string {
  const file = join(network.home(node), 'config', 'priv_validator_key.json')
  const { pub_key: key } = JSON.parse(readFileSync(file, 'utf8')) as {
    readonly pub_key: { readonly value: string }
  }
  return key.value
}

function setAt(node: number, height: number): Promise<Validators> {
  return network.rpc(node).call<Validators>('validators', { height: String(height) })
}

/** The powers of a height by public key. */
async function powersAt(node: number, height: number): Promise<ReadonlyMap<string, string>> {
  const { validators } = await setAt(node, height)
  return new Map(validators.map((each) => [each.pub_key.value, each.voting_power]))
}

/** The same validators, powers and priorities, whoever is asked. */
async function expectEqualSets(height: number): Promise<void> {
  const [first, ...others] = await Promise.all([COMET, 0, 1, 2].map((i) => setAt(i, height)))
  for (const set of others) expect(set).toEqual(first)
}

interface EvidenceBlock {
  readonly block: {
    readonly evidence: {
      readonly evidence: readonly {
        readonly value: { readonly vote_a: { readonly validator_address: string } }
      }[]
    }
  }
}

/** Height and accused of all evidence in blocks of a node. */
async function accusedIn(node: number, from: number, to: number): Promise<string[]> {
  const found: string[] = []
  for (let height = from; height <= to; height++) {
    const params = { height: String(height) }
    const { block } = await network.rpc(node).call<EvidenceBlock>('block', params)
    for (const { value } of block.evidence.evidence) {
      found.push(`${height}: ${value.vote_a.validator_address}`)
    }
  }
  return found
}

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
