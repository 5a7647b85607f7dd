// One key on two machines: whoever copies a validator's home "to be safe" signs twice, is caught,
// recorded and punished. Five real processes.

import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { RpcClient } from '../network/rpc-client.ts'
import { folderForTest, quadrille, RunningCommand } from './command.ts'
import { freePortBlock } from './port-block.ts'

const KEY = 'config/priv_validator_key.json'
const HONEST = [0, 1, 2] as const
const [ORIGINAL, COPY] = [3, 4] as const

interface Validators {
  readonly validators: readonly { readonly address: string; readonly voting_power: string }[]
}

interface Carrying extends Record<string, unknown> {
  readonly evidence: {
    readonly evidence: readonly { readonly type: string; readonly value: { vote_a?: object } }[]
  }
}

/** Homes of four validators and a fifth node, on a chain whose blocks carry all evidence. */
async function writeHomes(folder: string, port: number): Promise<string[]> {
  const flags = ['--v', '4', '--n', '1', '--o', folder, '--p2p-port', String(port)]
  const made = await quadrille(['testnet', ...flags])
  expect([made.code, made.err]).toEqual([0, ''])
  const homes = Array.from({ length: 5 }, (_, i) => join(folder, `node${i}`))
  for (const home of homes) {
    const file = join(home, 'config/genesis.json')
    const genesis = JSON.parse(readFileSync(file, 'utf8')) as object
    writeFileSync(file, JSON.stringify({ ...genesis, quadrille: { evidence: 'all' } }))
  }
  copyFileSync(join(homes[ORIGINAL] ?? '', KEY), join(homes[COPY] ?? '', KEY))
  return homes
}

const addressIn = (home: string): string =>
  (JSON.parse(readFileSync(join(home, KEY), 'utf8')) as { address: string }).address

/** The height of the block by which a node has recorded that somebody voted twice. */
async function recordedAt(node: RunningCommand, address: string): Promise<number> {
  const offence = new RegExp(`evidence committed .*duplicate-vote/${address}/.* height=\\d+`)
  return Number(/ height=(\d+)/.exec(await node.line(offence))?.[1])
}

/** Gives both owners of the key something else to propose, block after block. */
async function feed(rpcs: readonly RpcClient[], isOver: () => boolean): Promise<void> {
  for (let round = 0; !isOver(); round++) {
    const height = await rpcs[0]!.height()
    await Promise.all(
      [ORIGINAL, COPY].map((owner) => {
        const tx = Buffer.from(`node${owner}-${round}=${round}`).toString('base64')
        return rpcs[owner]!.call('broadcast_tx_async', { tx })
      }),
    )
    await rpcs[0]!.reached(height + 1)
  }
}

async function powerOf(rpc: RpcClient, address: string, height: number): Promise<number> {
  const { validators } = await rpc.call<Validators>('validators', { height: String(height) })
  return Number(validators.find((each) => each.address === address)?.voting_power ?? 0)
}

test('shared key: two nodes with one key are caught and punished everywhere', async () => {
  const port = await freePortBlock()
  const homes = await writeHomes(folderForTest(), port)
  const guilty = addressIn(homes[ORIGINAL] ?? '')
  const env = { CMT_CONSENSUS_TIMEOUT_COMMIT: '200ms' }
  const nodes = homes.map((home) => new RunningCommand(['start', '--home', home], { env }))
  const rpcs = homes.map((_, i) => new RpcClient(port + 10 * i + 1))
  await Promise.all(nodes.map((node) => node.line(/rpc +listening/)))
  let isOver = false
  const feeding = feed(rpcs, () => isOver)
  const found = await Promise.all(HONEST.map((i) => recordedAt(nodes[i] as RunningCommand, guilty)))
  isOver = true
  await feeding

  const [height = 0] = found
  expect(found).toEqual([height, height, height])
  await Promise.all(HONEST.map((i) => rpcs[i]!.reached(height + 2)))
  const blocks = await Promise.all(HONEST.map((i) => rpcs[i]!.block(height)))
  const shown = blocks.map(({ block_id: { hash }, block }) => ({
    hash,
    ...(block as unknown as Carrying),
  }))
  for (const { hash, evidence } of shown) {
    expect(hash).toBe(shown[0]?.hash)
    const pieces = evidence.evidence.map(({ type, value }) => [type, value.vote_a])
    expect(pieces).toEqual([
      ['tendermint/DuplicateVoteEvidence', expect.objectContaining({ validator_address: guilty })],
    ])
  }
  // A vote that was signed twice costs one unit of power, two blocks later, as with CometBFT.
  const powers = HONEST.map((i) =>
    Promise.all([height + 1, height + 2].map((at) => powerOf(rpcs[i]!, guilty, at))),
  )
  expect(await Promise.all(powers)).toEqual(HONEST.map(() => [1, 0]))
  for (const node of nodes) node.signal('SIGTERM')
  await Promise.all(nodes.map((node) => node.ended))
}, 60_000)
